package io.openclickstream.load.compaction;

import io.openclickstream.lake.EpochFile;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeCommitter;
import io.openclickstream.lake.LakeEpoch;
import io.openclickstream.lake.LakeTable;
import io.openclickstream.load.operator.DecodedClicks;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.sink.lake.LakeDataset;
import io.openclickstream.pipeline.sink.lake.LakeFolder;
import io.openclickstream.pipeline.sink.lake.LakeParquetWriter;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.lake.LakeColumn;
import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakeProgress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * An hour of clicks in a lake, as the job writes it: for every epoch a file of each writer, sorted and written by the
 * job's own writer, and committed by its committer. Unlike the job's, files are visible before they are committed;
 * nobody looks.
 *
 * @param clicks of the hour, in equal parts for each epoch
 * @param seed the same one gives the same clicks
 */
record HourOfClicks(int clicks, int epochs, long seed) {
    /** Subtasks of the job; a user's clicks come to one of them. */
    static final int WRITERS = 2;

    private static final String LINEAGE = "0c0a1e5c-0000-4000-8000-000000000001";
    private static final String FOLDER_OF_HOUR = "ingestion_hour=2026-01-05-08";

    /** Less than an hour, so that no click comes to the next one. */
    private static final int SECONDS = 3_500;

    /**
     * Writes it.
     *
     * @param progress is told after every epoch which it was
     */
    void writeTo(LakeCatalog catalog, IntConsumer progress) throws IOException, InterruptedException {
        LakeDataset<ReceivedClick> dataset = LakeDataset.clicks();
        List<LakeTable> tables = LakeDataset.tables(new MetricCatalog(List.of())).stream()
                .filter(table -> table.name().equals(dataset.name()))
                .toList();
        int clicksPerSecond = (clicks + SECONDS - 1) / SECONDS;
        try (LakeCommitter committer = new LakeCommitter(catalog, tables, "benchmark")) {
            committer.open(LINEAGE, 0);
            Iterator<ReceivedClick> all =
                    DecodedClicks.of(seed, clicksPerSecond).iterator();
            long sent = 0;
            for (int epoch = 1; epoch <= epochs; epoch++) {
                long until = (long) clicks * epoch / epochs;
                List<List<ReceivedClick>> byWriter = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    byWriter.add(new ArrayList<>());
                }
                for (; sent < until; sent++) {
                    ReceivedClick click = all.next();
                    byWriter.get(Math.floorMod(click.click().userId().hashCode(), WRITERS))
                            .add(click);
                }
                List<LakeFile> files = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    if (!byWriter.get(writer).isEmpty()) {
                        files.add(write(catalog, dataset, byWriter.get(writer), epoch, writer));
                    }
                }
                committer.commit(
                        new LakeEpoch(
                                LINEAGE,
                                epoch,
                                Map.of(dataset.name(), files),
                                List.of(new LakeProgress(DecodedClicks.TOPIC, 0, sent, 0))),
                        file -> {});
                progress.accept(epoch);
            }
        }
    }

    private static LakeFile write(
            LakeCatalog catalog, LakeDataset<ReceivedClick> dataset, List<ReceivedClick> clicks, long epoch, int writer)
            throws IOException {
        LakeFolder folder = dataset.folders().get(0);
        String name =
                EpochFile.of(folder.table(), epoch, LINEAGE, "writer" + writer).fileName();
        String location = catalog.settings().location("%s/%s/%s".formatted(folder.folder(), FOLDER_OF_HOUR, name));
        Path path = new Path(location);
        try (var stream = path.getFileSystem().create(path, FileSystem.WriteMode.NO_OVERWRITE)) {
            List<LakeColumn> columns = LakeParquetWriter.write(dataset, folder, dataset.sorted(clicks), stream);
            return new LakeFile(
                    folder.table(), location, hour(clicks), clicks.size(), stream.getPos(), columns, new byte[0], 1);
        }
    }

    /** Hours since 1970; all clicks are of one. */
    private static long hour(List<ReceivedClick> clicks) {
        long hour =
                DecodedClicks.FIRST_CLICK.toEpochMilli() / Duration.ofHours(1).toMillis();
        for (ReceivedClick click : clicks) {
            if (click.source().ingestionTimeMillis() / Duration.ofHours(1).toMillis() != hour) {
                throw new IllegalStateException("A click came in another hour: " + click.source());
            }
        }
        return hour;
    }
}
