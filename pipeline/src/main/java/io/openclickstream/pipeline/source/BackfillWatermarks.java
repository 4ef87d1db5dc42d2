package io.openclickstream.pipeline.source;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * Watermarks of records that come from several partitions in any order among these: that of the partition that is
 * furthest behind. So what is late does not depend on which is read first. A partition whose last record was read is
 * waited for none the less; event time ends with the input.
 */
final class BackfillWatermarks implements WatermarkGenerator<SourceRecord> {
    private final Set<Integer> partitions;
    private final BackfillSpan span;
    private final long outOfOrdernessMillis;
    private final Map<Integer, Long> latestMillis = new HashMap<>();

    private BackfillWatermarks(Set<Integer> partitions, BackfillSpan span, Duration outOfOrderness) {
        this.partitions = partitions;
        this.span = span;
        outOfOrdernessMillis = outOfOrderness.toMillis();
    }

    /**
     * For a source with one subtask that reads.
     *
     * @param partitions all that records come from; each is waited for
     * @param span clicks outside of it do not move event time
     */
    static WatermarkStrategy<SourceRecord> strategy(
            Set<Integer> partitions, BackfillSpan span, Duration outOfOrderness) {
        Set<Integer> copied = Set.copyOf(partitions);
        return WatermarkStrategy.<SourceRecord>forGenerator(
                        context -> new BackfillWatermarks(copied, span, outOfOrderness))
                .withTimestampAssigner((record, timestamp) -> record.click() == null
                        ? timestamp
                        : record.click().click().eventTimeMillis());
    }

    @Override
    public void onEvent(SourceRecord record, long timestamp, WatermarkOutput output) {
        if (record.click() != null && span.has(record)) {
            latestMillis.merge(
                    record.position().partition(), record.click().click().eventTimeMillis(), Math::max);
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (latestMillis.keySet().containsAll(partitions)) {
            latestMillis.values().stream()
                    .mapToLong(Long::longValue)
                    .min()
                    .ifPresent(furthestBehind ->
                            output.emitWatermark(new Watermark(furthestBehind - outOfOrdernessMillis - 1)));
        }
    }
}
