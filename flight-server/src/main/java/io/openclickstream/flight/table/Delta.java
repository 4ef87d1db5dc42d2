package io.openclickstream.flight.table;

import java.util.List;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What one subtask has changed in a table in one epoch: the latest row of each key, or that it is deleted. It waits
 * here until its epoch is committed, or dropped because the job went back; as long as the epoch is kept it tells how
 * the table came there. For one writer.
 */
final class Delta implements AutoCloseable {
    private final long token;
    private final long epoch;
    private final RowStore upserts;
    private final RowStore deletes;

    /** @param token of the subtask that puts */
    Delta(long token, long epoch, TableSchema schema, BufferAllocator allocator, Owned owned) {
        this.token = token;
        this.epoch = epoch;
        this.upserts = new RowStore(schema, allocator, owned);
        this.deletes = new RowStore(schema, allocator, owned);
    }

    long token() {
        return token;
    }

    long epoch() {
        return epoch;
    }

    /** Whether it changes anything. */
    boolean isEmpty() {
        return upserts.rows() == 0 && deletes.rows() == 0;
    }

    long indexBytes() {
        return upserts.indexBytes() + deletes.indexBytes();
    }

    /** What its chunks cost, also where the table holds them elsewhere too. */
    long chunkBytes() {
        return upserts.chunkBytes() + deletes.chunkBytes();
    }

    RowStore upserts() {
        return upserts;
    }

    /** Rows whose keys count: they are to be deleted, before any is upserted. */
    RowStore deletes() {
        return deletes;
    }

    void extend(TableSchema extended) {
        upserts.extend(extended);
        deletes.extend(extended);
    }

    /**
     * Takes rows in.
     *
     * @param moved those that stood in a later window before: should theirs leave the table before the epoch is
     *     committed, the older versions have to go nevertheless; null when there are none
     */
    void upsert(long window, Chunk chunk, TableSnapshot.@Nullable Part moved) {
        upserts.upsert(window, chunk);
        if (moved != null) {
            deletes.upsert(moved.in(Windows.NONE));
        }
    }

    void delete(Chunk chunk) {
        upserts.delete(chunk);
        deletes.upsert(Windows.NONE, chunk);
    }

    void compact() {
        upserts.compact();
        deletes.compact();
    }

    /** Rows of earlier windows are no longer kept. */
    void dropBefore(long keepFromMillis) {
        List.copyOf(upserts.windows().headMap(keepFromMillis).keySet()).forEach(upserts::drop);
    }

    /** Shows all rows, those whose keys are to be deleted too, to somebody who looks for persons. */
    void show(RowsOfPersons persons) {
        persons.look(upserts.parts());
        persons.look(deletes.parts());
    }

    /** Forgets what was put of persons, and that it was deleted. */
    void erase(RowsOfPersons persons) {
        persons.removeFrom(upserts);
        persons.removeFrom(deletes);
        compact();
    }

    /** Makes the same changes to a store. */
    void applyTo(RowStore rows) {
        deletes.parts().forEach(rows::delete);
        upserts.parts().forEach(rows::upsert);
    }

    /** Takes in what another has changed; of a key that both have, the other's row counts. */
    void absorb(Delta other) {
        other.deletes.parts().forEach(part -> {
            upserts.delete(part);
            deletes.upsert(part.in(Windows.NONE));
        });
        other.upserts.parts().forEach(upserts::upsert);
        compact();
    }

    /** Adds the windows of a store in which rows stand that this changes, and those it puts rows into. */
    void windowsIn(RowStore rows, Set<Long> found) {
        deletes.parts().forEach(part -> rows.windowsOf(part, found));
        upserts.parts().forEach(part -> rows.windowsOf(part, found));
        found.addAll(upserts.windows().keySet());
    }

    @Override
    public void close() {
        upserts.close();
        deletes.close();
    }
}
