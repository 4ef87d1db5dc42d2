package io.openclickstream.maintenance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of several sorted files into one, sorted, on the local disk. The files are merged, so no more than one
 * row group of each is in memory, and no more than {@value #FAN_IN} files are open at a time. On the disk are at most all
 * of them twice.
 */
final class SortedRewrite {
    static final int FAN_IN = 64;

    private static final String LOOK_UP_COLUMN = "user_id";
    private static final int ROW_GROUP_BYTES = 64 << 20;
    private static final int RUN_ROW_GROUP_BYTES = 4 << 20;
    private static final int LARGEST_BLOOM_FILTER_BYTES = 1 << 20;

    private final Schema schema;
    private final SortOrder order;
    private final MetricsConfig metrics;
    private final Path scratch;

    /** @param scratch an empty folder, of which every file may be deleted */
    SortedRewrite(Table table, Path scratch) {
        this.schema = table.schema();
        this.order = table.sortOrder();
        this.metrics = MetricsConfig.forTable(table);
        this.scratch = scratch;
    }

    /**
     * A file on the local disk.
     *
     * @param metrics what it says of its columns, for a manifest
     */
    record Written(Path file, long bytes, Metrics metrics) {
        long rows() {
            return metrics.recordCount();
        }
    }

    /** Opens a file of the lake. */
    @FunctionalInterface
    interface Source {
        InputStream open() throws IOException;
    }

    /**
     * Writes one file.
     *
     * @param inputs sorted as the table says, with at most this many rows in all
     * @param keep rows for which it is false are left out
     */
    Written write(List<Source> inputs, long rows, Predicate<Record> keep) throws IOException {
        List<Path> runs = new ArrayList<>();
        if (inputs.size() <= FAN_IN) {
            runs.addAll(download(inputs));
        } else {
            for (int from = 0; from < inputs.size(); from += FAN_IN) {
                List<Path> files = download(inputs.subList(from, Math.min(inputs.size(), from + FAN_IN)));
                runs.add(merge(files, rows, record -> true, RUN_ROW_GROUP_BYTES).file());
                delete(files);
            }
            while (runs.size() > FAN_IN) {
                List<Path> first = List.copyOf(runs.subList(0, FAN_IN));
                Path merged =
                        merge(first, rows, record -> true, RUN_ROW_GROUP_BYTES).file();
                delete(first);
                runs.subList(0, FAN_IN).clear();
                runs.add(0, merged);
            }
        }
        Written written = merge(runs, rows, keep, ROW_GROUP_BYTES);
        delete(runs);
        return written;
    }

    private List<Path> download(List<Source> inputs) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Source input : inputs) {
            Path file = Files.createTempFile(scratch, "input", ".parquet");
            try (InputStream stream = input.open()) {
                Files.copy(stream, file, StandardCopyOption.REPLACE_EXISTING);
            }
            files.add(file);
        }
        return files;
    }

    private static void delete(List<Path> files) throws IOException {
        for (Path file : files) {
            Files.delete(file);
        }
    }

    private Written merge(List<Path> inputs, long rows, Predicate<Record> keep, int rowGroupBytes) throws IOException {
        Path output = Files.createTempFile(scratch, "output", ".parquet");
        FileAppender<Record> appender = writer(output, rows, rowGroupBytes);
        List<CloseableIterable<Record>> open = new ArrayList<>();
        try (appender) {
            PriorityQueue<Cursor> next =
                    new PriorityQueue<>(Comparator.comparing(Cursor::row, new RowOrder(schema, order))
                            .thenComparingInt(cursor -> cursor.number));
            for (Path input : inputs) {
                CloseableIterable<Record> records = read(schema, input);
                open.add(records);
                Cursor cursor = new Cursor(open.size(), records.iterator());
                if (cursor.advance()) {
                    next.add(cursor);
                }
            }
            for (Cursor first = next.poll(); first != null; first = next.poll()) {
                if (keep.test(first.row())) {
                    appender.add(first.row());
                }
                if (first.advance()) {
                    next.add(first);
                }
            }
        } finally {
            for (CloseableIterable<Record> records : open) {
                records.close();
            }
        }
        return new Written(output, Files.size(output), appender.metrics());
    }

    private static final class Cursor {
        private final int number;
        private final Iterator<Record> rows;
        private @Nullable Record row;

        Cursor(int number, Iterator<Record> rows) {
            this.number = number;
            this.rows = rows;
        }

        boolean advance() {
            boolean isThere = rows.hasNext();
            row = isThere ? rows.next() : null;
            return isThere;
        }

        Record row() {
            if (row == null) {
                throw new IllegalStateException("There is no row");
            }
            return row;
        }
    }

    /** The rows of a local file; columns that it lacks are null. */
    static CloseableIterable<Record> read(Schema schema, Path file) {
        return Parquet.read(org.apache.iceberg.Files.localInput(file.toFile()))
                .project(schema)
                .createReaderFunc(inFile -> GenericParquetReaders.buildReader(schema, inFile))
                .build();
    }

    private FileAppender<Record> writer(Path file, long rows, int rowGroupBytes) throws IOException {
        Parquet.WriteBuilder builder = Parquet.write(org.apache.iceberg.Files.localOutput(file.toFile()))
                .schema(schema)
                .createWriterFunc(type -> GenericParquetWriter.create(schema, type))
                .metricsConfig(metrics)
                .set(TableProperties.PARQUET_COMPRESSION, "zstd")
                .set(TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES, Integer.toString(rowGroupBytes))
                .overwrite();
        Types.NestedField lookUp = schema.findField(LOOK_UP_COLUMN);
        if (lookUp != null && lookUp.type().typeId() == Type.TypeID.STRING) {
            // Parquet leaves the filter out where a dictionary holds all values, and not every engine looks into that.
            // Sorted, users compress as well without one. The writer takes the smallest filter that does for those
            // seen.
            builder.set(TableProperties.PARQUET_DICT_ENCODING_ENABLED_COLUMN_PREFIX + LOOK_UP_COLUMN, "false")
                    .set(TableProperties.PARQUET_BLOOM_FILTER_COLUMN_ENABLED_PREFIX + LOOK_UP_COLUMN, "true")
                    .set(TableProperties.PARQUET_BLOOM_FILTER_ADAPTIVE_ENABLED, "true")
                    .set(
                            TableProperties.PARQUET_BLOOM_FILTER_MAX_BYTES,
                            Long.toString(Math.min(LARGEST_BLOOM_FILTER_BYTES, bloomFilterBytes(rows))));
        }
        return builder.build();
    }

    /** Ten bits and more for each row, as if each were another user's; a power of two. */
    private static long bloomFilterBytes(long rows) {
        return Long.highestOneBit(Math.max(32, 3 * rows));
    }
}
