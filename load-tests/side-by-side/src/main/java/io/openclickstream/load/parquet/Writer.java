package io.openclickstream.load.parquet;

import io.openclickstream.pipeline.sink.lake.LakeDataset;
import io.openclickstream.pipeline.sink.lake.LakeParquetWriter;
import io.openclickstream.schemas.click.ReceivedClick;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.formats.parquet.avro.AvroParquetWriters;

/** The writers that are compared. */
enum Writer {
    /** The one that comes with Flink. It has no settings: its files are not compressed. */
    AVRO_PARQUET_WRITERS,
    /** Ours; its files are sorted. */
    CLICKSTREAM;

    /** How it is called in tables. */
    String shownAs() {
        return switch (this) {
            case AVRO_PARQUET_WRITERS -> "AvroParquetWriters";
            case CLICKSTREAM -> "Open Clickstream";
        };
    }

    /** How it is called in results. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Clicks in the form that this writer takes, ready to be written again and again. */
    Rows rows(List<ReceivedClick> clicks) {
        return switch (this) {
            case AVRO_PARQUET_WRITERS -> {
                var records = clicks.stream().map(AvroRows::of).toList();
                yield file -> write(records, AvroParquetWriters.forGenericRecord(AvroRows.SCHEMA), file);
            }
            case CLICKSTREAM -> file -> writeSorted(clicks, file);
        };
    }

    /** Rows that are ready to be written. */
    @FunctionalInterface
    interface Rows {
        /** Writes a file, in place of one that is there. */
        void write(Path file) throws IOException;
    }

    /** As Flink's file sink does it. */
    private static <T> void write(List<T> rows, BulkWriter.Factory<T> writers, Path file) throws IOException {
        var path = new org.apache.flink.core.fs.Path(file.toUri());
        try (var stream = path.getFileSystem().create(path, FileSystem.WriteMode.OVERWRITE)) {
            BulkWriter<T> writer = writers.create(stream);
            for (T row : rows) {
                writer.addElement(row);
            }
            writer.finish();
        }
    }

    /** As the job does it: sorted. */
    private static void writeSorted(List<ReceivedClick> clicks, Path file) throws IOException {
        var dataset = LakeDataset.clicks();
        List<ReceivedClick> rows = new ArrayList<>(clicks);
        rows.sort(dataset.order());
        var path = new org.apache.flink.core.fs.Path(file.toUri());
        try (var stream = path.getFileSystem().create(path, FileSystem.WriteMode.OVERWRITE)) {
            LakeParquetWriter.write(dataset, dataset.folders().get(0), rows, stream);
        }
    }
}
