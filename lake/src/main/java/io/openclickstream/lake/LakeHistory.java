package io.openclickstream.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/**
 * Finds the seam between the lake's history and a Flight server's live tables: rows that were final at an epoch come from
 * the lake, those that were open then from the server's committed view of the same epoch. Ask the server for its lineage
 * and epochs, {@link #plan}, read what the plan says, and ask whether it {@link #holds}; else begin again.
 */
public final class LakeHistory {
    /** Columns of event time, of which a table has the first that it has. */
    private static final List<String> WINDOW_COLUMNS = List.of("start_time", "window_start", LakeTable.INGESTION_TIME);

    private final LakeCatalog catalog;

    /**
     * What a server shows.
     *
     * @param lineage that readers see
     * @param keptEpochs of it that can be read, the oldest first
     */
    public record Served(String lineage, List<Long> keptEpochs) {
        public Served {
            keptEpochs = List.copyOf(keptEpochs);
        }
    }

    public LakeHistory(LakeCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * What to read for a span of event time.
     *
     * @param from first event time; null for no bound
     * @param before first event time that is left out; null for no bound
     * @param asOf the epoch; null for the latest that both have
     * @throws SeamException when there is no such epoch in both, or the lake cannot tell it from later ones any more
     */
    public HistoryPlan plan(
            String name, Served served, @Nullable Instant from, @Nullable Instant before, @Nullable Long asOf)
            throws SeamException {
        Table table = catalog.load(name)
                .orElseThrow(() -> new SeamException(
                        "The lake has no table %s. There are: %s. They appear with the job's first checkpoint."
                                .formatted(name, catalog.tables())));
        EpochMark mark = EpochMark.of(table.properties());
        long epoch = epoch(name, mark, served, asOf);
        String window = WINDOW_COLUMNS.stream()
                .filter(column -> table.schema().findField(column) != null)
                .findFirst()
                .orElseThrow();
        List<DataFile> files = files(table, span(window, from, before), served.lineage(), epoch)
                .orElseThrow(() -> new SeamException(
                        ("The lake cannot tell the rows of table %s as of epoch %d any more: compaction has put them into one"
                                        + " file with later ones, and the snapshot that had them apart has expired. Read as of a"
                                        + " later epoch.")
                                .formatted(name, epoch)));
        return new HistoryPlan(name, from, before, window, epoch, served.lineage(), files, mark.submissions());
    }

    /**
     * Whether what was read by a plan belongs together: no job was started on the lake since, which may have gone back
     * behind the plan's epoch. To be asked after all was read.
     */
    public boolean holds(HistoryPlan plan) {
        return catalog.load(plan.table())
                .map(table -> EpochMark.of(table.properties()).submissions())
                .filter(plan.submissions()::equals)
                .isPresent();
    }

    private static long epoch(String name, EpochMark mark, Served served, @Nullable Long asOf) throws SeamException {
        Optional<Long> inLake = mark.epoch(served.lineage());
        if (inLake.isEmpty()) {
            throw new SeamException(
                    ("The lake has no epoch of table %s of lineage %s, which the server shows; it has %s. Read the job's own"
                                    + " lake, or promote the lake's lineage on the server.")
                            .formatted(name, served.lineage(), mark.epochs()));
        }
        List<Long> both = served.keptEpochs().stream()
                .filter(kept -> kept <= inLake.get() && (asOf == null || kept.equals(asOf)))
                .toList();
        if (both.isEmpty()) {
            throw new SeamException("%s of table %s is not in both: the lake has those up to %d, the server keeps %s."
                    .formatted(asOf == null ? "Any epoch" : "Epoch " + asOf, name, inLake.get(), served.keptEpochs()));
        }
        return both.get(both.size() - 1);
    }

    /**
     * The newest snapshot has what was added to the past and lacks what was erased since; where compaction has put rows of
     * the epoch and of later ones into one file, the snapshot nearest to the epoch still has them apart.
     */
    private static Optional<List<DataFile>> files(Table table, Expression span, String lineage, long epoch) {
        Snapshot newest = table.currentSnapshot();
        if (newest == null) {
            return Optional.of(List.of());
        }
        return Stream.of(newest, nearest(table, lineage, epoch))
                .map(snapshot -> filesOf(table, snapshot, span, lineage, epoch))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Snapshot nearest(Table table, String lineage, long epoch) {
        Snapshot nearest = table.currentSnapshot();
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            String of = snapshot.summary().get(EpochMark.EPOCH);
            boolean isOurs = of != null && lineage.equals(snapshot.summary().get(EpochMark.LINEAGE));
            if (isOurs && Long.parseLong(of) < epoch) {
                break;
            }
            nearest = snapshot;
            if (isOurs && Long.parseLong(of) == epoch) {
                break;
            }
        }
        return nearest;
    }

    /** Empty when a file has rows on both sides of the epoch, or does not say of which it is. */
    private static Optional<List<DataFile>> filesOf(
            Table table, Snapshot snapshot, Expression span, String lineage, long epoch) {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().useSnapshot(snapshot.snapshotId()).filter(span).planFiles()) {
            for (FileScanTask task : tasks) {
                Optional<EpochFile> file = EpochFile.parse(task.file().location());
                if (file.isEmpty()) {
                    return Optional.empty();
                }
                boolean isOther = !file.get().lineage().equals(lineage);
                if (isOther || file.get().lastEpoch() <= epoch) {
                    files.add(task.file());
                } else if (file.get().firstEpoch() <= epoch) {
                    return Optional.empty();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The files of table %s cannot be listed".formatted(table.name()), e);
        }
        return Optional.of(files);
    }

    private static Expression span(String window, @Nullable Instant from, @Nullable Instant before) {
        Expression span = Expressions.alwaysTrue();
        if (from != null) {
            span = Expressions.and(span, Expressions.greaterThanOrEqual(window, micros(from)));
        }
        return before == null ? span : Expressions.and(span, Expressions.lessThan(window, micros(before)));
    }

    private static long micros(Instant time) {
        return Math.multiplyExact(time.toEpochMilli(), 1_000L);
    }
}
