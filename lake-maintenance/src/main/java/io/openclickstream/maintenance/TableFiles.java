package io.openclickstream.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.CloseableIterable;

/** What a table refers to. */
final class TableFiles {
    private TableFiles() {}

    /** The data files of the table as it is now, with what the manifests say of their columns. */
    static List<DataFile> current(Table table) {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().includeColumnStats().planFiles()) {
            for (FileScanTask task : tasks) {
                if (!task.deletes().isEmpty()) {
                    throw new IllegalStateException(
                            ("The table %s has files with deleted rows, which neither the job nor this program makes."
                                            + " Let the program that made them compact the table first.")
                                    .formatted(table.name()));
                }
                files.add(task.file().copy());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The files of table %s cannot be listed".formatted(table.name()), e);
        }
        return files;
    }

    /** Places of data files to which any snapshot refers, and of nothing else. */
    static Set<String> data(Table table) {
        Set<String> places = new HashSet<>();
        Set<String> read = new HashSet<>();
        for (Snapshot snapshot : table.snapshots()) {
            for (ManifestFile manifest : snapshot.dataManifests(table.io())) {
                if (read.add(manifest.path())) {
                    addPaths(table, manifest, places);
                }
            }
        }
        return places;
    }

    private static void addPaths(Table table, ManifestFile manifest, Set<String> places) {
        try (CloseableIterable<String> paths = ManifestFiles.readPaths(manifest, table.io(), table.specs())) {
            paths.forEach(path -> places.add(LakeLayout.place(path)));
        } catch (IOException e) {
            throw new UncheckedIOException("The manifest %s cannot be read".formatted(manifest.path()), e);
        }
    }

    /** Places of all files to which the table refers: data, manifests, lists of them, versions of the metadata. */
    static Set<String> all(Table table) {
        Set<String> places = data(table);
        for (Snapshot snapshot : table.snapshots()) {
            places.add(LakeLayout.place(snapshot.manifestListLocation()));
            snapshot.allManifests(table.io()).forEach(manifest -> places.add(LakeLayout.place(manifest.path())));
        }
        table.statisticsFiles().stream().map(StatisticsFile::path).forEach(path -> places.add(LakeLayout.place(path)));
        table.partitionStatisticsFiles().forEach(file -> places.add(LakeLayout.place(file.path())));
        TableMetadata metadata = ((HasTableOperations) table).operations().current();
        places.add(LakeLayout.place(metadata.metadataFileLocation()));
        metadata.previousFiles().forEach(version -> places.add(LakeLayout.place(version.file())));
        return places;
    }
}
