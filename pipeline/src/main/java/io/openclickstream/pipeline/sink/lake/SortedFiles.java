package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.lake.EpochFile;
import io.openclickstream.schemas.lake.LakeColumn;
import io.openclickstream.schemas.lake.LakeFile;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableWriter;

/**
 * Rows that wait to be written, and the files they become: one for each table and hour of ingestion, sorted. Only one is
 * ever open, so that clicks of many hours need no more memory than those of one. Nobody sees a file before the committer
 * has made it visible.
 */
final class SortedFiles<T> {
    private static final long HOUR_MILLIS = 3_600_000L;
    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern(
                    "'ingestion_hour='yyyy-MM-dd-HH", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final LakeDataset<T> dataset;
    private final String root;
    private final String lineage;
    private final String writerName;
    private final RecoverableWriter storage;
    private final List<T> rows = new ArrayList<>();
    private final List<LakeFile> files = new ArrayList<>();
    private long memoryBytes;
    private long written;

    /**
     * @param root URI of the lake's folder
     * @param writerName is part of the files' names: no other writer, nor an earlier attempt of this one, has it
     * @param storage where the files go
     */
    SortedFiles(LakeDataset<T> dataset, String root, String lineage, String writerName, RecoverableWriter storage) {
        this.dataset = dataset;
        this.root = root;
        this.lineage = lineage;
        this.writerName = writerName;
        this.storage = storage;
    }

    void add(T row) {
        rows.add(row);
        memoryBytes += dataset.memoryBytes().applyAsLong(row);
    }

    /** About what the rows that wait take. */
    long memoryBytes() {
        return memoryBytes;
    }

    /** Files that are whole and not yet taken. */
    int size() {
        return files.size();
    }

    /** All files since this was last asked for; rows that wait are not in them. */
    List<LakeFile> take() {
        List<LakeFile> taken = List.copyOf(files);
        files.clear();
        return taken;
    }

    /** Writes all rows that wait. */
    void write(long epoch) throws IOException {
        Map<Long, List<T>> places = new TreeMap<>();
        int tables = dataset.folders().size();
        for (T row : rows) {
            long hour = Math.floorDiv(dataset.ingestionTimeMillis().applyAsLong(row), HOUR_MILLIS);
            long place = hour * tables + dataset.folderOf().applyAsLong(row);
            places.computeIfAbsent(place, unused -> new ArrayList<>()).add(row);
        }
        for (Map.Entry<Long, List<T>> place : places.entrySet()) {
            LakeFolder folder = dataset.folders().get((int) Math.floorMod(place.getKey(), (long) tables));
            long hour = Math.floorDiv(place.getKey(), (long) tables);
            files.add(write(folder, hour, place.getValue(), epoch));
        }
        rows.clear();
        memoryBytes = 0;
    }

    private LakeFile write(LakeFolder folder, long hour, List<T> inHour, long epoch) throws IOException {
        inHour.sort(dataset.order());
        String name = EpochFile.of(folder.table(), epoch, lineage, writerName + "-" + written++)
                .fileName();
        String location = "%s/%s/%s/%s"
                .formatted(root, folder.folder(), HOUR.format(Instant.ofEpochMilli(hour * HOUR_MILLIS)), name);
        RecoverableFsDataOutputStream stream = storage.open(new Path(location));
        try {
            List<LakeColumn> columns = LakeParquetWriter.write(dataset, folder, inHour, stream);
            long bytes = stream.getPos();
            RecoverableWriter.CommitRecoverable upload = stream.closeForCommit().getRecoverable();
            var serializer = storage.getCommitRecoverableSerializer();
            return new LakeFile(
                    folder.table(),
                    location,
                    hour,
                    inHour.size(),
                    bytes,
                    columns,
                    serializer.serialize(upload),
                    serializer.getVersion());
        } catch (IOException | RuntimeException e) {
            stream.close(); // not else: some stores abort on it what was closed to be committed
            throw e;
        }
    }
}
