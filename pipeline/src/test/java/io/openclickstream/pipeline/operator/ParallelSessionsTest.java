package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.TestClicks;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.test.windowing.sessionwindows.EventGeneratorFactory;
import org.apache.flink.test.windowing.sessionwindows.GeneratorConfiguration;
import org.apache.flink.test.windowing.sessionwindows.LongRandomGenerator;
import org.apache.flink.test.windowing.sessionwindows.ParallelSessionsEventGenerator;
import org.apache.flink.test.windowing.sessionwindows.SessionEventGeneratorImpl.Timing;
import org.junit.jupiter.api.Test;

/**
 * Flink's own generator of disordered sessions, written to test Flink's session windows: many at a time, with clicks in
 * time, late within and late behind the allowed lateness.
 */
class ParallelSessionsTest {
    private static final long GAP = 1_000;
    private static final long LATENESS = 500;
    private static final int SESSIONS = 20_000;
    /** Added to the generator's times, which begin at zero, so that they are times that clicks can have. */
    private static final long START = 1_700_000_000_000L;

    private record Event(ReceivedClick click, int session, Timing timing) {}

    @Test
    void twentyThousandDisorderedSessionsComeOutOnceEachAndNoneTwice() throws Exception {
        LongRandomGenerator random = new LongRandomGenerator(1_234_567L);
        Set<Integer> users = new HashSet<>();
        for (int user = 0; user < 20; user++) {
            users.add(user);
        }
        int[] next = {0};
        var sessions = new EventGeneratorFactory<Integer, Event>(
                GeneratorConfiguration.of(LATENESS, 5, 5, 5_000),
                (user, session, event, time, watermark, timing) -> new Event(
                        TestClicks.received(TestClicks.click("e" + next[0]++, "user-" + user, START + time)),
                        session,
                        timing),
                GAP,
                10,
                random);
        var events = new ParallelSessionsEventGenerator<>(users, sessions, 10, (long) SESSIONS, random);

        Map<String, Set<Integer>> timely = new HashMap<>();
        List<Session> finals = new ArrayList<>();
        long[] counts = new long[3];
        var rules = new SessionRules(Duration.ofMillis(GAP), Duration.ofMillis(LATENESS), Duration.ofMillis(LATENESS));
        try (var harness = new KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick>(
                new SessionizeOperator(rules, true),
                received ->
                        new UserKey(received.click().siteId(), received.click().userId()),
                TypeInformation.of(UserKey.class))) {
            harness.open();
            long watermark = Long.MIN_VALUE;
            for (Event event = events.nextEvent(); event != null; event = events.nextEvent()) {
                counts[0]++;
                if (event.timing() == Timing.TIMELY) {
                    timely.computeIfAbsent(event.click().click().userId(), user -> new HashSet<>())
                            .add(event.session());
                }
                harness.processElement(new StreamRecord<>(event.click()));
                if (START + events.getWatermark() > watermark && events.getWatermark() != Long.MIN_VALUE) {
                    watermark = START + events.getWatermark();
                    harness.processWatermark(new Watermark(watermark));
                }
                collect(harness, finals, counts);
            }
            harness.processWatermark(new Watermark(watermark + 1_000_000));
            harness.prepareSnapshotPreBarrier(1);
            collect(harness, finals, counts);
            assertThat(harness.numKeyedStateEntries()).isZero();
            assertThat(harness.numEventTimeTimers()).isZero();
        }

        assertThat(finals).hasSize(SESSIONS);
        assertThat(timely.values().stream().mapToInt(Set::size).sum()).isEqualTo(SESSIONS);
        assertThat(counts[1]).as("accepted").isPositive();
        assertThat(counts[2]).as("late").isPositive();
        assertThat(counts[1] + counts[2]).isEqualTo(counts[0]);
        assertThat(finals.stream().mapToLong(Session::clicks).sum()).isEqualTo(counts[1]);
        assertThat(finals).extracting(Session::sessionId).doesNotHaveDuplicates();
        Map<String, List<Session>> byUser = new HashMap<>();
        finals.forEach(session -> byUser.computeIfAbsent(session.userId(), user -> new ArrayList<>())
                .add(session));
        byUser.forEach((user, visits) -> {
            assertThat(visits).hasSameSizeAs(timely.get(user));
            visits.sort(Comparator.comparingLong(Session::startMillis));
            for (int i = 1; i < visits.size(); i++) {
                assertThat(visits.get(i).startMillis() - visits.get(i - 1).endMillis())
                        .isGreaterThan(GAP);
            }
        });
    }

    private static void collect(
            KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> harness,
            List<Session> finals,
            long[] counts) {
        harness.getOutput().clear();
        var changes = harness.getSideOutput(SessionizeOperator.SESSIONS);
        if (changes != null) {
            changes.stream()
                    .map(StreamRecord::getValue)
                    .map(SessionChange::session)
                    .filter(Session::isFinal)
                    .forEach(finals::add);
            changes.clear();
        }
        var refused = harness.getSideOutput(SessionizeOperator.REFUSED);
        if (refused != null) {
            refused.clear();
        }
        var counted = harness.getSideOutput(SessionizeOperator.COUNTED);
        if (counted != null) {
            for (StreamRecord<LedgerEntry> entry : counted) {
                counts[1] += entry.getValue().accepted();
                counts[2] += entry.getValue().late();
            }
            counted.clear();
        }
    }
}
