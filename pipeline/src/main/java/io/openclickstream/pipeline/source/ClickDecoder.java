package io.openclickstream.pipeline.source;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.pipeline.decide.click.Decoded;
import io.openclickstream.pipeline.decide.click.Decoded.Refused;
import io.openclickstream.pipeline.decide.click.Decoded.Trusted;
import io.openclickstream.pipeline.decide.click.RawClick;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import java.io.Serializable;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Decodes Kafka records inside the source, where each partition still has its own watermark. Emits exactly one
 * {@link SourceRecord} per Kafka record, whatever its bytes are; never throws on data.
 */
public final class ClickDecoder implements KafkaRecordDeserializationSchema<SourceRecord> {
    private static final long serialVersionUID = 1L;

    private final Settings settings;
    private final long maxFutureSkewMillis;
    private transient @Nullable ClickReader reader;
    private transient @Nullable ClickScanner scanner;

    /**
     * How records are decoded.
     *
     * @param schemaId the only schema id accepted in {@link ClickFormat#CONFLUENT_AVRO}; null accepts every id
     * @param maxBytes the longest value that is decoded; longer ones are rejected with their bytes
     * @param rules which of the decoded records are trusted
     */
    public record Settings(ClickFormat format, @Nullable Integer schemaId, int maxBytes, ClickRules rules)
            implements Serializable {}

    public ClickDecoder(Settings settings) {
        this.settings = settings;
        maxFutureSkewMillis = settings.rules().maxFutureSkew().toMillis();
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<SourceRecord> out) {
        SourcePosition position =
                new SourcePosition(record.topic(), record.partition(), record.offset(), record.timestamp());
        byte[] value = record.value();
        Click plain = value == null || value.length > settings.maxBytes()
                ? null
                : scanner().scan(value, record.timestamp() + maxFutureSkewMillis);
        out.collect(plain == null ? decoded(record, position) : click(plain, record, position));
    }

    private static SourceRecord click(Click click, ConsumerRecord<byte[], byte[]> record, SourcePosition position) {
        return new SourceRecord(new ReceivedClick(click, position, record.key(), record.value()), null);
    }

    /** The long way. */
    private SourceRecord decoded(ConsumerRecord<byte[], byte[]> record, SourcePosition position) {
        RawClick raw = new RawClick();
        Decoded decoded = decode(record.value(), raw, record.timestamp());
        if (decoded instanceof Trusted trusted) {
            return click(trusted.click(), record, position);
        }
        Refused refused = (Refused) decoded;
        return new SourceRecord(
                null,
                new Rejected(
                        refused.reason(),
                        refused.detail(),
                        position,
                        refused.eventTimeMillis(),
                        record.key(),
                        record.value()),
                settings.rules().user(raw));
    }

    private Decoded decode(byte @Nullable [] value, RawClick raw, long ingestionTimeMillis) {
        if (value == null || value.length == 0) {
            return new Refused(Reason.EMPTY_VALUE, value == null ? "the value is null" : "the value has no bytes");
        }
        if (value.length > settings.maxBytes()) {
            String detail = "the value has %d bytes, more than clicks.max-bytes=%d"
                    .formatted(value.length, settings.maxBytes());
            return new Refused(Reason.TOO_LARGE, detail);
        }
        Refused unreadable = reader().read(value, raw);
        return unreadable != null ? unreadable : settings.rules().decide(raw, ingestionTimeMillis);
    }

    private ClickScanner scanner() {
        if (scanner == null) {
            scanner = settings.format() == ClickFormat.JSON
                    ? new JsonClickScanner(settings.rules())
                    : new AvroClickScanner(avroHeader(), settings.rules());
        }
        return scanner;
    }

    private ClickReader reader() {
        if (reader == null) {
            reader = settings.format() == ClickFormat.JSON ? new JsonClickReader() : new AvroClickReader(avroHeader());
        }
        return reader;
    }

    private AvroHeader avroHeader() {
        return new AvroHeader(settings.format() == ClickFormat.CONFLUENT_AVRO, settings.schemaId());
    }

    @Override
    public TypeInformation<SourceRecord> getProducedType() {
        return WireType.SOURCE_RECORD;
    }
}
