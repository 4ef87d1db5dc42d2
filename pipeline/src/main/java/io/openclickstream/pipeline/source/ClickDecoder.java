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
    private transient @Nullable ClickReader reader;
    private transient @Nullable JsonClickScanner scanner;

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
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<SourceRecord> out) {
        SourcePosition position =
                new SourcePosition(record.topic(), record.partition(), record.offset(), record.timestamp());
        byte[] value = record.value();
        Decoded decoded = decode(value, record.timestamp());
        if (decoded instanceof Trusted trusted) {
            out.collect(new SourceRecord(new ReceivedClick(trusted.click(), position, record.key(), value), null));
        } else if (decoded instanceof Refused refused) {
            out.collect(new SourceRecord(
                    null,
                    new Rejected(
                            refused.reason(),
                            refused.detail(),
                            position,
                            refused.eventTimeMillis(),
                            record.key(),
                            value)));
        }
    }

    private Decoded decode(byte @Nullable [] value, long ingestionTimeMillis) {
        if (value == null || value.length == 0) {
            return new Refused(Reason.EMPTY_VALUE, value == null ? "the value is null" : "the value has no bytes");
        }
        if (value.length > settings.maxBytes()) {
            String detail = "the value has %d bytes, more than clicks.max-bytes=%d"
                    .formatted(value.length, settings.maxBytes());
            return new Refused(Reason.TOO_LARGE, detail);
        }
        if (settings.format() == ClickFormat.JSON) {
            Click plain = scanner()
                    .scan(
                            value,
                            ingestionTimeMillis
                                    + settings.rules().maxFutureSkew().toMillis());
            if (plain != null) {
                return new Trusted(plain);
            }
        }
        RawClick raw = new RawClick();
        Refused unreadable = reader().read(value, raw);
        return unreadable != null ? unreadable : settings.rules().decide(raw, ingestionTimeMillis);
    }

    private JsonClickScanner scanner() {
        if (scanner == null) {
            scanner = new JsonClickScanner(settings.rules());
        }
        return scanner;
    }

    private ClickReader reader() {
        if (reader == null) {
            reader = switch (settings.format()) {
                case JSON -> new JsonClickReader();
                case AVRO -> new AvroClickReader(false, null);
                case CONFLUENT_AVRO -> new AvroClickReader(true, settings.schemaId());
            };
        }
        return reader;
    }

    @Override
    public TypeInformation<SourceRecord> getProducedType() {
        return WireType.SOURCE_RECORD;
    }
}
