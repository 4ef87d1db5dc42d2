package io.openclickstream.load.operator;

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
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Generated clicks as our source hands them on: all accepted, none twice. */
public final class DecodedClicks {
    /** Fixed, so that every run on every day sees the same clicks. */
    public static final Instant FIRST_CLICK = Instant.parse("2026-01-05T08:00:00Z");

    /** The Kafka topic they would have come from. */
    public static final String TOPIC = "clicks";

    private static final int MAX_BYTES = 1 << 20;

    private DecodedClicks() {}

    /**
     * Clicks without an end; {@code limit} it.
     *
     * @param clicksPerSecond of event time
     */
    public static Stream<ReceivedClick> of(long seed, int clicksPerSecond) {
        ClickDecoder decoder = decoder();
        return generated(seed, clicksPerSecond).map(click -> decoded(click, decoder));
    }

    /** The records that these clicks are decoded from. */
    static Stream<GeneratedClick> generated(long seed, int clicksPerSecond) {
        GeneratorSettings settings = GeneratorSettings.of(seed, FIRST_CLICK, clicksPerSecond);
        return new ClickGenerator(settings.with(Shares.CLEAN)).from(0);
    }

    private static ClickDecoder decoder() {
        return new ClickDecoder(new ClickDecoder.Settings(
                ClickFormat.JSON, null, MAX_BYTES, new ClickRules("default", Duration.ofMinutes(5))));
    }

    /** The click that our source makes of a record. */
    static ReceivedClick decoded(GeneratedClick generated) {
        return decoded(generated, decoder());
    }

    private static ReceivedClick decoded(GeneratedClick generated, ClickDecoder decoder) {
        List<SourceRecord> records = new ArrayList<>(1);
        decoder.deserialize(record(generated), new ListCollector<>(records));
        ReceivedClick click = records.get(0).click();
        if (click == null) {
            throw new IllegalStateException(
                    "The click at position %d is refused: %s".formatted(generated.position(), records.get(0)));
        }
        return click;
    }

    private static ConsumerRecord<byte[], byte[]> record(GeneratedClick generated) {
        return new ConsumerRecord<>(
                TOPIC,
                0,
                generated.position(),
                generated.sendTimeMillis(),
                org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                generated.key().length,
                generated.value().length,
                generated.key(),
                generated.value(),
                new org.apache.kafka.common.header.internals.RecordHeaders(),
                java.util.Optional.empty());
    }
}
