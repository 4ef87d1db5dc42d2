package io.openclickstream.pipeline.source;

import io.openclickstream.schemas.click.SourcePosition;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Decodes the records that count, and passes over the others without looking at them. */
final class CoveredClicks implements KafkaRecordDeserializationSchema<SourceRecord> {
    private static final long serialVersionUID = 1L;

    private final ClickDecoder decoder;
    private final Coverage coverage;

    CoveredClicks(ClickDecoder decoder, Coverage coverage) {
        this.decoder = decoder;
        this.coverage = coverage;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<SourceRecord> out) {
        if (coverage.counts(
                new SourcePosition(record.topic(), record.partition(), record.offset(), record.timestamp()))) {
            decoder.deserialize(record, out);
        }
    }

    @Override
    public TypeInformation<SourceRecord> getProducedType() {
        return decoder.getProducedType();
    }
}
