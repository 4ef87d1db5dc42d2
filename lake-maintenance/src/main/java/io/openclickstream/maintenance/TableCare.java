package io.openclickstream.maintenance;

import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.storage.LakeStorage.UnfinishedUpload;
import io.openclickstream.maintenance.TablePlan.EpochHour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Does what a plan says. May be killed at any point: what is done twice then is harmless, and what is left lying is an
 * orphan of the next run. Knows nothing of epochs' marks, which stand in the table's properties, and leaves these alone.
 */
final class TableCare {
    /** Says in a snapshot's summary what maintenance did. */
    static final String MAINTENANCE = "clickstream.maintenance";

    /** Bounds what a commit that loses against another has done in vain. */
    private static final int COMPACTIONS_A_COMMIT = 16;

    private static final long NONE_BY_AGE = 0;

    private final LakeCatalog catalog;
    private final Path scratch;
    private final Steps steps;
    private final Consumer<String> report;

    /**
     * @param scratch folder for files that are at work; emptied
     * @param report gets a line for what could not be done, and will be in the next run
     */
    TableCare(LakeCatalog catalog, Path scratch, Steps steps, Consumer<String> report) {
        this.catalog = catalog;
        this.scratch = scratch;
        this.steps = steps;
        this.report = report;
    }

    /** Does all of it. */
    void run(TablePlan plan) throws IOException {
        compact(plan);
        if (!plan.expired().isEmpty()) {
            expire(plan);
        }
        SupportsPrefixOperations io = catalog.storage().io();
        for (FileInfo orphan : plan.orphans()) {
            steps.before("delete " + orphan.location());
            io.deleteFile(orphan.location());
        }
        for (UnfinishedUpload upload : plan.uploads()) {
            steps.before("give up " + upload.location());
            catalog.storage().giveUp(upload);
        }
        for (EpochHour hour : plan.hours()) {
            for (FileInfo file : hour.files()) {
                steps.before("delete " + file.location());
                io.deleteFile(file.location());
            }
        }
    }

    private void compact(TablePlan plan) throws IOException {
        List<Compaction> all = plan.compactions();
        int from = 0;
        while (from < all.size()) {
            int to = from + 1;
            while (to < all.size()
                    && to < from + COMPACTIONS_A_COMMIT
                    && all.get(to).hour() == all.get(from).hour()) {
                to++;
            }
            compactTogether(plan.table(), all.subList(from, to));
            from = to;
        }
    }

    private void compactTogether(String name, List<Compaction> compactions) throws IOException {
        Table table = catalog.load(name).orElseThrow();
        List<DataFile> written = new ArrayList<>();
        try {
            for (Compaction compaction : compactions) {
                written.add(written(table, compaction));
            }
            steps.before("commit the compaction of " + name);
            PatientCommit.commit(table, () -> {
                RewriteFiles rewrite = rewrite(table, "compaction");
                compactions.forEach(compaction -> compaction.inputs().forEach(rewrite::deleteFile));
                written.forEach(rewrite::addFile);
                return rewrite;
            });
        } catch (ValidationException | NotFoundException e) {
            // The job has gone back to an earlier epoch, or another maintenance was faster: the table lacks an input.
            table.refresh();
            deleteUnlessReferred(table, written);
            report.accept("%s: %s was not compacted, since the table has changed in the meantime (%s)"
                    .formatted(name, LakeLayout.hourFolder(compactions.get(0).hour()), e.getMessage()));
        }
    }

    /** @param what for the snapshot's summary */
    static RewriteFiles rewrite(Table table, String what) {
        return table.newRewrite()
                .set(MAINTENANCE, what)
                // Else Iceberg looks back to the first snapshot, and refuses once that has expired.
                .validateFromSnapshot(table.currentSnapshot().snapshotId());
    }

    private static void deleteUnlessReferred(Table table, List<DataFile> written) {
        Set<String> referred = TableFiles.data(table);
        written.stream()
                .map(DataFile::location)
                .filter(location -> !referred.contains(LakeLayout.place(location)))
                .forEach(table.io()::deleteFile);
    }

    private DataFile written(Table table, Compaction compaction) throws IOException {
        String location = new LakeLayout(catalog.settings(), compaction.table())
                .compacted(compaction.hour(), compaction.output());
        empty(scratch);
        steps.before("write " + location);
        List<SortedRewrite.Source> inputs = new ArrayList<>();
        for (DataFile input : compaction.inputs()) {
            inputs.add(() -> table.io().newInputFile(input.location()).newStream());
        }
        SortedRewrite.Written file = new SortedRewrite(table, scratch).write(inputs, compaction.rows(), row -> true);
        if (file.rows() != compaction.rows()) {
            throw new IllegalStateException(
                    "The files of %s hold %d rows, and their table says %d. Nothing was changed; verify the lake."
                            .formatted(location, file.rows(), compaction.rows()));
        }
        steps.before("upload " + location);
        catalog.storage().upload(file.file(), location);
        return dataFile(table, location, compaction.hour(), file);
    }

    static DataFile dataFile(Table table, String location, long hour, SortedRewrite.Written file) {
        PartitionData partition = new PartitionData(table.spec().partitionType());
        partition.set(0, Math.toIntExact(hour));
        return DataFiles.builder(table.spec())
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(file.bytes())
                .withPartition(partition)
                .withMetrics(file.metrics())
                .withSortOrder(table.sortOrder())
                .build();
    }

    /** The files of snapshots that go are deleted, but not the job's own: by folder they are still read. */
    private void expire(TablePlan plan) {
        LakeLayout layout = new LakeLayout(catalog.settings(), plan.table());
        Table table = catalog.load(plan.table()).orElseThrow();
        steps.before("expire snapshots of " + plan.table());
        PatientCommit.commit(table, () -> {
            ExpireSnapshots expire = table.expireSnapshots().expireOlderThan(NONE_BY_AGE);
            plan.expired().forEach(expire::expireSnapshotId);
            return expire.deleteWith(location -> {
                if (!layout.isEpochFile(location)) {
                    steps.before("delete " + location);
                    table.io().deleteFile(location);
                }
            });
        });
    }

    static void empty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }
}
