package io.openclickstream.flight.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StalenessTest {
    private final Staleness staleness = new Staleness();

    @Test
    void itCountsFromWhenItHeardOfTheLastRecordItHas() {
        staleness.begin(5);
        assertThat(staleness.behind(seconds(1))).isNull();
        staleness.heard(5, seconds(10));
        assertThat(staleness.behind(seconds(12))).isEqualTo(Duration.ofSeconds(2));

        staleness.heard(7, seconds(20));
        staleness.applied(6);
        assertThat(staleness.behind(seconds(21))).isEqualTo(Duration.ofSeconds(11));
        assertThat(staleness.recordsBehind()).isEqualTo(1);
        staleness.applied(7);
        assertThat(staleness.behind(seconds(23)))
                .isEqualTo(Duration.ofSeconds(3)); // since it heard, not since it applied
        assertThat(staleness.recordsBehind()).isZero();
    }

    @Test
    void whoNeverCatchesUpWholeIsAsStaleAsWhatItHas() {
        staleness.begin(0);
        staleness.heard(10, seconds(1));
        staleness.heard(20, seconds(2));
        staleness.applied(15);
        staleness.heard(30, seconds(3));
        assertThat(staleness.behind(seconds(4))).isEqualTo(Duration.ofSeconds(3));
        staleness.applied(25);
        staleness.heard(40, seconds(5));
        staleness.applied(35);
        assertThat(staleness.behind(seconds(6))).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void whatAnEarlierConnectionToldIsNotAwaited() {
        staleness.begin(5);
        staleness.heard(9, seconds(1));
        staleness.begin(5);
        staleness.applied(9);
        assertThat(staleness.behind(seconds(2))).isNull();
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
