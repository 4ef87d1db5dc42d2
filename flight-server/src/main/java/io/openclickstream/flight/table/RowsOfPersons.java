package io.openclickstream.flight.table;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The rows of some persons in all that a table holds, by their keys: whatever else has one of these keys goes with them,
 * so that no view gets an older version back. Holds the chunks in which it found them until it is closed.
 */
final class RowsOfPersons implements AutoCloseable {
    private final TableSchema schema;
    private final Persons persons;
    private final KeyedRows found;
    private final IdentityHashMap<Chunk, BitSet> theirs = new IdentityHashMap<>();
    private final IdentityHashMap<Chunk, long[]> firstOfKey = new IdentityHashMap<>();
    private final IdentityHashMap<Chunk, BitSet> leaving = new IdentityHashMap<>();

    RowsOfPersons(TableSchema schema, Persons persons) {
        this.schema = schema;
        this.persons = persons;
        this.found = new KeyedRows(schema);
    }

    /** Looks through some more rows; before anything is removed. */
    void look(List<TableSnapshot.Part> parts) {
        parts.forEach(this::look);
    }

    private void look(TableSnapshot.Part part) {
        Chunk chunk = part.chunk();
        BitSet rows = theirs.computeIfAbsent(chunk, each -> persons.in(each, schema));
        for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
            if (Slot.isLive(part.dead(), row) && found.find(chunk, row) < 0) {
                found.add(chunk, row);
                long[] others = firstOfKey.computeIfAbsent(chunk, each -> {
                    each.retain();
                    return Slot.allDead();
                });
                others[row >> 6] &= ~(1L << row);
            }
        }
    }

    /** How many keys were found. */
    long count() {
        return found.size();
    }

    /** Removes them from a store, which is not made compact. */
    void removeFrom(RowStore rows) {
        firstOfKey.forEach(
                (chunk, others) -> rows.delete(new TableSnapshot.Part(Windows.NONE, chunk, others, Chunk.MAX_ROWS)));
    }

    /** The same parts without them, those left without rows being left out; the very list when there are none. */
    List<TableSnapshot.Part> without(List<TableSnapshot.Part> parts) {
        List<TableSnapshot.Part> left = new ArrayList<>(parts.size());
        boolean isChanged = false;
        for (TableSnapshot.Part part : parts) {
            TableSnapshot.Part rest = without(part);
            isChanged |= rest.live() < part.live();
            if (rest.live() > 0) {
                left.add(rest);
            }
        }
        return isChanged ? left : parts;
    }

    private TableSnapshot.Part without(TableSnapshot.Part part) {
        BitSet rows = leaving.computeIfAbsent(part.chunk(), this::leaving);
        long[] dead = part.dead() == null
                ? new long[Slot.allDead().length]
                : part.dead().clone();
        int live = part.live();
        for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
            if (Slot.isLive(part.dead(), row)) {
                dead[row >> 6] |= 1L << row;
                live--;
            }
        }
        return live == part.live() ? part : new TableSnapshot.Part(part.window(), part.chunk(), dead, live);
    }

    private BitSet leaving(Chunk chunk) {
        BitSet rows = new BitSet();
        for (int row = 0; row < chunk.rows(); row++) {
            if (found.find(chunk, row) >= 0) {
                rows.set(row);
            }
        }
        return rows;
    }

    @Override
    public void close() {
        firstOfKey.keySet().forEach(Chunk::release);
        firstOfKey.clear();
    }
}
