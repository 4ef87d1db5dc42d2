package io.openclickstream.load.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.generator.GeneratedClick;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the freshness benchmark concludes from what it sees. */
class FreshnessLogicTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void rateIsTakenBetweenTheStepsOfTheLedger() {
        Throughput read = new Throughput();
        read.see(0, 0);
        read.see(2 * SECOND, 0);
        assertThat(read.perSecond()).isZero();
        read.see(3 * SECOND, 1_000); // the first step: how long it took to come is not known
        read.see(4 * SECOND, 1_000);
        assertThat(read.perSecond()).isZero();
        read.see(8 * SECOND, 6_000);
        assertThat(read.perSecond()).isEqualTo(1_000);
        read.see(12 * SECOND, 6_000); // nothing new says nothing
        assertThat(read.perSecond()).isEqualTo(1_000);
        assertThat(read.latest()).isEqualTo(6_000);
    }

    @Test
    void probeIsTimedFromWhenItWasMeantToBeSentAndOnlyOnce() {
        Probes probes = new Probes("r1", new Schedule(100 * SECOND, 1), 1, 3);
        probes.live().seen("probe-r1-1", 103 * SECOND);
        probes.live().seen("probe-r1-1", 109 * SECOND);
        probes.live().seen("probe-r0-2", 109 * SECOND); // of another run
        assertThat(probes.live().missing()).isEqualTo(2);
        assertThat(probes.live().latencies().count()).isEqualTo(1);
        assertThat(probes.live().latencies().percentileMillis(100)).isBetween(1_990.0, 2_010.0);
        assertThat(probes.committed().missing()).isEqualTo(3);
    }

    @Test
    void probesThatOnlyWarmUpMustArriveButDoNotCount() {
        Probes probes = new Probes("r1", new Schedule(0, 1), 1, 2);
        probes.live().seen("probe-r1-0", 50 * SECOND);
        assertThat(probes.live().missing()).isEqualTo(1);
        assertThat(probes.live().latencies().count()).isZero();
    }

    @Test
    void probeIsAClickOfAUserOfItsOwn() throws Exception {
        GeneratedClick click = new Probes("r1", new Schedule(0, 1), 0, 1).click(7, 1_772_445_600_000L);
        var json = new JsonMapper().readTree(click.value());
        assertThat(json.path("user_id").asText()).isEqualTo("probe-r1-7");
        assertThat(json.path("event_time").asLong()).isEqualTo(1_772_445_600_000L);
        assertThat(json.path("site_id").asText()).isEqualTo(Probes.SITE);
        assertThat(new String(click.key(), StandardCharsets.UTF_8)).isEqualTo("probe-r1-7");
    }

    @Test
    void goalsAreMetAtTheirBoundAndNeverByWhatIsNotKnown() {
        assertThat(Goal.atLeast("rows", 10, 10).isMet()).isTrue();
        assertThat(Goal.atLeast("rows", 9.99, 10).isMet()).isFalse();
        assertThat(Goal.atMost("ms", 10, 10).isMet()).isTrue();
        assertThat(Goal.atMost("ms", Double.NaN, 10).isMet()).isFalse();
        assertThat(Goal.lines(List.of(Goal.atMost("ms", 20, 10)))).containsExactly("MISSED ms: 20, goal at most 10");
        assertThat(Goal.facts(List.of(Goal.atMost("ms", 20, 10))))
                .containsExactly(Map.of("goal", "ms", "value", 20.0, "at_most", 10.0, "met", false));
    }

    @Test
    void latenciesKeepTheirDigitsAndTakeNoTimeBeforeTheBegin() {
        Latencies latencies = new Latencies();
        latencies.record(-5);
        latencies.record(TimeUnit.MICROSECONDS.toNanos(120));
        latencies.record(TimeUnit.HOURS.toNanos(1)); // more than is told apart
        assertThat(latencies.count()).isEqualTo(3);
        assertThat(latencies.percentileMillis(1)).isZero();
        assertThat(latencies.percentileMillis(50)).isBetween(0.1199, 0.1202);
        assertThat(latencies.percentileMillis(100)).isBetween(599_000.0, 601_000.0);
        assertThat(new Latencies().percentileMillis(50)).isNaN();
        assertThat(Numbers.rounded(0.00123456)).isEqualTo(0.001235);
        assertThat(Numbers.rounded(1_234_567)).isEqualTo(1_234_567);
    }
}
