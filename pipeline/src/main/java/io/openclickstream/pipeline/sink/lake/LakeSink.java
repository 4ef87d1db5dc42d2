package io.openclickstream.pipeline.sink.lake;

import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/** The exactly-once sink of one dataset: files become visible when the checkpoint that holds their rows is complete. */
public final class LakeSink {
    private LakeSink() {}

    /**
     * Writes to {@code <root>/<dataset>[/<subfolder>]/ingestion_hour=YYYY-MM-DD-HH/*.parquet}, one file per subtask, hour
     * and checkpoint.
     */
    public static <T> FileSink<T> create(String rootUri, LakeDataset<T> dataset) {
        return FileSink.forBulkFormat(new Path(rootUri, dataset.folder()), LakeParquetWriter.factory(dataset))
                .withBucketAssigner(new IngestionHour<>(dataset))
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .withOutputFileConfig(OutputFileConfig.builder()
                        .withPartPrefix(dataset.folder())
                        .withPartSuffix(".parquet")
                        .build())
                .build();
    }
}
