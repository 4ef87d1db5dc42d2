package io.openclickstream.maintenance;

import io.openclickstream.lake.BackfillMark;
import io.openclickstream.lake.EpochFile;
import io.openclickstream.lake.EpochMark;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.storage.LakeStorage.UnfinishedUpload;
import io.openclickstream.maintenance.TablePlan.EpochHour;
import io.openclickstream.schemas.lake.BackfillLineage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileInfo;

/** Decides what there is to do for a table. Changes nothing. */
final class Planner {
    private static final String VERSION_HINT = "version-hint.text";

    /** What Flink's writers leave when they are killed: on a disk hidden files, in S3 the tail of an upload. */
    private static final Pattern UNFINISHED = Pattern.compile(".*/(\\.[^/]+\\.inprogress\\.[^/]+|_[^/]+_tmp_[^/]+)");

    private final LakeCatalog catalog;
    private final Care care;
    private final Instant now;

    /** What a table says is committed of its job's lineages, and of backfills. */
    private record Marks(EpochMark epochs, Map<String, BackfillMark> backfills) {
        boolean hasCommitted(EpochFile file) {
            BackfillMark backfill = backfills.get(file.lineage());
            return backfill == null
                    ? epochs.epoch(file.lineage()).orElse(0L) >= file.lastEpoch()
                    : backfill.hasCommitted(file);
        }

        /** Whether neither a job nor a run of a backfill can come back to it. */
        boolean canNeverCommit(EpochFile file) {
            if (BackfillLineage.is(file.lineage())) {
                BackfillMark backfill = backfills.get(file.lineage());
                return backfill == null || !backfill.mayHave(file);
            }
            return !file.lineage().equals(epochs.lineage())
                    && epochs.epoch(file.lineage())
                            .filter(committed -> file.firstEpoch() > committed)
                            .isPresent();
        }
    }

    Planner(LakeCatalog catalog, Care care, Instant now) {
        this.catalog = catalog;
        this.care = care;
        this.now = now;
    }

    /** @param name of a table that is there */
    TablePlan plan(String name) throws IOException {
        LakeLayout layout = new LakeLayout(catalog.settings(), name);
        // Listed before the table is read: what is committed in between is known to the table, and so is no orphan.
        List<FileInfo> inTable = list(layout.tableFolder());
        List<FileInfo> ofEpochs = new ArrayList<>();
        List<UnfinishedUpload> uploads = new ArrayList<>(old(layout.tableFolder()));
        for (String folder : layout.epochFolders()) {
            ofEpochs.addAll(list(folder));
            uploads.addAll(old(folder));
        }
        Table table = catalog.load(name).orElseThrow();
        var marks = new Marks(EpochMark.of(table.properties()), BackfillMark.of(table.properties()));
        Set<String> referred = TableFiles.all(table);
        List<String> remarks = new ArrayList<>();
        List<Compaction> compactions = Compaction.of(layout, TableFiles.current(table), care, now);
        // A run that was killed may have left a file that this one writes again under the same name.
        Set<String> written = new HashSet<>();
        compactions.forEach(
                compaction -> written.add(LakeLayout.place(layout.compacted(compaction.hour(), compaction.output()))));
        List<FileInfo> orphans = new ArrayList<>();
        inTable.stream()
                .filter(file -> isOrphan(file, referred) && !written.contains(LakeLayout.place(file.location())))
                .forEach(orphans::add);
        ofEpochs.stream()
                .filter(file -> isOld(file) && isLeftOver(layout, file, marks, referred))
                .forEach(orphans::add);
        return new TablePlan(
                name,
                compactions,
                expiry(table).apply().stream().map(Snapshot::snapshotId).toList(),
                orphans,
                uploads,
                hours(layout, inTable, ofEpochs, marks, referred, remarks),
                remarks);
    }

    private ExpireSnapshots expiry(Table table) {
        return table.expireSnapshots()
                .expireOlderThan(now.minus(care.keepFor()).toEpochMilli())
                .retainLast(care.keepSnapshots());
    }

    private List<FileInfo> list(String folder) {
        List<FileInfo> files = new ArrayList<>();
        catalog.storage().io().listPrefix(folder).forEach(files::add);
        return files;
    }

    private List<UnfinishedUpload> old(String folder) throws IOException {
        Instant limit = now.minus(care.orphansOlderThan());
        return catalog.storage().unfinishedUploads(folder).stream()
                .filter(upload -> upload.begun().isBefore(limit))
                .toList();
    }

    private boolean isOld(FileInfo file) {
        return file.createdAtMillis() < now.minus(care.orphansOlderThan()).toEpochMilli();
    }

    private boolean isOrphan(FileInfo file, Set<String> referred) {
        return isOld(file)
                && !referred.contains(LakeLayout.place(file.location()))
                && !file.location().endsWith("/" + VERSION_HINT);
    }

    /** What a killed writer left, or wrote for an epoch that no job can come back to. */
    private static boolean isLeftOver(LakeLayout layout, FileInfo file, Marks marks, Set<String> referred) {
        if (UNFINISHED.matcher(file.location()).matches()) {
            return true;
        }
        return !referred.contains(LakeLayout.place(file.location()))
                && layout.epochFile(file.location())
                        .filter(marks::canNeverCommit)
                        .isPresent();
    }

    private List<EpochHour> hours(
            LakeLayout layout,
            List<FileInfo> inTable,
            List<FileInfo> ofEpochs,
            Marks marks,
            Set<String> referred,
            List<String> remarks) {
        Map<Long, List<FileInfo>> byHour = new TreeMap<>();
        for (FileInfo file : ofEpochs) {
            if (layout.isEpochFile(file.location())) {
                LakeLayout.hour(file.location())
                        .ifPresent(hour -> byHour.computeIfAbsent(hour, unused -> new ArrayList<>())
                                .add(file));
            }
        }
        List<EpochHour> hours = new ArrayList<>();
        for (Map.Entry<Long, List<FileInfo>> hour : byHour.entrySet()) {
            if (LakeLayout.endOf(hour.getKey()).plus(care.keepEpochFiles()).isAfter(now)) {
                break;
            }
            Optional<String> reason = whyItStays(layout, hour.getKey(), hour.getValue(), inTable, marks, referred);
            if (reason.isPresent()) {
                remarks.add("the files of epochs of %s and later hours stay: %s"
                        .formatted(LakeLayout.hourFolder(hour.getKey()), reason.get()));
                break;
            }
            hours.add(new EpochHour(hour.getKey(), hour.getValue()));
        }
        return hours;
    }

    /** Empty when compacted files hold the hour's rows, and nothing besides, for whoever reads by folder. */
    private static Optional<String> whyItStays(
            LakeLayout layout,
            long hour,
            List<FileInfo> files,
            List<FileInfo> inTable,
            Marks marks,
            Set<String> referred) {
        for (FileInfo file : files) {
            EpochFile name = layout.epochFile(file.location()).orElseThrow();
            if (referred.contains(LakeLayout.place(file.location()))) {
                return Optional.of("a snapshot that is kept refers to " + file.location());
            }
            if (!marks.hasCommitted(name)) {
                return Optional.of(file.location() + " is not committed");
            }
        }
        String data = LakeLayout.place(layout.tableFolder()) + "data/" + LakeLayout.hourFolder(hour) + "/";
        return inTable.stream()
                .map(FileInfo::location)
                .filter(location ->
                        LakeLayout.place(location).startsWith(data) && !referred.contains(LakeLayout.place(location)))
                .findFirst()
                .map(location -> "nobody refers to " + location + ", which would be read twice by folder");
    }
}
