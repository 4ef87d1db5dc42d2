package io.openclickstream.pipeline.sink.lake;

import java.io.IOException;
import java.util.Map;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.formats.parquet.ParquetWriterFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.codec.ZstandardCodec;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows straight into Parquet columns, compressed with ZSTD; no intermediate record is built. A file takes its
 * schema from its first row.
 */
public final class LakeParquetWriter {
    private static final int ROW_GROUP_BYTES = 64 << 20;

    /** Parquet's usual level 3 takes more time, and makes files of clicks no smaller. */
    private static final int ZSTD_LEVEL = 1;

    private LakeParquetWriter() {}

    /** Makes a writer per file, which its stream is handed to. */
    public static <T> BulkWriter.Factory<T> factory(LakeDataset<T> dataset) {
        return stream -> new FileWriter<>(dataset, stream);
    }

    private static final class FileWriter<T> implements BulkWriter<T> {
        private final LakeDataset<T> dataset;
        private final FSDataOutputStream stream;
        private @Nullable BulkWriter<T> rows;

        FileWriter(LakeDataset<T> dataset, FSDataOutputStream stream) {
            this.dataset = dataset;
            this.stream = stream;
        }

        @Override
        public void addElement(T row) throws IOException {
            if (rows == null) {
                MessageType schema =
                        MessageTypeParser.parseMessageType(dataset.schema().apply(row));
                rows = new ParquetWriterFactory<T>(file ->
                                new Builder<>(file, dataset, schema).settled().build())
                        .create(stream);
            }
            rows.addElement(row);
        }

        @Override
        public void flush() throws IOException {
            if (rows != null) {
                rows.flush();
            }
        }

        @Override
        public void finish() throws IOException {
            if (rows != null) {
                rows.finish();
            }
        }
    }

    private static final class Builder<T> extends ParquetWriter.Builder<T, Builder<T>> {
        private final LakeDataset<T> dataset;
        private final MessageType schema;

        Builder(OutputFile file, LakeDataset<T> dataset, MessageType schema) {
            super(file);
            this.dataset = dataset;
            this.schema = schema;
        }

        Builder<T> settled() {
            Configuration settings = new Configuration(false);
            settings.setInt(ZstandardCodec.PARQUET_COMPRESS_ZSTD_LEVEL, ZSTD_LEVEL);
            withConf(settings);
            withCompressionCodec(CompressionCodecName.ZSTD);
            withRowGroupSize((long) ROW_GROUP_BYTES);
            withSizeStatisticsEnabled(false);
            dataset.hardlyRepeated().forEach(column -> withDictionaryEncoding(column, false));
            return this;
        }

        @Override
        protected Builder<T> self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract in 1.15, so it must be there; the other one calls it
        protected WriteSupport<T> getWriteSupport(Configuration configuration) {
            return new RowSupport<>(dataset, schema);
        }
    }

    @SuppressWarnings("NullAway.Init") // Parquet calls prepareForWrite before the first row
    private static final class RowSupport<T> extends WriteSupport<T> {
        private final LakeDataset<T> dataset;
        private final MessageType schema;
        private LakeRow row;

        RowSupport(LakeDataset<T> dataset, MessageType schema) {
            this.dataset = dataset;
            this.schema = schema;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract in 1.15, so it must be there; the other one calls it
        public WriteContext init(Configuration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            row = new LakeRow(schema, recordConsumer);
        }

        @Override
        public void write(T value) {
            row.start();
            dataset.write().accept(value, row);
            row.end();
        }
    }
}
