package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.schemas.lake.LakeColumn;
import java.io.IOException;
import java.util.List;
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

/** Writes rows straight into Parquet columns, compressed with ZSTD; no intermediate record is built. */
public final class LakeParquetWriter {
    private static final int ROW_GROUP_BYTES = 64 << 20;

    /** Parquet's usual level 3 takes more time, and makes files of clicks no smaller. */
    private static final int ZSTD_LEVEL = 1;

    /** One look in a hundred is for nothing, at ten bits a value. */
    private static final double FALSE_POSITIVES = 0.01;

    private LakeParquetWriter() {}

    /**
     * Writes a whole file and leaves the stream open.
     *
     * @param folder the table of all these rows; one of the dataset's
     * @param rows sorted, at least one
     * @return what the file says of its columns
     */
    public static <T> List<LakeColumn> write(
            LakeDataset<T> dataset, LakeFolder folder, List<T> rows, FSDataOutputStream stream) throws IOException {
        var writer = new ParquetWriter<?>[1];
        BulkWriter<T> bulk = new ParquetWriterFactory<T>(file -> {
                    var settings = new Builder<>(file, dataset, folder.fileSchema(), rows);
                    ParquetWriter<T> made = settings.settled().build();
                    writer[0] = made;
                    return made;
                })
                .create(stream);
        for (T row : rows) {
            bulk.addElement(row);
        }
        bulk.finish();
        return FileColumns.of(writer[0].getFooter());
    }

    private static final class Builder<T> extends ParquetWriter.Builder<T, Builder<T>> {
        private final LakeDataset<T> dataset;
        private final MessageType schema;
        private final List<T> rows;

        Builder(OutputFile file, LakeDataset<T> dataset, MessageType schema, List<T> rows) {
            super(file);
            this.dataset = dataset;
            this.schema = schema;
            this.rows = rows;
        }

        Builder<T> settled() {
            Configuration settings = new Configuration(false);
            settings.setInt(ZstandardCodec.PARQUET_COMPRESS_ZSTD_LEVEL, ZSTD_LEVEL);
            withConf(settings);
            withCompressionCodec(CompressionCodecName.ZSTD);
            withRowGroupSize((long) ROW_GROUP_BYTES);
            withSizeStatisticsEnabled(false);
            dataset.hardlyRepeated().forEach(column -> withDictionaryEncoding(column, false));
            LakeDataset.LookUp<T> lookUp = dataset.lookUp();
            if (lookUp != null) {
                withBloomFilterEnabled(lookUp.column(), true);
                withBloomFilterNDV(lookUp.column(), lookUp.distinct(rows));
                withBloomFilterFPP(lookUp.column(), FALSE_POSITIVES);
            }
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
