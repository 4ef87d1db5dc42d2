package io.openclickstream.maintenance;

import io.openclickstream.lake.EpochFile;
import io.openclickstream.lake.EpochMark;
import io.openclickstream.lake.LakeCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;

/**
 * Removes persons from one table. The table goes first: each file that holds them is replaced by one without them, in the
 * folder of compacted files; then the snapshots before go, and with them the manifests that may name them in a bound.
 * Last, the job's own files, to which the table does not refer any more, are written over in their places, so readers by
 * folder see each row once at any time. May be killed at any point and started again.
 */
final class TableErasure {
    private static final int ATTEMPTS = 5;
    private static final long HOUR_MILLIS = 3_600_000;

    private final LakeCatalog catalog;
    private final LakeLayout layout;
    private final PersonRows persons;
    private final Path scratch;
    private final Steps steps;
    private final Removals removals;
    private final List<String> files = new ArrayList<>();
    private final List<String> open;
    private long rowsInTable;
    private long rowsByFolder;
    private long snapshots;

    /** @param open gets a line for what could not be erased now */
    TableErasure(
            LakeCatalog catalog,
            String table,
            PersonRows persons,
            Path scratch,
            Steps steps,
            Removals removals,
            List<String> open) {
        this.catalog = catalog;
        this.layout = new LakeLayout(catalog.settings(), table);
        this.persons = persons;
        this.scratch = scratch;
        this.steps = steps;
        this.removals = removals;
        this.open = open;
    }

    Receipt.Place erase(long nowMillis) throws IOException {
        boolean isNews = fromTable();
        Table table = catalog.load(layout.table()).orElseThrow();
        if (isNews || hasOthersToExpire(table)) {
            forget(table);
        }
        fromFolders();
        fromStrays(nowMillis);
        return new Receipt.Place("lake", layout.table(), rowsInTable, rowsByFolder, files, snapshots);
    }

