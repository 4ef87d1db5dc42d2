package io.openclickstream.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds a backfill to the tables of a lake, whole and once, whatever the job does there meanwhile: computed elsewhere, then
 * {@link #begin begun}, {@link #commit committed}. Each step may be repeated, also after another run was killed in its
 * middle: each run replaces what an earlier one has left. Its files are of a lineage of their own, so that no start of a
 * job touches them, and what a table says of the job's epochs stays as it is.
 */
public final class LakeBackfill {
    private static final Logger LOG = LoggerFactory.getLogger(LakeBackfill.class);
    private static final int ATTEMPTS = 20;

    private final LakeCatalog catalog;
    private final List<LakeTable> tables;
    private final Backfill backfill;
    private final String lineage;

    /** @param tables all tables that a job of the lake would write, always in the same order */
    public LakeBackfill(LakeCatalog catalog, Collection<LakeTable> tables, Backfill backfill) {
        this.catalog = catalog;
        this.tables = List.copyOf(tables);
        this.backfill = backfill;
        this.lineage = backfill.lineage();
    }

    /** What the lake has of this backfill. */
    public enum State {
        /** Nothing. */
        ABSENT,
        /** A run was begun that has not committed every table. */
        UNFINISHED,
        /** All of it. */
        WHOLE,
        /** Rows of another input, or another span of time, under the same name. */
        OF_ANOTHER_INPUT
    }

    /** What the lake has of it now. */
    public State state() {
        List<Optional<BackfillMark>> marks = tables.stream()
                .map(table -> catalog.load(table.name()).flatMap(this::mark))
                .toList();
        if (marks.stream().flatMap(Optional::stream).anyMatch(mark -> !mark.backfill()
                .equals(backfill))) {
            return State.OF_ANOTHER_INPUT;
        }
        if (marks.stream().allMatch(Optional::isEmpty)) {
            return State.ABSENT;
        }
        return marks.stream()
                        .allMatch(mark -> mark.filter(BackfillMark::isWhole).isPresent())
                ? State.WHOLE
                : State.UNFINISHED;
    }

    /**
     * From now on only this run may add to the tables, and what earlier ones have left in their folders is gone. What an
     * earlier one has committed stays until this one commits.
     *
     * @param run letters and digits; another for each run
     * @throws LakeRefusedException when another backfill has begun with a part of the same time, or this name stands for
     *     another input; then this one has not begun
     * @throws IOException when the catalog or the store fails; asking again is right
     */
    public void begin(String run) throws IOException {
        for (LakeTable wanted : tables) {
            untilCommitted(wanted, () -> {
                Table table = catalog.loadOrCreate(wanted);
                Optional<BackfillMark> known = mark(table);
                refuseIfAnother(known);
                if (known.filter(mark -> mark.begunRun().equals(run)).isEmpty()) {
                    String lineageOfJob = EpochMark.of(table.properties()).lineage();
                    BackfillMark begun = known.orElse(new BackfillMark(backfill, run, "", ""))
                            .begunBy(backfill, run, lineageOfJob);
                    table.updateProperties()
                            .set(BackfillMark.property(lineage), begun.json())
                            .commit();
                }
            });
        }
        refuseIfOthersOverlap();
        deleteLeftOvers();
    }

    private void refuseIfAnother(Optional<BackfillMark> known) {
        if (known.isPresent() && !known.get().backfill().equals(backfill)) {
            throw new LakeRefusedException(
                    "The lake at %s has a backfill %s of another input (%s, %s), and this one is of %s, %s. Give it another name, or take that one out first."
                            .formatted(
                                    catalog.settings().root(),
                                    backfill.name(),
                                    known.get().backfill().input(),
                                    known.get().backfill().span(),
                                    backfill.input(),
                                    backfill.span()));
        }
    }

    /** After it has said what it begins with: of two that begin at a time at least one sees the other. */
    private void refuseIfOthersOverlap() throws IOException {
        Table first = catalog.loadOrCreate(tables.get(0));
        for (BackfillMark other : BackfillMark.of(first.properties()).values()) {
            if (!other.backfill().name().equals(backfill.name())
                    && other.backfill().overlaps(backfill)) {
                withdrawIfNothingIsCommitted();
                throw new LakeRefusedException(
                        "Another backfill, %s, has rows %s in the lake at %s or is adding them, so this one (%s) would count them twice. Give a span that does not touch it, or take that one out first."
                                .formatted(
                                        other.backfill().name(),
                                        other.backfill().span(),
                                        catalog.settings().root(),
                                        backfill.span()));
            }
        }
    }

    /**
     * Takes back that it has begun, unless rows of it are in the lake already.
     *
     * @throws IOException when the catalog or the store fails; asking again is right
     */
    public void withdrawIfNothingIsCommitted() throws IOException {
        boolean isNew = tables.stream()
                .flatMap(table -> catalog.load(table.name()).flatMap(this::mark).stream())
                .allMatch(mark -> mark.committedRun().isEmpty());
        if (isNew) {
            withdraw();
        }
    }

    /** Deletes files that no table refers to and no run will ever commit, lest readers by folder see rows twice. */
    public void deleteLeftOvers() {
        for (LakeTable wanted : tables) {
            BackfillMark mark =
                    catalog.load(wanted.name()).flatMap(this::mark).orElseThrow(() -> notOurs(wanted, "none"));
            for (String location : inFolder(wanted)) {
                if (EpochFile.parse(location).filter(mark::mayHave).isEmpty()) {
                    catalog.storage().io().deleteFile(location);
                }
            }
        }
    }

    /**
     * Makes the tables have the rows of a lake of its own, instead of those that an earlier run has committed.
     *
     * @param computed a lake on this machine's disk, with the tables of this backfill and nothing else
     * @throws LakeRefusedException when a later run has begun
     * @throws IOException when the catalog or the store fails; asking again is right
     */
    public void commit(String run, LakeCatalog computed) throws IOException {
        for (LakeTable wanted : tables) {
            List<DataFile> files = new ArrayList<>();
            Optional<Table> from = computed.load(wanted.name());
            if (from.isPresent()) {
                files.addAll(filesOf(from.get()));
            }
            commit(wanted, run, files);
        }
        deleteLeftOvers(); // of a run that was killed between a commit and the deletion of what it had replaced
    }

    private void commit(LakeTable wanted, String run, List<DataFile> computed) throws IOException {
        if (requireOurs(catalog.loadOrCreate(wanted), wanted, run).isWhole()) {
            return;
        }
        Map<String, DataFile> files = new TreeMap<>();
        for (DataFile file : computed) {
            files.put(place(wanted, run, files.size(), file.location()), file);
        }
        for (var file : files.entrySet()) {
            catalog.storage().upload(Path.of(file.getValue().location().replaceFirst("^file:/*", "/")), file.getKey());
        }
        List<String> former = new ArrayList<>();
        untilCommitted(wanted, () -> {
            Table table = catalog.loadOrCreate(wanted);
            if (!requireOurs(table, wanted, run).isWhole()) {
                former.clear();
                former.addAll(committed(table));
                replace(table, run, former, files);
            }
        });
        former.forEach(catalog.storage().io()::deleteFile);
        LOG.info(
                "A backfill was committed: table={} name={} run={} files={} filesReplaced={}",
                wanted.name(),
                backfill.name(),
                run,
                files.size(),
                former.size());
    }

    private void replace(Table table, String run, List<String> former, Map<String, DataFile> files) {
        Transaction transaction = table.newTransaction();
        if (!former.isEmpty()) {
            DeleteFiles delete = transaction.newDelete();
            former.forEach(delete::deleteFile);
            // Compaction may have put one of them into another file since the table was looked at.
            delete.validateFilesExist();
            delete.set(BackfillMark.NAME, backfill.name()).commit();
        }
        AppendFiles append = transaction
                .newAppend()
                .set(BackfillMark.NAME, backfill.name())
                // Iceberg tries again by itself on what others have committed; then it must still be ours to do.
                .validateWith(ancestors -> isDue(table, run));
        files.forEach((location, file) -> append.appendFile(
                DataFiles.builder(table.spec()).copy(file).withPath(location).build()));
        append.commit();
        BackfillMark then = mark(table).orElseThrow().committed();
        transaction
                .updateProperties()
                .set(BackfillMark.property(lineage), then.json())
                .commit();
        transaction.commitTransaction();
    }

    private boolean isDue(Table table, String run) {
        var now = ((HasTableOperations) table).operations().current().properties();
        return BackfillMark.of(now, lineage)
                .filter(mark -> mark.begunRun().equals(run) && !mark.isWhole())
                .isPresent();
    }

    /**
     * Takes all of it out of the lake, whatever its input was; a run that is on its way is refused from then on.
     *
     * @return how many files were taken out of the tables
     * @throws IOException when the catalog or the store fails; asking again is right
     */
    public int withdraw() throws IOException {
        int taken = 0;
        for (LakeTable wanted : firstLast()) {
            List<String> former = new ArrayList<>();
            untilCommitted(wanted, () -> {
                Optional<Table> table = catalog.load(wanted.name());
                if (table.isPresent() && mark(table.get()).isPresent()) {
                    former.clear();
                    former.addAll(committed(table.get()));
                    takeOut(table.get(), former);
                }
            });
            taken += former.size();
            former.forEach(catalog.storage().io()::deleteFile);
            inFolder(wanted).forEach(catalog.storage().io()::deleteFile);
        }
        return taken;
    }

    /** The lake's tables, also of metrics that the job does not have any more. As long as the first one is marked, so is its time. */
    private List<LakeTable> firstLast() {
        List<LakeTable> all = new ArrayList<>();
        for (String name : catalog.tables()) {
            LakeTable known = tables.stream()
                    .filter(table -> table.name().equals(name))
                    .findFirst()
                    .orElseGet(() ->
                            new LakeTable(name, "metrics/" + name, tables.get(0).schema(), List.of()));
            if (!known.equals(tables.get(0))) {
                all.add(known);
            }
        }
        all.add(tables.get(0));
        return all;
    }

    private void takeOut(Table table, List<String> former) {
        Transaction transaction = table.newTransaction();
        if (!former.isEmpty()) {
            DeleteFiles delete = transaction.newDelete();
            former.forEach(delete::deleteFile);
            delete.validateFilesExist();
            delete.set(BackfillMark.NAME, backfill.name()).commit();
        }
        transaction.updateProperties().remove(BackfillMark.property(lineage)).commit();
        transaction.commitTransaction();
    }

    /** What is done to a table may be done again. */
    @FunctionalInterface
    private interface Change {
        void make() throws IOException;
    }

    private void untilCommitted(LakeTable table, Change change) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                change.make();
                return;
            } catch (CommitFailedException | ValidationException | CommitStateUnknownException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LOG.info(
                        "Looking again at table {} for backfill {}: {}", table.name(), backfill.name(), e.getMessage());
            }
        }
    }

    private BackfillMark requireOurs(Table table, LakeTable wanted, String run) {
        Optional<BackfillMark> mark = mark(table);
        return mark.filter(known -> known.begunRun().equals(run))
                .orElseThrow(
                        () -> notOurs(wanted, mark.map(BackfillMark::begunRun).orElse("none, since it was taken out")));
    }

    private LakeRefusedException notOurs(LakeTable table, String run) {
        return new LakeRefusedException(
                "Another run of the backfill %s has begun with table %s since (%s), so this one must not add to it. Let that one end, or start it again."
                        .formatted(backfill.name(), table.name(), run));
    }

    private Optional<BackfillMark> mark(Table table) {
        return BackfillMark.of(table.properties(), lineage);
    }

    /** Files of the table that are of this backfill. */
    private List<String> committed(Table table) {
        return Opening.locations(table).stream().filter(this::isOfThis).toList();
    }

    private boolean isOfThis(String location) {
        return EpochFile.parse(location)
                .filter(file -> file.lineage().equals(lineage))
                .isPresent();
    }

    /** Files of this backfill where readers by folder see them, whether the table has them or not. */
    private List<String> inFolder(LakeTable wanted) {
        List<String> locations = new ArrayList<>();
        String folder = catalog.settings().location(wanted.folder()) + "/";
        for (FileInfo file : catalog.storage().io().listPrefix(folder)) {
            if (isOfThis(file.location())) {
                locations.add(file.location());
            }
        }
        return locations;
    }

    /** In the folder of the same hour, under a name that says the run. */
    private String place(LakeTable wanted, String run, int number, String computed) {
        String[] folders = computed.split("/", -1);
        EpochFile file = EpochFile.parse(computed)
                .filter(name -> name.lineage().equals(lineage))
                .orElseThrow(() -> new IllegalArgumentException(
                        "The file %s is not of the backfill %s".formatted(computed, backfill.name())));
        String name = new EpochFile(
                        file.table(), file.firstEpoch(), file.lastEpoch(), lineage, "%s-%d".formatted(run, number))
                .fileName();
        return catalog.settings().location("%s/%s/%s".formatted(wanted.folder(), folders[folders.length - 2], name));
    }

    /** The files that a table has, with what they say of their columns. */
    static List<DataFile> filesOf(Table table) {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().includeColumnStats().planFiles()) {
            tasks.forEach(task -> files.add(task.file()));
        } catch (IOException e) {
            throw new UncheckedIOException("The files of table %s cannot be listed".formatted(table.name()), e);
        }
        files.sort(Comparator.comparing(DataFile::location)); // so that a run that asks again gives the same names
        return files;
    }
}
