package io.openclickstream.pipeline.source;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * The event-time watermark of one Kafka partition: the latest click's time less the allowed disorder. Rejected records
 * never move it, whatever time they claim.
 */
final class ClickWatermarks implements WatermarkGenerator<SourceRecord> {
    private final long outOfOrdernessMillis;
    private long latestMillis = Long.MIN_VALUE;

    private ClickWatermarks(Duration outOfOrderness) {
        this.outOfOrdernessMillis = outOfOrderness.toMillis();
    }

    /**
     * The watermark strategy of the click source.
     *
     * @param outOfOrderness how far clicks of one partition are expected to come out of order
     * @param idleTimeout after this long without a record a partition no longer holds the watermark back
     */
    static WatermarkStrategy<SourceRecord> strategy(Duration outOfOrderness, Duration idleTimeout) {
        return WatermarkStrategy.<SourceRecord>forGenerator(context -> new ClickWatermarks(outOfOrderness))
                .withTimestampAssigner((record, kafkaTimestamp) -> record.click() == null
                        ? kafkaTimestamp
                        : record.click().click().eventTimeMillis())
                .withIdleness(idleTimeout);
    }

    @Override
    public void onEvent(SourceRecord record, long timestamp, WatermarkOutput output) {
        if (record.click() != null) {
            latestMillis = Math.max(latestMillis, record.click().click().eventTimeMillis());
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (latestMillis != Long.MIN_VALUE) {
            output.emitWatermark(new Watermark(latestMillis - outOfOrdernessMillis - 1));
        }
    }
}
