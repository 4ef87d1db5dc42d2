package io.openclickstream.pipeline.operator;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.MetricTable;
import io.openclickstream.pipeline.decide.metric.PaneTally;
import io.openclickstream.pipeline.operator.OperatorScript.Mode;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergePanesOperatorTest {
    private static final String CLICKS =
            "FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' SECOND)) GROUP BY window_start";
    private static final MetricCatalog CATALOG = catalog("clicks_per_second", "SELECT COUNT(*) AS n " + CLICKS);
    private static final MergePanesOperator.Timing TIMING =
            new MergePanesOperator.Timing(1_000, Duration.ofMillis(50), Duration.ofMillis(70));

    @ParameterizedTest
    @EnumSource
    void aPaneIsSentWhenItsWindowClosesAndWhenItIsFinal(Mode mode) throws Exception {
        var outcome = script(CATALOG)
                .element(part(CATALOG, 0))
                .element(part(CATALOG, 999))
                .element(part(CATALOG, 1_000))
                .watermark(998)
                .watermark(999)
                .watermark(1_049)
                .watermark(1_050)
                .run(Mode.STRAIGHT);
        assertThat(outcome.main())
                .extracting(
                        result -> result.key().windowStartMillis(),
                        MergePanesOperatorTest::count,
                        PaneResult::isClosed,
                        PaneResult::isFinal)
                .containsExactly(tuple(0L, 2L, true, false), tuple(0L, 2L, true, true));
        var all = script(CATALOG)
                .element(part(CATALOG, 0))
                .watermark(999)
                .element(part(CATALOG, 500))
                .element(part(CATALOG, 1_000))
                .watermark(5_000)
                .run(mode);
        assertThat(all.main())
                .filteredOn(PaneResult::isFinal)
                .extracting(result -> result.key().windowStartMillis(), MergePanesOperatorTest::count)
                .containsExactlyInAnyOrder(tuple(0L, 2L), tuple(1_000L, 1L));
        assertThat(all.stateEntries()).isZero();
        assertThat(all.timers()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aDrainWaitsForPartsThatOtherInputsStillSend(Mode mode) throws Exception {
        var outcome = script(CATALOG)
                .element(part(CATALOG, 0))
                .lastWatermarkOfOneInput()
                .element(part(CATALOG, 1))
                .end()
                .run(mode);
        assertThat(outcome.main())
                .filteredOn(PaneResult::isFinal)
                .extracting(MergePanesOperatorTest::count)
                .containsExactly(2L);
        assertThat(outcome.stateEntries() + outcome.timers()).isZero();
    }

    @Test
    void changedPanesAreSentEarlyOnceAnInterval() throws Exception {
        var outcome = script(CATALOG)
                .processingTime(10)
                .element(part(CATALOG, 0))
                .element(part(CATALOG, 1))
                .processingTime(1_010)
                .processingTime(2_010)
                .watermark(999)
                .element(part(CATALOG, 2))
                .processingTime(3_010)
                .processingTime(4_010)
                .run(Mode.STRAIGHT);
        assertThat(outcome.main())
                .extracting(MergePanesOperatorTest::count, PaneResult::isClosed, PaneResult::isFinal)
                .containsExactly(tuple(2L, false, false), tuple(2L, true, false), tuple(3L, true, false));
    }

    @Test
    void whatChangedIsSentBeforeTheBarrier() throws Exception {
        assertThat(script(CATALOG)
                        .element(part(CATALOG, 0))
                        .barrier(1)
                        .barrier(2)
                        .run(Mode.STRAIGHT)
                        .main())
                .hasSize(1);
    }

    @Test
    void aPaneOfSessionsWaitsForTheirGap() throws Exception {
        MetricCatalog catalog = catalog(
                "sessions_per_second",
                "SELECT COUNT(*) AS n FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(end_time), INTERVAL '1' SECOND))"
                        + " GROUP BY window_start");
        var pane = PanePart.of("sessions_per_second", 0, "[]", part(CATALOG, 0).pane());
        assertThat(script(catalog)
                        .element(pane)
                        .watermark(1_069)
                        .run(Mode.STRAIGHT)
                        .main())
                .noneMatch(PaneResult::isFinal);
        assertThat(script(catalog)
                        .element(pane)
                        .watermark(1_070)
                        .run(Mode.STRAIGHT)
                        .main())
                .anyMatch(PaneResult::isFinal);
    }

    @Test
    void aMetricThatIsGoneTakesItsPanesAlongAndOneThatIsNewBegins() throws Exception {
        OperatorSubtaskState snapshot = snapshot(CATALOG, part(CATALOG, 0));
        MetricCatalog others = catalog("others", "SELECT COUNT(*) AS n " + CLICKS);
        try (var harness = harness(others)) {
            harness.initializeState(snapshot);
            harness.open();
            harness.processElement(new StreamRecord<>(part(others, 0)));
            harness.processElement(new StreamRecord<>(part(CATALOG, 0)));
            harness.processWatermark(10_000);
            assertThat(harness.extractOutputValues())
                    .extracting(result -> result.key().metric(), PaneResult::isFinal)
                    .contains(tuple("others", true))
                    .allMatch(row -> row.toList().get(0).equals("others"));
            assertThat(harness.numKeyedStateEntries()).isZero();
            assertThat(harness.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void aMetricThatChangedUnderItsNameIsRefused() throws Exception {
        OperatorSubtaskState snapshot = snapshot(CATALOG, part(CATALOG, 0));
        MetricCatalog changed = catalog("clicks_per_second", "SELECT COUNT(page) AS n " + CLICKS);
        try (var harness = harness(changed)) {
            assertThatThrownBy(() -> harness.initializeState(snapshot))
                    .rootCause()
                    .hasMessageContaining("new name")
                    .hasMessageContaining("SELECT COUNT(*) AS n")
                    .hasMessageContaining("SELECT COUNT(page) AS n");
        }
    }

    @Test
    void withoutReadersOnlyFinalResultsAreSent() throws Exception {
        var outcome = new OperatorScript<>(
                        () -> new MergePanesOperator(CATALOG, TIMING, false),
                        PanePart::bucket,
                        TypeInformation.of(PaneBucket.class))
                .processingTime(10)
                .element(part(CATALOG, 0))
                .processingTime(1_010)
                .barrier(1)
                .watermark(999)
                .element(part(CATALOG, 1))
                .processingTime(2_010)
                .watermark(1_050)
                .run(Mode.STRAIGHT);
        assertThat(outcome.main())
                .extracting(MergePanesOperatorTest::count, PaneResult::isFinal)
                .containsExactly(tuple(2L, true));
    }

    /** Later changes of the same interval are told of once more: nothing is at hand that could tell they were. */
    @Test
    void whenMemoryIsFullPanesAreSavedAndComeBackFromState() throws Exception {
        try (var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                new MergePanesOperator(CATALOG, TIMING, true, 1_000),
                PanePart::bucket,
                TypeInformation.of(PaneBucket.class))) {
            harness.open();
            for (int i = 0; i < 6; i++) {
                harness.processElement(new StreamRecord<>(part(CATALOG, i * 1_000L)));
            }
            assertThat(harness.numKeyedStateEntries()).isEqualTo(5); // the sixth came to an empty memory
            for (int i = 0; i < 6; i++) {
                harness.processElement(new StreamRecord<>(part(CATALOG, i * 1_000L)));
            }
            harness.processWatermark(10_000);
            assertThat(harness.extractOutputValues())
                    .filteredOn(PaneResult::isFinal)
                    .extracting(result -> result.key().windowStartMillis(), MergePanesOperatorTest::count)
                    .containsExactlyInAnyOrder(
                            tuple(0L, 2L),
                            tuple(1_000L, 2L),
                            tuple(2_000L, 2L),
                            tuple(3_000L, 2L),
                            tuple(4_000L, 2L),
                            tuple(5_000L, 2L));
            assertThat(harness.numKeyedStateEntries()).isZero();
            assertThat(harness.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void aPaneThatBeginsAndEndsBetweenTwoCheckpointsNeverEntersState() throws Exception {
        try (var harness = harness(CATALOG)) {
            harness.open();
            harness.processElement(new StreamRecord<>(part(CATALOG, 0)));
            assertThat(harness.numKeyedStateEntries()).isZero();
            harness.snapshot(1, 0);
            assertThat(harness.numKeyedStateEntries()).isEqualTo(1);
        }
    }

    private static long count(PaneResult result) {
        var reader = new PaneReader();
        reader.begin(result.pane().measures());
        reader.next();
        return reader.values();
    }

    private static OperatorSubtaskState snapshot(MetricCatalog catalog, PanePart part) throws Exception {
        try (var harness = harness(catalog)) {
            harness.open();
            harness.processElement(new StreamRecord<>(part));
            return harness.snapshot(1, 0);
        }
    }

    private static KeyedOneInputStreamOperatorTestHarness<PaneBucket, PanePart, PaneResult> harness(
            MetricCatalog catalog) throws Exception {
        return new KeyedOneInputStreamOperatorTestHarness<>(
                new MergePanesOperator(catalog, TIMING, true), PanePart::bucket, TypeInformation.of(PaneBucket.class));
    }

    private static PanePart part(MetricCatalog catalog, long eventTimeMillis) {
        var tally = new PaneTally<>(MetricTable.CLICKS, catalog.metrics(), () -> {});
        tally.add(received(click("e", "ada", eventTimeMillis)));
        List<PanePart> parts = new ArrayList<>();
        tally.drain(parts::add);
        return parts.get(0);
    }

    private static MetricCatalog catalog(String name, String sql) {
        try {
            return MetricCatalog.of(Map.of(name + ".sql", sql));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static OperatorScript<PaneBucket, PanePart, PaneResult> script(MetricCatalog catalog) {
        return new OperatorScript<>(
                () -> new MergePanesOperator(catalog, TIMING, true),
                PanePart::bucket,
                TypeInformation.of(PaneBucket.class));
    }
}
