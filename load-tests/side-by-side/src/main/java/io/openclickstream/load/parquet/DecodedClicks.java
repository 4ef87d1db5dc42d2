package io.openclickstream.load.parquet;

import io.openclickstream.load.generator.ClickGenerator;
import io.openclickstream.load.generator.GeneratedClick;
import io.openclickstream.load.generator.GeneratorSettings;
import io.openclickstream.load.generator.GeneratorSettings.Shares;
import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.pipeline.source.ClickDecoder;
import io.openclickstream.pipeline.source.ClickFormat;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.ReceivedClick;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Generated clicks as our source hands them on: JSON, read by our decoder. */
final class DecodedClicks {
    /** Fixed, so that every run on every day writes the same rows. */
    private static final Instant FIRST_CLICK = Instant.parse("2026-01-05T08:00:00Z");

    private static final int CLICKS_PER_SECOND = 250;
    private static final int PARTITIONS = 4;
    private static final int MAX_BYTES = 1 << 20;

    private DecodedClicks() {}

    /** As many clicks as asked for, all of them trusted; always the same for a seed. */
    static List<ReceivedClick> of(long seed, int clicks) {
        var generator = new ClickGenerator(
                GeneratorSettings.of(seed, FIRST_CLICK, CLICKS_PER_SECOND).with(Shares.CLEAN));
        var decoder = new ClickDecoder(new ClickDecoder.Settings(
                ClickFormat.JSON, null, MAX_BYTES, new ClickRules("default", Duration.ofMinutes(5))));
        var trusted = new Trusted(new ArrayList<>(clicks));
        long[] offsets = new long[PARTITIONS];
        for (long position = 0; position < clicks; position++) {
            decoder.deserialize(record(generator.click(position), offsets), trusted);
        }
        return trusted.clicks;
    }

    private static ConsumerRecord<byte[], byte[]> record(GeneratedClick click, long[] offsets) {
        int partition = Math.floorMod(Arrays.hashCode(click.key()), PARTITIONS);
        return new ConsumerRecord<>(
                "clicks",
                partition,
                offsets[partition]++,
                click.sendTimeMillis(),
                TimestampType.CREATE_TIME,
                click.key().length,
                click.value().length,
                click.key(),
                click.value(),
                new RecordHeaders(),
                Optional.empty());
    }

    /** Keeps the clicks without the records they came in, which are not part of a row. */
    private record Trusted(List<ReceivedClick> clicks) implements Collector<SourceRecord> {
        @Override
        public void collect(SourceRecord record) {
            ReceivedClick click = record.click();
            if (click == null) {
                throw new IllegalStateException("The decoder refused a clean click: " + record.rejected());
            }
            clicks.add(new ReceivedClick(click.click(), click.source(), null, new byte[0]));
        }

        @Override
        public void close() {}
    }
}
