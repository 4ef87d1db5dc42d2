package io.openclickstream.lake;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;

/**
 * Keeps clicks of a backfill from being counted a second time by a job that goes on from an earlier epoch. A backfill is
 * added once the job cannot accept clicks from before the border any more ({@link BackfillBorder}); in a state from before
 * that, it still can. Changes nothing.
 *
 * @param allowedLateness how far behind the watermark the job accepts clicks from now on
 */
public record PassedBorders(LakeCatalog catalog, Duration allowedLateness) {
    private static final String CLICKS = "clicks";
    private static final String LEDGER = "ledger";
    private static final String COMPLETE_THROUGH = "complete_through";

    /**
     * Says whether a job may go on from an epoch. It is asked before the job says in the tables that it does, and once more
     * afterwards: of a backfill that begins and a job that goes back at the same time, one sees the other.
     *
     * @param restoredEpoch the checkpoint the job was restored from; 0 for none
     * @throws LakeRefusedException when a backfill was added beside this lineage whose border it had not passed then
     */
    public void require(String lineage, long restoredEpoch) {
        Optional<Table> clicks = catalog.load(CLICKS);
        if (clicks.isEmpty()) {
            return;
        }
        for (BackfillMark mark : BackfillMark.of(clicks.get().properties()).values()) {
            if (mark.besideLineage().equals(lineage)) {
                require(mark.backfill(), lineage, restoredEpoch);
            }
        }
    }

    private void require(Backfill backfill, String lineage, long restoredEpoch) {
        Instant needed = backfill.until().plus(allowedLateness);
        SortedMap<Long, Instant> times = times(lineage);
        Optional<Instant> complete =
                times.headMap(restoredEpoch + 1).values().stream().max(Instant::compareTo);
        if (complete.filter(time -> !time.isBefore(needed)).isPresent()) {
            return;
        }
        Optional<Long> first = times.entrySet().stream()
                .filter(each -> !each.getValue().isBefore(needed))
                .map(Map.Entry::getKey)
                .findFirst();
        throw new LakeRefusedException(
                ("The job cannot go on from epoch %d: event time was complete through %s then, and clicks up to %s behind are"
                                + " accepted, so it may accept clicks from before %s once more, which the backfill %s has brought."
                                + " They would be counted twice. Start from %s, or take the backfill out of the lake first"
                                + " (./clickstream backfill --name %s --withdraw) and add it again once event time is complete"
                                + " through %s.")
                        .formatted(
                                restoredEpoch,
                                complete.map(Instant::toString).orElse("no time that is known"),
                                allowedLateness,
                                backfill.until(),
                                backfill.name(),
                                first.map("a savepoint of epoch %d or later"::formatted)
                                        .orElse("a later savepoint"),
                                backfill.name(),
                                needed));
    }

    /** By epoch, how far event time was complete, as the ledger's files tell; epochs in which that is not new may be missing. */
    private SortedMap<Long, Instant> times(String lineage) {
        SortedMap<Long, Instant> times = new TreeMap<>();
        Optional<Table> ledger = catalog.load(LEDGER);
        if (ledger.isPresent()) {
            Types.NestedField column = ledger.get().schema().findField(COMPLETE_THROUGH);
            for (DataFile file : LakeBackfill.filesOf(ledger.get())) {
                Optional<TimeBounds> bounds = TimeBounds.of(file, column);
                EpochFile.parse(file.location())
                        .filter(name -> name.lineage().equals(lineage) && bounds.isPresent())
                        .ifPresent(name -> times.merge(
                                name.lastEpoch(),
                                bounds.orElseThrow().last(),
                                (one, other) -> one.isAfter(other) ? one : other));
            }
        }
        return times;
    }
}
