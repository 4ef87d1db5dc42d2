package io.openclickstream.flight.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What leads from the rows that a selection lets through in one snapshot to those it lets through in another. Whoever
 * deletes and upserts them, in this order, has exactly the rows of the later snapshot. Does not hold the snapshots.
 *
 * <p>Chunks that both snapshots hold are compared by their live rows only, so it costs what has changed, and the number
 * of chunks.
 */
public final class Changes {
    private final Selection selection;
    private final List<Run> deletes;
    private final Iterable<Run> upserts;
    private final long rows;

    /** Neighbours of one chunk that are all to be deleted, or all to be upserted. */
    record Run(Chunk chunk, Rows rows, boolean areDeletes) {}

    private Changes(Selection selection, List<Run> deletes, Iterable<Run> upserts, long rows) {
        this.selection = selection;
        this.deletes = deletes;
        this.upserts = upserts;
        this.rows = rows;
    }

    /** All rows of a snapshot, for somebody who has none. */
    public static Changes all(TableSnapshot now, Selection selection) {
        Iterable<Run> runs =
                () -> now.parts().stream().map(part -> upserts(selection, part)).iterator();
        return new Changes(selection, List.of(), runs, -1);
    }

    /**
     * From one snapshot to another.
     *
     * @param before the earlier one, and {@code had} its selection
     * @param wants the same selection of the later one; its columns are those of the changes
     */
    public static Changes between(TableSnapshot before, Selection had, TableSnapshot now, Selection wants) {
        IdentityHashMap<Chunk, long[]> liveBefore = live(before);
        IdentityHashMap<Chunk, long[]> liveNow = live(now);
        List<Run> gone = candidates(before, had, liveNow, true);
        KeyedRows removed = new KeyedRows(now.tableSchema());
        gone.forEach(run -> removed.add(run.chunk(), run.rows()));
        BitSet taken = new BitSet(removed.size());
        SameValues same = new SameValues(had, wants);
        List<Run> upserts = new ArrayList<>();
        for (Run run : candidates(now, wants, liveBefore, false)) {
            int count = 0;
            int[] changed = new int[run.rows().count()];
            for (int i = 0; i < changed.length; i++) {
                int row = run.rows().rows()[i];
                int place = removed.find(run.chunk(), row);
                if (place >= 0) {
                    taken.set(place);
                }
                boolean isKnown = place >= 0
                        && same.test(
                                removed.chunkAt(place).columns(),
                                removed.rowAt(place),
                                run.rows().columns(),
                                row);
                if (!isKnown) {
                    changed[count++] = row;
                }
            }
            if (count > 0) {
                upserts.add(new Run(run.chunk(), new Rows(run.rows().columns(), changed, count), false));
            }
        }
        List<Run> deletes = without(gone, taken);
        return new Changes(wants, deletes, upserts, count(deletes) + count(upserts));
    }

    /**
     * The same for a reader who may hold anything for some keys: each of them is told anew, with the row that the later
     * snapshot has, or as deleted.
     *
     * @param touched rows whose keys count, in any number of versions
     * @param now the later snapshot
     */
    public Changes telling(List<TableSnapshot> touched, TableSnapshot now) {
        if (touched.isEmpty()) {
            return this;
        }
        KeyedRows there = new KeyedRows(now.tableSchema());
        now.parts().forEach(part -> there.add(part.chunk(), selection.passing(part)));
        KeyedRows told = new KeyedRows(now.tableSchema());
        List<Run> allDeletes = new ArrayList<>(deletes);
        List<Run> allUpserts = new ArrayList<>();
        upserts.forEach(allUpserts::add);
        allDeletes.forEach(run -> told.add(run.chunk(), run.rows()));
        allUpserts.forEach(run -> told.add(run.chunk(), run.rows()));
        Map<Chunk, BitSet> anew = new LinkedHashMap<>();
        for (TableSnapshot each : touched) {
            for (TableSnapshot.Part part : each.parts()) {
                Rows live = Slot.liveRows(part.chunk(), part.dead(), part.live(), 0, Chunk.MAX_ROWS);
                int count = 0;
                int[] absent = new int[live.count()];
                for (int i = 0; i < live.count(); i++) {
                    int row = live.rows()[i];
                    if (told.find(part.chunk(), row) >= 0) {
                        continue;
                    }
                    told.add(part.chunk(), row);
                    int place = there.find(part.chunk(), row);
                    if (place >= 0) {
                        anew.computeIfAbsent(there.chunkAt(place), chunk -> new BitSet())
                                .set(there.rowAt(place));
                    } else {
                        absent[count++] = row;
                    }
                }
                if (count > 0) {
                    allDeletes.add(new Run(part.chunk(), new Rows(live.columns(), absent, count), true));
                }
            }
        }
        anew.forEach((chunk, rows) -> allUpserts.add(
                new Run(chunk, new Rows(chunk.columns(), rows.stream().toArray(), rows.cardinality()), false)));
        return new Changes(selection, allDeletes, allUpserts, count(allDeletes) + count(allUpserts));
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return rows == 0;
    }

