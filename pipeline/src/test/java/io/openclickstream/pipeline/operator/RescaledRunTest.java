package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.session.SessionPolicy;
import io.openclickstream.pipeline.decide.session.SessionPolicy.Preset;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same clicks through one subtask without a stop, and through 1, then 2, 3 and again 1 subtasks, each resumed from
 * what the others left: the final sessions and the refused clicks are the same.
 */
class RescaledRunTest {
    private static final int MAX_PARALLELISM = 128;
    private static final long START = 1_711_830_000_000L; // half an hour before a day of 23 hours in Berlin
    private static final List<Integer> PARALLELISMS = List.of(1, 2, 3, 1);

    private record Step(ReceivedClick click, long watermark) {}

    private record Result(List<Session> finals, List<String> refused, int stateEntries, int timers) {}

    @ParameterizedTest
    @CsvSource({"HEAP, GA4", "HEAP, MATOMO", "ROCKSDB, GA4", "ROCKSDB, MATOMO", "ROCKSDB, POSTHOG"})
    void resumedAtAnotherParallelismNothingChanges(String backend, Preset preset) throws Exception {
        SessionRules rules = new SessionRules(
                SessionPolicy.of(preset, ZoneId.of("Europe/Berlin")),
                Duration.ofMinutes(5),
                Duration.ofHours(1),
                SessionRules.USUAL_MAX_REMEMBERED_IDS);
        List<Step> steps = steps(new Random(20_261_124));

        Result straight = run(rules, steps, List.of(1), "HEAP");
        Result rescaled = run(rules, steps, PARALLELISMS, backend);

        assertThat(straight.finals()).hasSizeGreaterThan(100);
        assertThat(straight.refused()).isNotEmpty();
        assertThat(rescaled.finals()).isEqualTo(straight.finals());
        assertThat(rescaled.refused()).isEqualTo(straight.refused());
        assertThat(rescaled.stateEntries()).isZero();
        assertThat(rescaled.timers()).isZero();
    }

    private static Result run(SessionRules rules, List<Step> steps, List<Integer> parallelisms, String backend)
            throws Exception {
        List<Session> finals = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        int entries = 0;
        int timers = 0;
        OperatorSubtaskState state = null;
        int before = 1;
        for (int leg = 0; leg < parallelisms.size(); leg++) {
            int parallelism = parallelisms.get(leg);
            List<Step> part = steps.subList(
                    steps.size() * leg / parallelisms.size(), steps.size() * (leg + 1) / parallelisms.size());
            boolean isLast = leg == parallelisms.size() - 1;
            OperatorSubtaskState[] snapshots = new OperatorSubtaskState[parallelism];
            for (int subtask = 0; subtask < parallelism; subtask++) {
                try (var harness = open(rules, state, before, parallelism, subtask, backend)) {
                    for (Step step : part) {
                        if (subtask == subtaskOf(step.click(), parallelism)) {
                            harness.processElement(new StreamRecord<>(step.click()));
                        }
                        harness.processWatermark(new Watermark(step.watermark()));
                    }
                    if (isLast) {
                        harness.processWatermark(
                                new Watermark(START + Duration.ofDays(9).toMillis()));
                        entries += keysInState(harness);
                        timers += harness.numEventTimeTimers();
                    } else {
                        harness.prepareSnapshotPreBarrier(leg + 1L);
                        snapshots[subtask] = harness.snapshot(leg + 1L, 0);
                    }
                    collect(harness, finals, refused);
                }
            }
            state = isLast ? null : AbstractStreamOperatorTestHarness.repackageState(snapshots);
            before = parallelism;
        }
        finals.sort(Comparator.comparing(Session::userId).thenComparing(Session::startMillis));
        refused.sort(Comparator.naturalOrder());
        return new Result(finals, refused, entries, timers);
    }

    private static KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> open(
            SessionRules rules,
            OperatorSubtaskState state,
            int parallelismBefore,
            int parallelism,
            int subtask,
            String backend)
            throws Exception {
        var harness = new KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick>(
                new SessionizeOperator(rules, true),
                RescaledRunTest::user,
                TypeInformation.of(UserKey.class),
                MAX_PARALLELISM,
                parallelism,
                subtask);
        harness.setStateBackend(backend(backend));
        harness.setup();
        if (state != null) {
            harness.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                    state, MAX_PARALLELISM, parallelismBefore, parallelism, subtask));
        }
        harness.open();
        return harness;
    }

    /** Counted by key, which RocksDB can do too. */
    private static int keysInState(
            KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> harness) {
        var backend = ((SessionizeOperator) harness.getOperator()).getKeyedStateBackend();
        int keys = 0;
        for (String name : List.of("timeline", "seen-event-ids")) {
            try (Stream<?> found = backend.getKeys(name, VoidNamespace.INSTANCE)) {
                keys += (int) found.count();
            }
        }
        return keys;
    }

    private static StateBackend backend(String name) {
        if (name.equals("HEAP")) {
            return new HashMapStateBackend();
        }
        EmbeddedRocksDBStateBackend rocks = new EmbeddedRocksDBStateBackend();
        rocks.getMemoryConfiguration().setUseManagedMemory(false);
        return rocks;
    }

    private static void collect(
            KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> harness,
            List<Session> finals,
            List<String> refused) {
        var changes = harness.getSideOutput(SessionizeOperator.SESSIONS);
        if (changes != null) {
            changes.stream()
                    .map(StreamRecord::getValue)
                    .map(SessionChange::session)
                    .filter(Session::isFinal)
                    .forEach(finals::add);
        }
        var late = harness.getSideOutput(SessionizeOperator.REFUSED);
        if (late != null) {
            late.forEach(record ->
                    refused.add(record.getValue().source() + record.getValue().detail()));
        }
    }

    /** A few hours of disordered clicks over midnight, some of them twice, some late; event time follows behind. */
    private static List<Step> steps(Random random) {
        List<Step> steps = new ArrayList<>();
        List<ReceivedClick> sent = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            long now = START + i * 4_000L;
            ReceivedClick click;
            if (random.nextInt(20) == 0 && !sent.isEmpty()) {
                click = sent.get(sent.size() - 1 - random.nextInt(Math.min(sent.size(), 50)));
            } else {
                long behind = random.nextInt(30) == 0 ? 400_000 : random.nextInt(60_000);
                click = click(i, random, now - behind);
                sent.add(click);
            }
            steps.add(new Step(click, now - 60_000));
        }
        return steps;
    }

    private static ReceivedClick click(int i, Random random, long time) {
        boolean buys = random.nextInt(10) == 0;
        Click click = new Click(
                "e" + i,
                "shop",
                "user-" + random.nextInt(random.nextInt(4) == 0 ? 3 : 300),
                time,
                null,
                buys ? "purchase" : "page_view",
                null,
                "/page/" + random.nextInt(9),
                null,
                null,
                null,
                random.nextInt(8) == 0 ? "campaign-" + random.nextInt(2) : null,
                null,
                null,
                "DE",
                null,
                null,
                null,
                buys ? BigDecimal.valueOf(random.nextInt(9_999), 2) : null,
                buys ? "EUR" : null,
                Map.of());
        return new ReceivedClick(click, new SourcePosition("clicks", 0, i, time + 100), null, new byte[] {1});
    }

    private static UserKey user(ReceivedClick received) {
        return new UserKey(received.click().siteId(), received.click().userId());
    }

    private static int subtaskOf(ReceivedClick click, int parallelism) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(user(click), MAX_PARALLELISM, parallelism);
    }
}
