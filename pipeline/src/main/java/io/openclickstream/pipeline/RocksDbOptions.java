package io.openclickstream.pipeline;

import java.util.Collection;
import java.util.List;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;

/**
 * How RocksDB lays out the state of our job, so that checkpoints are little more than what is in it. All of it is written
 * anew within an hour or two, so files soon hold mostly older versions of rows and marks of what was deleted. By default
 * they are merged once there are four of them, however large they are beside the state, and then all of it is rewritten.
 * Here it is rewritten when a quarter would go, and files of like size are merged until then (decision 0044).
 *
 * <p>Flink makes it by its name, which {@link StateSettings} gives to the job.
 */
public final class RocksDbOptions implements RocksDBOptionsFactory {
    private static final long serialVersionUID = 1L;

    /** What may go when everything is merged, of what stays, in per cent. */
    static final int MAX_DEAD_PERCENT = 25;

    /** Files in which a row may have versions before it is looked whether to merge some. */
    private static final int FILES_TO_MERGE = 3;

    /** What one state gathers in memory before it becomes a file: each file is merged again several times (decision 0046). */
    private static final long MEMORY_BYTES = 16 << 20;

    private static final int MEMORIES = 4; // one is filled while others become files

    private static final int BLOCK_BYTES = 16 << 10;
    private static final int FASTEST_ZSTD = 1;

    /** Flushes, one large merge, and small ones beside it. */
    private static final int THREADS = 4;

    @Override
    public DBOptions createDBOptions(DBOptions options, Collection<AutoCloseable> handles) {
        return options.setMaxBackgroundJobs(Math.max(THREADS, options.maxBackgroundJobs()));
    }

    @Override
    public ColumnFamilyOptions createColumnOptions(ColumnFamilyOptions options, Collection<AutoCloseable> handles) {
        CompactionOptionsUniversal merging =
                new CompactionOptionsUniversal().setMaxSizeAmplificationPercent(MAX_DEAD_PERCENT);
        CompressionOptions compression = new CompressionOptions().setLevel(FASTEST_ZSTD);
        handles.addAll(List.of(merging, compression));
        if (options.tableFormatConfig() instanceof BlockBasedTableConfig table) {
            options.setTableFormatConfig(table.setBlockSize(BLOCK_BYTES));
        }
        return options.setCompactionStyle(CompactionStyle.UNIVERSAL)
                .setCompactionOptionsUniversal(merging)
                .setLevel0FileNumCompactionTrigger(FILES_TO_MERGE)
                .setWriteBufferSize(MEMORY_BYTES)
                .setMaxWriteBufferNumber(MEMORIES)
                .setCompressionPerLevel(List.of(CompressionType.ZSTD_COMPRESSION))
                .setCompressionOptions(compression);
    }
}