    Selection selection() {
        return selection;
    }

    /** Deletes first. */
    Iterator<Run> runs() {
        Iterator<Run> rest = upserts.iterator();
        Iterator<Run> first = deletes.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return first.hasNext() || rest.hasNext();
            }

            @Override
            public Run next() {
                return first.hasNext() ? first.next() : rest.next();
            }
        };
    }

    private static Run upserts(Selection selection, TableSnapshot.Part part) {
        return new Run(part.chunk(), selection.passing(part), false);
    }

    private static long count(List<Run> runs) {
        return runs.stream().mapToLong(run -> run.rows().count()).sum();
    }

    /** Rows that pass in a snapshot and are not live at the same place in the other one. */
    private static List<Run> candidates(
            TableSnapshot snapshot, Selection selection, IdentityHashMap<Chunk, long[]> other, boolean areDeletes) {
        List<Run> runs = new ArrayList<>();
        for (TableSnapshot.Part part : snapshot.parts()) {
            long @Nullable [] there = other.get(part.chunk());
            if (there != null && Arrays.equals(there, liveBits(part))) {
                continue;
            }
            Rows passing = selection.passing(part);
            int[] picked = new int[passing.count()];
            int count = 0;
            for (int i = 0; i < passing.count(); i++) {
                int row = passing.rows()[i];
                if (there == null || (there[row >> 6] & (1L << row)) == 0) {
                    picked[count++] = row;
                }
            }
            if (count > 0) {
                runs.add(new Run(part.chunk(), new Rows(passing.columns(), picked, count), areDeletes));
            }
        }
        return runs;
    }

    /** The live rows of each chunk, as bits. */
    private static IdentityHashMap<Chunk, long[]> live(TableSnapshot snapshot) {
        IdentityHashMap<Chunk, long[]> live = new IdentityHashMap<>();
        for (TableSnapshot.Part part : snapshot.parts()) {
            live.merge(part.chunk(), liveBits(part), Changes::or);
        }
        return live;
    }

    private static long[] liveBits(TableSnapshot.Part part) {
        long[] bits = new long[Slot.allDead().length];
        for (int row = 0; row < part.chunk().rows(); row++) {
            if (Slot.isLive(part.dead(), row)) {
                bits[row >> 6] |= 1L << row;
            }
        }
        return bits;
    }

    private static long[] or(long[] a, long[] b) {
        long[] both = a.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] |= b[i];
        }
        return both;
    }

    /** All of these but the rows at places that are taken; places count the rows of all runs from 0. */
    private static List<Run> without(List<Run> runs, BitSet taken) {
        List<Run> left = new ArrayList<>();
        int place = 0;
        for (Run run : runs) {
            int[] rows = new int[run.rows().count()];
            int count = 0;
            for (int i = 0; i < rows.length; i++) {
                if (!taken.get(place++)) {
                    rows[count++] = run.rows().rows()[i];
                }
            }
            if (count > 0) {
                left.add(new Run(run.chunk(), new Rows(run.rows().columns(), rows, count), true));
            }
        }
        return left;
    }
}