    private boolean fromTable() throws IOException {
        long recorded = 0;
        for (int attempt = 1; ; attempt++) {
            Table table = catalog.load(layout.table()).orElseThrow();
            List<DataFile> found = new ArrayList<>();
            long rows = 0;
            Set<Instant> hours = new TreeSet<>();
            for (DataFile file : TableFiles.current(table)) {
                long inFile =
                        persons.mayBeIn(file) ? persons.count(table.io().newInputFile(file.location()), hours) : 0;
                if (inFile > 0) {
                    found.add(file);
                    rows += inFile;
                }
            }
            if (found.isEmpty()) {
                return false;
            }
            if (rows > recorded) { // an attempt before this one may have written down the same rows
                removals.before(layout.table(), rows - recorded, hours);
                recorded = rows;
            }
            List<String> uploaded = new ArrayList<>();
            try {
                replace(table, found, rows, uploaded);
                rowsInTable += rows;
                return true;
            } catch (ValidationException e) { // compacted, or taken back, in the meantime
                uploaded.forEach(table.io()::deleteFile);
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void replace(Table table, List<DataFile> found, long rows, List<String> uploaded) throws IOException {
        List<DataFile> kept = new ArrayList<>();
        long removed = 0;
        for (DataFile file : found) {
            SortedRewrite.Written rest = without(table, file.location(), file.recordCount());
            removed += file.recordCount() - rest.rows();
            if (rest.rows() > 0) {
                long hour = file.partition().get(0, Integer.class);
                String location = layout.compacted(hour, named(file.location()));
                steps.before("upload " + location);
                catalog.storage().upload(rest.file(), location);
                uploaded.add(location);
                kept.add(TableCare.dataFile(table, location, hour, rest));
            }
            files.add(file.location());
        }
        if (removed != rows) {
            throw new IllegalStateException("Of table %s, %d rows should go and %d would. Nothing was changed."
                    .formatted(table.name(), rows, removed));
        }
        steps.before("commit the erasure from " + table.name());
        PatientCommit.commit(table, () -> {
            RewriteFiles rewrite = TableCare.rewrite(table, "erasure");
            found.forEach(rewrite::deleteFile);
            kept.forEach(rewrite::addFile);
            return rewrite;
        });
    }

    private static EpochFile named(String location) {
        EpochFile name = EpochFile.parse(location)
                .orElseThrow(() -> new IllegalStateException(
                        "The file %s is not named as the job and maintenance name theirs, so whose rows it holds is not known."
                                .formatted(location)));
        // The same when it is done again after a kill, so that no second file is left.
        String unique = UUID.nameUUIDFromBytes(location.getBytes(StandardCharsets.UTF_8))
                .toString()
                .substring(24);
        return new EpochFile(name.table(), name.firstEpoch(), name.lastEpoch(), name.lineage(), "erased-" + unique);
    }

    private SortedRewrite.Written without(Table table, String location, long rows) throws IOException {
        TableCare.empty(scratch);
        InputFile input = table.io().newInputFile(location);
        return new SortedRewrite(table, scratch).write(List.of(input::newStream), rows, persons.negate());
    }

    /** An earlier erasure may have been killed after its rewrite and before the snapshots went. */
    private boolean hasOthersToExpire(Table table) throws IOException {
        Set<String> now = new HashSet<>();
        TableFiles.current(table).forEach(file -> now.add(LakeLayout.place(file.location())));
        for (String place : TableFiles.data(table)) {
            if (!now.contains(place)) {
                return true;
            }
        }
        return false;
    }

    /** Lets go all snapshots so far, and manifests in which the bounds of replaced files stand. */
    private void forget(Table table) {
        steps.before("rewrite the manifests of " + table.name());
        PatientCommit.commit(table, () -> table.rewriteManifests()
                .clusterBy(file -> file.partition().get(0, Integer.class))
                .set(TableCare.MAINTENANCE, "erasure"));
        table.refresh();
        long current = table.currentSnapshot().snapshotId();
        List<Long> others = new ArrayList<>();
        for (Snapshot snapshot : table.snapshots()) {
            if (snapshot.snapshotId() != current) {
                others.add(snapshot.snapshotId());
            }
        }
        snapshots += others.size();
        steps.before("expire the snapshots of " + table.name());
        PatientCommit.commit(table, () -> {
            ExpireSnapshots expire = table.expireSnapshots();
            others.forEach(expire::expireSnapshotId);
            return expire.deleteWith(location -> {
                if (!layout.isEpochFile(location)) {
                    table.io().deleteFile(location);
                }
            });
        });
    }

    private void fromFolders() throws IOException {
        List<FileInfo> listed = new ArrayList<>();
        layout.epochFolders()
                .forEach(folder -> catalog.storage().io().listPrefix(folder).forEach(listed::add));
        Table table = catalog.load(layout.table()).orElseThrow();
        EpochMark mark = EpochMark.of(table.properties());
        Set<String> referred = TableFiles.data(table);
        for (FileInfo file : listed) {
            Optional<EpochFile> name = layout.epochFile(file.location());
            if (name.isEmpty()) {
                continue;
            }
            long rows = persons.count(table.io().newInputFile(file.location()));
            if (rows == 0) {
                continue;
            }
            boolean isCommitted =
                    mark.epoch(name.get().lineage()).orElse(0L) >= name.get().lastEpoch();
            if (!isCommitted || referred.contains(LakeLayout.place(file.location()))) {
                open.add("%s was written while this ran. Erase again.".formatted(file.location()));
                continue;
            }
            SortedRewrite.Written rest = without(table, file.location(), rows);
            steps.before("write over " + file.location());
            if (rest.rows() == 0) {
                table.io().deleteFile(file.location());
            } else {
                catalog.storage().upload(rest.file(), file.location());
            }
            files.add(file.location());
            rowsByFolder += rows;
        }
    }

    /** Compacted files to which nobody refers: of a maintenance that was killed. */
    private void fromStrays(long nowMillis) throws IOException {
        List<FileInfo> listed = new ArrayList<>();
        catalog.storage().io().listPrefix(layout.tableFolder() + "data/").forEach(listed::add);
        Table table = catalog.load(layout.table()).orElseThrow();
        Set<String> referred = TableFiles.data(table);
        for (FileInfo file : listed) {
            if (!file.location().matches(".*/[^/.][^/]*\\.parquet")
                    || referred.contains(LakeLayout.place(file.location()))
                    || persons.count(table.io().newInputFile(file.location())) == 0) {
                continue;
            }
            if (file.createdAtMillis() > nowMillis - HOUR_MILLIS) {
                open.add("%s is being written, or was an hour ago. Erase again.".formatted(file.location()));
                continue;
            }
            steps.before("delete " + file.location());
            table.io().deleteFile(file.location());
            files.add(file.location());
        }
    }
}
