package io.openclickstream.pipeline.operator;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.MetricTable;
import io.openclickstream.pipeline.decide.metric.PaneTally;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.metric.PaneKey;
import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
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
 * Panes merged by 1, then 2, 3 and again 1 subtasks, each resumed from what the others left, with checkpoints in between
 * and with memory for all panes or for a few: every pane is final once, as if it had been counted in one go, and what was
 * told of it before leads there.
 */
class RescaledPanesTest {
    private static final int MAX_PARALLELISM = 128;
    private static final List<Integer> PARALLELISMS = List.of(1, 2, 3, 1);
    private static final int CLICKS = 1_500;
    private static final MergePanesOperator.Timing TIMING =
            new MergePanesOperator.Timing(1_000, Duration.ofSeconds(20), Duration.ofSeconds(50));

    private record Step(PanePart part, long watermark) {}

    private record Result(List<PaneResult> told, int stateEntries, int timers) {}

    @ParameterizedTest
    @CsvSource({
        "HEAP, true, 1000000", "HEAP, true, 5000", "HEAP, true, 1", "HEAP, false, 5000",
        "ROCKSDB, true, 1000000", "ROCKSDB, true, 5000", "ROCKSDB, true, 1", "ROCKSDB, false, 5000"
    })
    void everyPaneIsFinalOnceAsIfCountedInOneGo(String backend, boolean showsOpenPanes, long memoryBytes)
            throws Exception {
        MetricCatalog catalog = MetricCatalog.of(Map.of("pages.sql", """
                SELECT page, COUNT(*) AS clicks, APPROX_COUNT_DISTINCT(user_id) AS users
                FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '10' SECOND))
                WHERE page IS NOT NULL GROUP BY window_start, page""", "clicks_per_second.sql", """
                SELECT COUNT(*) AS clicks, SUM(amount) AS revenue, MAX(event_id) AS last_id
                FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' SECOND)) GROUP BY window_start"""));
        List<ReceivedClick> clicks = clicks(new Random(20_261_125));

        Result result = run(catalog, steps(catalog, clicks), backend, showsOpenPanes, memoryBytes);

        List<PaneResult> finals =
                result.told().stream().filter(PaneResult::isFinal).toList();
        Map<PaneKey, String> expected = new HashMap<>();
        parts(catalog, clicks).forEach(part -> expected.put(part.key(), text(part.pane())));
        assertThat(finals).hasSize(expected.size());
        assertThat(finals.stream().collect(toMap(PaneResult::key, told -> text(told.pane()))))
                .isEqualTo(expected);
        assertThat(result.stateEntries()).isZero();
        assertThat(result.timers()).isZero();
        if (showsOpenPanes) {
            assertToldOfEarly(result.told());
        } else {
            assertThat(result.told()).hasSameSizeAs(finals);
        }
    }

    /** Nothing comes after the last word, and no click that was counted is missing in what is told later. */
    private static void assertToldOfEarly(List<PaneResult> told) {
        Map<PaneKey, PaneResult> last = new HashMap<>();
        for (PaneResult next : told) {
            PaneResult before = last.put(next.key(), next);
            if (before != null) {
                assertThat(before.isFinal()).isFalse();
                assertThat(clicks(next)).isGreaterThanOrEqualTo(clicks(before));
            }
        }
        assertThat(told.stream().filter(next -> !next.isClosed())).isNotEmpty();
        assertThat(told.stream().filter(next -> next.isClosed() && !next.isFinal()))
                .isNotEmpty();
    }

    private static long clicks(PaneResult result) {
        var reader = new PaneReader();
        reader.begin(result.pane().measures());
        reader.next();
        return reader.values();
    }

