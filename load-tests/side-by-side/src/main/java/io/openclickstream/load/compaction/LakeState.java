package io.openclickstream.load.compaction;

import io.openclickstream.lake.LakeCatalog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The table of clicks as it was in one snapshot.
 *
 * @param name as results call it
 * @param files on this disk
 * @param bytes of all of them
 */
record LakeState(String name, long snapshot, List<String> files, long bytes) {
    static final String BEFORE = "before_compaction";
    static final String AFTER = "after_compaction";

    /** As it is now. */
    static LakeState now(String name, LakeCatalog catalog) throws IOException {
        long snapshot = table(catalog).currentSnapshot().snapshotId();
        List<DataFile> files = files(catalog, snapshot);
        return new LakeState(
                name,
                snapshot,
                files.stream()
                        .map(file -> file.location().replaceFirst("^file:/*", "/"))
                        .toList(),
                files.stream().mapToLong(DataFile::fileSizeInBytes).sum());
    }

    /** How long it takes to open the table and to find the snapshot's files, which every engine has to do first. */
    double secondsToFindFiles(LakeCatalog catalog) throws IOException {
        long began = System.nanoTime();
        int found = files(catalog, snapshot).size();
        double seconds = (System.nanoTime() - began) / 1e9;
        if (found != files.size()) {
            throw new IllegalStateException("A snapshot had %d files, and has %d".formatted(files.size(), found));
        }
        return seconds;
    }

    private static List<DataFile> files(LakeCatalog catalog, long snapshot) throws IOException {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                table(catalog).newScan().useSnapshot(snapshot).planFiles()) {
            for (FileScanTask task : tasks) {
                files.add(task.file());
            }
        }
        return files;
    }

    private static Table table(LakeCatalog catalog) {
        return catalog.load("clicks").orElseThrow();
    }
}
