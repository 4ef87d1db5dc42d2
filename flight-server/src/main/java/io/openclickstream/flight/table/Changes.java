package io.openclickstream.flight.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
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

    /** Which rows that stand elsewhere in the later snapshot are changes. */
    public enum Rewritten {
        /** Those with another value in a chosen column: nothing is told that the reader knows. */
        IF_DIFFERENT,
        /** All: the reader may hold something else than the earlier snapshot for a key that was put since. */
        ALWAYS
    }

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
    public static Changes between(
            TableSnapshot before, Selection had, TableSnapshot now, Selection wants, Rewritten rewritten) {
        IdentityHashMap<Chunk, long[]> liveBefore = live(before);
        IdentityHashMap<Chunk, long[]> liveNow = live(now);
        List<Run> gone = candidates(before, had, liveNow, true);
        Removed removed = new Removed(gone, now.tableSchema());
        SameValues same = new SameValues(had, wants);
        List<Run> upserts = new ArrayList<>();
        for (Run run : candidates(now, wants, liveBefore, false)) {
            int count = 0;
            int[] changed = new int[run.rows().count()];
            for (int i = 0; i < changed.length; i++) {
                int row = run.rows().rows()[i];
                int place = removed.take(run.chunk(), row);
                boolean known = place >= 0
                        && rewritten == Rewritten.IF_DIFFERENT
                        && same.test(
                                removed.rowsAt(place),
                                removed.rowAt(place),
                                run.rows().columns(),
                                row);
                if (!known) {
                    changed[count++] = row;
                }
            }
            if (count > 0) {
                upserts.add(new Run(run.chunk(), new Rows(run.rows().columns(), changed, count), false));
            }
        }
        return new Changes(wants, removed.left(), upserts, removed.leftRows() + count(upserts));
    }

    /**
     * The same with further deletes: keys that the reader may hold although neither snapshot does.
     *
     * @param gone rows whose keys count
     */
    public Changes deleting(List<TableSnapshot> gone, TableSnapshot now) {
        KeyLookup present = new KeyLookup(now);
        List<Run> more = new ArrayList<>(deletes);
        long added = 0;
        for (TableSnapshot each : gone) {
            for (TableSnapshot.Part part : each.parts()) {
                Rows live = Slot.liveRows(part.chunk(), part.dead(), part.live(), 0, Chunk.MAX_ROWS);
                int count = 0;
                int[] absent = new int[live.count()];
                for (int i = 0; i < live.count(); i++) {
                    if (!present.has(part.chunk(), live.rows()[i])) {
                        absent[count++] = live.rows()[i];
                    }
                }
                if (count > 0) {
                    more.add(new Run(part.chunk(), new Rows(live.columns(), absent, count), true));
                    added += count;
                }
            }
        }
        return new Changes(selection, more, upserts, rows + added);
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

    /** Rows that are gone from their places, found by their keys. */
    private static final class Removed {
        private final List<Run> runs;
        private final KeyIndex index = new KeyIndex();
        private final Keys keys;
        private final boolean[] taken;
        private final int[] firsts;

        Removed(List<Run> runs, TableSchema schema) {
            this.runs = runs;
            this.keys = new Keys(schema);
            this.firsts = new int[runs.size()];
            int rows = 0;
            for (int i = 0; i < runs.size(); i++) {
                firsts[i] = rows;
                Run run = runs.get(i);
                for (int j = 0; j < run.rows().count(); j++) {
                    index.add(run.chunk().hash(run.rows().rows()[j]), rows++);
                }
            }
            this.taken = new boolean[rows];
        }

        /** The place of the row with the same key, which is then no delete; -1 when there is none. */
        int take(Chunk chunk, int row) {
            int place = index.find(
                    chunk.hash(row),
                    at -> keys.same(chunk.columns(), row, rowsAt(at).columns(), rowAt(at)));
            if (place >= 0) {
                taken[place] = true;
            }
            return place;
        }

        Rows rowsAt(int place) {
            return runs.get(runAt(place)).rows();
        }

        int rowAt(int place) {
            int run = runAt(place);
            return runs.get(run).rows().rows()[place - firsts[run]];
        }

        List<Run> left() {
            List<Run> left = new ArrayList<>();
            int place = 0;
            for (Run run : runs) {
                int[] rows = new int[run.rows().count()];
                int count = 0;
                for (int i = 0; i < rows.length; i++) {
                    if (!taken[place++]) {
                        rows[count++] = run.rows().rows()[i];
                    }
                }
                if (count > 0) {
                    left.add(new Run(run.chunk(), new Rows(run.rows().columns(), rows, count), true));
                }
            }
            return left;
        }

        long leftRows() {
            return count(left());
        }

        private int runAt(int place) {
            int at = Arrays.binarySearch(firsts, place);
            return at >= 0 ? at : -at - 2;
        }
    }

    /** The keys of a snapshot. */
    private static final class KeyLookup {
        private final KeyIndex index = new KeyIndex();
        private final Keys keys;
        private final List<Chunk> chunks = new ArrayList<>();

        KeyLookup(TableSnapshot snapshot) {
            this.keys = new Keys(snapshot.tableSchema());
            for (TableSnapshot.Part part : snapshot.parts()) {
                int first = chunks.size() * Chunk.MAX_ROWS;
                chunks.add(part.chunk());
                Rows live = Slot.liveRows(part.chunk(), part.dead(), part.live(), 0, Chunk.MAX_ROWS);
                for (int i = 0; i < live.count(); i++) {
                    int row = live.rows()[i];
                    index.add(part.chunk().hash(row), first + row);
                }
            }
        }

        boolean has(Chunk chunk, int row) {
            return index.find(
                            chunk.hash(row),
                            place -> keys.same(
                                    chunk.columns(),
                                    row,
                                    chunks.get(place / Chunk.MAX_ROWS).columns(),
                                    place % Chunk.MAX_ROWS))
                    >= 0;
        }
    }
}