    private static Result run(
            MetricCatalog catalog, List<Step> steps, String backend, boolean showsOpenPanes, long memoryBytes)
            throws Exception {
        List<PaneResult> told = new ArrayList<>();
        int entries = 0;
        int timers = 0;
        OperatorSubtaskState state = null;
        int before = 1;
        for (int leg = 0; leg < PARALLELISMS.size(); leg++) {
            int parallelism = PARALLELISMS.get(leg);
            List<Step> part = steps.subList(
                    steps.size() * leg / PARALLELISMS.size(), steps.size() * (leg + 1) / PARALLELISMS.size());
            boolean isLast = leg == PARALLELISMS.size() - 1;
            OperatorSubtaskState[] snapshots = new OperatorSubtaskState[parallelism];
            for (int subtask = 0; subtask < parallelism; subtask++) {
                var operator = new MergePanesOperator(catalog, TIMING, showsOpenPanes, memoryBytes);
                try (var harness = open(operator, state, before, parallelism, subtask, backend)) {
                    int done = 0;
                    for (Step step : part) {
                        if (subtask == subtaskOf(step.part(), parallelism)) {
                            harness.processElement(new StreamRecord<>(step.part()));
                        }
                        harness.setProcessingTime(100L * done);
                        harness.processWatermark(new Watermark(step.watermark()));
                        if (++done % 200 == 0) { // a checkpoint that nobody restores
                            harness.prepareSnapshotPreBarrier(100L * leg + done);
                            harness.snapshot(100L * leg + done, 0);
                        }
                    }
                    if (isLast) {
                        harness.processWatermark(new Watermark(Long.MAX_VALUE - 1));
                        try (Stream<?> keys =
                                operator.getKeyedStateBackend().getKeys("panes", VoidNamespace.INSTANCE)) {
                            entries += (int) keys.count();
                        }
                        timers += harness.numEventTimeTimers();
                    } else {
                        harness.prepareSnapshotPreBarrier(10_000 + leg);
                        snapshots[subtask] = harness.snapshot(10_000 + leg, 0);
                    }
                    told.addAll(harness.extractOutputValues());
                }
            }
            state = isLast ? null : AbstractStreamOperatorTestHarness.repackageState(snapshots);
            before = parallelism;
        }
        return new Result(told, entries, timers);
    }

    private static KeyedOneInputStreamOperatorTestHarness<PaneBucket, PanePart, PaneResult> open(
            MergePanesOperator operator,
            OperatorSubtaskState state,
            int parallelismBefore,
            int parallelism,
            int subtask,
            String backend)
            throws Exception {
        var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                operator,
                PanePart::bucket,
                TypeInformation.of(PaneBucket.class),
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

    private static StateBackend backend(String name) {
        if (name.equals("HEAP")) {
            return new HashMapStateBackend();
        }
        EmbeddedRocksDBStateBackend rocks = new EmbeddedRocksDBStateBackend();
        rocks.getMemoryConfiguration().setUseManagedMemory(false);
        return rocks;
    }

    private static int subtaskOf(PanePart part, int parallelism) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(part.bucket(), MAX_PARALLELISM, parallelism);
    }

    /** A part for every click, and event time far enough behind that some come after their window has closed. */
    private static List<Step> steps(MetricCatalog catalog, List<ReceivedClick> clicks) {
        var tally = new PaneTally<>(MetricTable.CLICKS, catalog.metrics(), () -> {});
        List<Step> steps = new ArrayList<>();
        long latest = 0;
        for (ReceivedClick click : clicks) {
            latest = Math.max(latest, click.click().eventTimeMillis());
            long watermark = latest - 5_000;
            tally.add(click);
            tally.drain(part -> steps.add(new Step(part, watermark)));
        }
        return steps;
    }

    private static List<PanePart> parts(MetricCatalog catalog, List<ReceivedClick> clicks) {
        var tally = new PaneTally<>(MetricTable.CLICKS, catalog.metrics(), () -> {});
        clicks.forEach(tally::add);
        List<PanePart> parts = new ArrayList<>();
        tally.drain(parts::add);
        return parts;
    }

    private static List<ReceivedClick> clicks(Random random) {
        List<ReceivedClick> clicks = new ArrayList<>();
        for (int i = 0; i < CLICKS; i++) {
            boolean isPaid = random.nextInt(9) == 0;
            clicks.add(received(click(
                    "e" + i,
                    "user-" + random.nextInt(200),
                    100_000 + i * 60L - (random.nextInt(6) == 0 ? random.nextInt(20_000) : random.nextInt(3_000)),
                    random.nextInt(20) == 0 ? null : "/" + random.nextInt(random.nextInt(4) == 0 ? 300 : 20),
                    isPaid ? "12.34" : null,
                    isPaid ? "EUR" : null)));
        }
        return clicks;
    }

    private static String text(Pane pane) {
        return pane.ingestionTimeMillis() + ":" + HexFormat.of().formatHex(pane.measures());
    }
}
