package io.openclickstream.pipeline.sink.lake;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;

/**
 * Puts a row into the folder of the hour (UTC) at which its latest click arrived in Kafka. Event time would open a
 * folder for every old click; the wall clock would differ between a run and its repetition.
 */
final class IngestionHour<T> implements BucketAssigner<T, String> {
    private static final long serialVersionUID = 1L;
    private static final long HOUR_MILLIS = 3_600_000L;
    private static final DateTimeFormatter FOLDER = DateTimeFormatter.ofPattern(
                    "'ingestion_hour='yyyy-MM-dd-HH", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final LakeDataset.Text<T> subfolder;
    private final LakeDataset.IngestionTime<T> ingestionTimeMillis;
    private transient long lastHour;
    private transient String lastFolder;

    @SuppressWarnings("NullAway.Init") // the first row fills the cached folder
    IngestionHour(LakeDataset<T> dataset) {
        subfolder = dataset.subfolder();
        ingestionTimeMillis = dataset.ingestionTimeMillis();
    }

    @Override
    public String getBucketId(T row, Context context) {
        long hour = Math.floorDiv(ingestionTimeMillis.applyAsLong(row), HOUR_MILLIS);
        if (lastFolder == null || hour != lastHour) {
            lastHour = hour;
            lastFolder = FOLDER.format(Instant.ofEpochMilli(hour * HOUR_MILLIS));
        }
        String folder = subfolder.apply(row);
        return folder.isEmpty() ? lastFolder : folder + "/" + lastFolder;
    }

    @Override
    public SimpleVersionedSerializer<String> getSerializer() {
        return SimpleVersionedStringSerializer.INSTANCE;
    }
}
