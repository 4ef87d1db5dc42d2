package io.openclickstream.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A job begins to write a table. Each step may be repeated: the mark that says it is done is set last. */
final class Opening {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    private final LakeCatalog catalog;
    private final LakeTable wanted;
    private final Table table;

    Opening(LakeCatalog catalog, LakeTable wanted, Table table) {
        this.catalog = catalog;
        this.wanted = wanted;
        this.table = table;
    }

    /** @throws LakeRefusedException when the job must not write the table */
    static void check(Table table, String lineage, long restoredEpoch, String submission) {
        EpochMark mark = EpochMark.of(table.properties());
        boolean isBack = mark.epoch(lineage).orElse(0L) > restoredEpoch;
        if (mark.submissions().contains(submission) && (isBack || !mark.isOf(submission))) {
            throw new LakeRefusedException(
                    "The table %s has been opened by a later start of the job (%s), so what is left of this one (%s, restored from epoch %d) must not write to it."
                            .formatted(table.name(), mark.submissions(), submission, restoredEpoch));
        }
        if (!mark.lineage().isEmpty()
                && !mark.lineage().equals(lineage)
                && mark.epoch(lineage).isPresent()) {
            throw new LakeRefusedException(
                    ("The table %s holds epochs of lineage %s, which began after those of lineage %s that the job was restored"
                                    + " to. It would write the clicks of the later lineage a second time. Start from a savepoint"
                                    + " of lineage %s, or without state.")
                            .formatted(table.name(), mark.lineage(), lineage, mark.lineage()));
        }
        if (isBack) {
            for (String location : locations(table)) {
                checkIsWhole(table, lineage, restoredEpoch, location);
            }
        }
    }

    private static void checkIsWhole(Table table, String lineage, long restoredEpoch, String location) {
        Optional<EpochFile> file =
                EpochFile.parse(location).filter(named -> named.lineage().equals(lineage));
        if (file.isPresent()
                && file.get().firstEpoch() <= restoredEpoch
                && file.get().lastEpoch() > restoredEpoch) {
            throw new LakeRefusedException(
                    ("The table %s cannot go back to epoch %d: compaction has put rows from before and after it into %s."
                                    + " Start from a savepoint of epoch %d or later, or of one before epoch %d, or without state.")
                            .formatted(
                                    table.name(),
                                    restoredEpoch,
                                    location,
                                    file.get().lastEpoch(),
                                    file.get().firstEpoch()));
        }
    }

    void open(String lineage, long restoredEpoch, String submission) {
        EpochMark mark = EpochMark.of(table.properties());
        if (mark.isOf(submission)) {
            return;
        }
        if (mark.epoch(lineage).orElse(0L) > restoredEpoch) {
            takeBack(lineage, restoredEpoch);
        }
        var properties = table.updateProperties();
        mark.openedBy(submission, lineage, restoredEpoch).writeTo(properties);
        properties.commit();
    }

    /** From the table first, so that nobody is sent to a file that is gone. */
    private void takeBack(String lineage, long restoredEpoch) {
        DeleteFiles delete = table.newDelete();
        List<String> later = locations(table).stream()
                .filter(location -> isAfter(location, lineage, restoredEpoch))
                .toList();
        if (!later.isEmpty()) {
            later.forEach(delete::deleteFile);
            // Compaction may have put one of them into another file since the table was looked at.
            delete.validateFilesExist();
            delete.set(EpochMark.LINEAGE, lineage).set(EpochMark.EPOCH, Long.toString(restoredEpoch));
            delete.commit();
        }
        int deleted = 0;
        var io = catalog.storage().io();
        for (String folder : List.of(wanted.folder(), dataFolder())) {
            for (FileInfo file : io.listPrefix(catalog.settings().location(folder) + "/")) {
                if (isAfter(file.location(), lineage, restoredEpoch)) {
                    io.deleteFile(file.location());
                    deleted++;
                }
            }
        }
        LOG.warn(
                "The job has gone back: table={} lineage={} epoch={} filesTakenBack={} filesDeleted={}",
                wanted.name(),
                lineage,
                restoredEpoch,
                later.size(),
                deleted);
    }

    private String dataFolder() {
        return "%s/%s/%s/data".formatted(LakeCatalog.FOLDER, LakeCatalog.NAMESPACE, wanted.name());
    }

    private static boolean isAfter(String location, String lineage, long epoch) {
        return EpochFile.parse(location)
                .filter(file -> file.lineage().equals(lineage) && file.firstEpoch() > epoch)
                .isPresent();
    }

    /** Of all files that a table has. */
    static List<String> locations(Table table) {
        List<String> locations = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                DataFile file = task.file();
                locations.add(file.location());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The files of table %s cannot be listed".formatted(table.name()), e);
        }
        return locations;
    }
}
