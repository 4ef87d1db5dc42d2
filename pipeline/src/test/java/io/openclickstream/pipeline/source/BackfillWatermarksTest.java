package io.openclickstream.pipeline.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.TestClicks;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is a backfill's business, and how far its event time has come. */
class BackfillWatermarksTest {
    private static final BackfillSpan SPAN = new BackfillSpan(1_000, 9_000);

    private final List<Long> watermarks = new ArrayList<>();
    private final WatermarkGenerator<SourceRecord> generator = BackfillWatermarks.strategy(
                    Set.of(0, 1), SPAN, Duration.ofMillis(10))
            .createWatermarkGenerator(null);

    @Test
    void thePartitionFurthestBehindDecidesWhicheverIsReadFirst() {
        assertThat(after(click(0, 5_000))).as("of the other nothing is known").isEmpty();
        assertThat(after(click(0, 8_000))).isEmpty();
        assertThat(after(click(1, 2_000))).containsExactly(1_989L);
        assertThat(after(click(1, 1_500))).as("an earlier click").containsExactly(1_989L);
        assertThat(after(click(1, 8_500))).containsExactly(7_989L);
    }

    @Test
    void whatIsOutsideOfTheSpanOrRefusedMovesNothing() {
        after(click(0, 3_000));
        assertThat(after(click(1, 2_000))).containsExactly(1_989L);
        assertThat(after(click(1, 9_000))).containsExactly(1_989L);
        assertThat(after(click(1, 999))).containsExactly(1_989L);
        assertThat(after(refused(2_500L))).containsExactly(1_989L);
    }

    @Test
    void theSpanHasItsFirstMomentAndNotItsLast() {
        assertThat(SPAN.has(click(0, 999))).isFalse();
        assertThat(SPAN.has(click(0, 1_000))).isTrue();
        assertThat(SPAN.has(click(0, 8_999))).isTrue();
        assertThat(SPAN.has(click(0, 9_000))).isFalse();
        assertThat(SPAN.has(refused(null))).as("its time could not be read").isTrue();
        assertThat(SPAN.has(refused(2_000L))).isTrue();
        assertThat(SPAN.has(refused(9_000L))).isFalse();
    }

    private List<Long> after(SourceRecord record) {
        watermarks.clear();
        var output = new WatermarkOutput() {
            @Override
            public void emitWatermark(Watermark watermark) {
                watermarks.add(watermark.getTimestamp());
            }

            @Override
            public void markIdle() {
                throw new AssertionError("nobody is idle");
            }

            @Override
            public void markActive() {
                throw new AssertionError("nobody was idle");
            }
        };
        generator.onEvent(record, 0, output);
        generator.onPeriodicEmit(output);
        return List.copyOf(watermarks);
    }

    private static SourceRecord click(int partition, long timeMillis) {
        Click click = TestClicks.click("e", "ada", timeMillis);
        return new SourceRecord(new ReceivedClick(click, position(partition), null, new byte[0]), null);
    }

    private static SourceRecord refused(@Nullable Long timeMillis) {
        return new SourceRecord(
                null, new Rejected(Reason.MISSING_FIELD, "refused", position(0), timeMillis, null, new byte[0]));
    }

    private static SourcePosition position(int partition) {
        return new SourcePosition("backfill/history", partition, 7, 1_000);
    }
}
