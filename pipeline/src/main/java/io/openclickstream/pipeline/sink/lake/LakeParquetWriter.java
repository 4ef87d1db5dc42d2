package io.openclickstream.pipeline.sink.lake;

import java.util.Map;
import org.apache.flink.formats.parquet.ParquetWriterFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Writes rows straight into Parquet columns, compressed with ZSTD; no intermediate record is built. */
final class LakeParquetWriter {
    private static final int ROW_GROUP_BYTES = 64 << 20;

    private LakeParquetWriter() {}

    static <T> ParquetWriterFactory<T> factory(LakeDataset<T> dataset) {
        return new ParquetWriterFactory<>(file -> new Builder<>(file, dataset)
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupSize((long) ROW_GROUP_BYTES)
                .build());
    }

    private static final class Builder<T> extends ParquetWriter.Builder<T, Builder<T>> {
        private final LakeDataset<T> dataset;

        Builder(OutputFile file, LakeDataset<T> dataset) {
            super(file);
            this.dataset = dataset;
        }

        @Override
        protected Builder<T> self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract in 1.15, so it must be there; the other one calls it
        protected WriteSupport<T> getWriteSupport(Configuration configuration) {
            return new RowSupport<>(dataset);
        }
    }

    @SuppressWarnings("NullAway.Init") // Parquet calls prepareForWrite before the first row
    private static final class RowSupport<T> extends WriteSupport<T> {
        private final LakeDataset<T> dataset;
        private final MessageType schema;
        private RecordConsumer consumer;
        private LakeRow row;

        RowSupport(LakeDataset<T> dataset) {
            this.dataset = dataset;
            this.schema = MessageTypeParser.parseMessageType(dataset.schema().text());
        }

        @Override
        @SuppressWarnings("deprecation") // abstract in 1.15, so it must be there; the other one calls it
        public WriteContext init(Configuration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            consumer = recordConsumer;
            row = new LakeRow(schema, recordConsumer);
        }

        @Override
        public void write(T value) {
            consumer.startMessage();
            dataset.write().accept(value, row);
            consumer.endMessage();
        }
    }
}
