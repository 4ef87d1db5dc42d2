package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.Change;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * A batch checked and cut into chunks by window, ready to be taken into a table without anything left that can fail.
 * Of several rows with the same key the last one counts. Whoever makes one closes it; a table that has taken it keeps
 * its own references.
 */
public final class PreparedPut implements AutoCloseable {
    private static final int MAX_WINDOWS = 4096;
    /** Room is made for as many at once; a batch of more rows may have few keys. */
    private static final int MOST_KEYS_EXPECTED = 1 << 16;

    private final TableSchema schema;
    private final int batchRows;
    private final SortedMap<Long, List<Chunk>> upserts;
    private final List<Chunk> deletes;

    private PreparedPut(TableSchema schema, int batchRows, SortedMap<Long, List<Chunk>> upserts, List<Chunk> deletes) {
        this.schema = schema;
        this.batchRows = batchRows;
        this.upserts = upserts;
        this.deletes = deletes;
    }

    /**
     * Checks and copies a batch; the batch itself is no longer needed afterwards.
     *
     * @param schema of the table, from {@link TableSchema#of} of the batch's schema
     * @throws Refused INVALID when a row breaks the contract; NO_ROOM when there is no memory to copy it
     */
    public static PreparedPut of(TableSchema schema, VectorSchemaRoot batch, BufferAllocator allocator) throws Refused {
        BatchCheck.check(schema, batch);
        TinyIntVector codes = BatchCheck.codes(batch);
        return of(schema, batch, row -> codes != null && codes.get(row) == Change.DELETE.code(), allocator);
    }

    /** The same for rows without {@code _op} that are all to be deleted. */
    public static PreparedPut ofDeletes(TableSchema schema, VectorSchemaRoot batch, BufferAllocator allocator)
            throws Refused {
        BatchCheck.check(schema, batch);
        return of(schema, batch, row -> true, allocator);
    }

    private static PreparedPut of(
            TableSchema schema, VectorSchemaRoot batch, IntPredicate isDelete, BufferAllocator allocator)
            throws Refused {
        List<FieldVector> columns = BatchCheck.columns(batch);
        Keys keys = new Keys(schema);
        int[] hashes = keys.hashes(columns, batch.getRowCount());
        boolean[] superseded = supersededRows(keys, columns, hashes);

        SortedMap<Long, Selection> upserts = new TreeMap<>();
        Selection deletes = select(schema, columns, superseded, isDelete, upserts);
        if (upserts.size() > MAX_WINDOWS) {
            throw Refused.invalid(
                    "Cannot use this batch: its rows lie in %d different hours, more than %d. Send fewer at a time.",
                    upserts.size(), MAX_WINDOWS);
        }
        var prepared = new PreparedPut(schema, batch.getRowCount(), new TreeMap<>(), new ArrayList<>());
        try {
            upserts.forEach((window, rows) ->
                    prepared.upserts.put(window, rows.copy(columns, hashes, schema, allocator, new ArrayList<>())));
            deletes.copy(columns, hashes, schema, allocator, prepared.deletes);
            return prepared;
        } catch (OutOfMemoryException e) {
            prepared.close();
            throw Refused.noRoom(
                    "There is no memory left to take in a batch of %d rows. Try again, or send fewer rows at a time.",
                    hashes.length);
        } catch (RuntimeException | Error e) {
            prepared.close();
            throw e;
        }
    }

    /** The schema it was prepared with. */
    public TableSchema schema() {
        return schema;
    }

    /** Rows in the batch, also those that a later one with the same key replaces. */
    public int batchRows() {
        return batchRows;
    }

    /** What its upserted rows cost in memory. */
    public long bytes() {
        return upserts.values().stream()
                .flatMap(List::stream)
                .mapToLong(Chunk::bytes)
                .sum();
    }

    /** Rows that it upserts and deletes, each key counted once. */
    public long rows() {
        return upserts.values().stream()
                        .flatMap(List::stream)
                        .mapToLong(Chunk::rows)
                        .sum()
                + deletes.stream().mapToLong(Chunk::rows).sum();
    }

    /** Chunks to upsert by window, in the order of the batch's rows. */
    SortedMap<Long, List<Chunk>> upserts() {
        return upserts;
    }

    /** Chunks whose keys are to be deleted. */
    List<Chunk> deletes() {
        return deletes;
    }

    @Override
    public void close() {
        upserts.values().forEach(chunks -> chunks.forEach(Chunk::release));
        deletes.forEach(Chunk::release);
        upserts.clear();
        deletes.clear();
    }

    private static boolean[] supersededRows(Keys keys, List<FieldVector> columns, int[] hashes) {
        KeyIndex latest = new KeyIndex(Math.min(hashes.length, MOST_KEYS_EXPECTED));
        boolean[] superseded = new boolean[hashes.length];
        for (int row = 0; row < hashes.length; row++) {
            int current = row;
            int earlier = latest.find(hashes[row], other -> keys.same(columns, current, columns, other));
            if (earlier >= 0) {
                superseded[earlier] = true;
                latest.move(hashes[row], earlier, row);
            } else {
                latest.add(hashes[row], row);
            }
        }
        return superseded;
    }

    /** Puts rows to upsert into the selections of their windows, and returns those to delete. */
    private static Selection select(
            TableSchema schema,
            List<FieldVector> columns,
            boolean[] superseded,
            IntPredicate isDelete,
            SortedMap<Long, Selection> upserts)
            throws Refused {
        Selection deletes = new Selection();
        long window = Windows.NONE;
        Selection ofWindow = null; // neighbours are mostly of the same
        for (int row = 0; row < superseded.length; row++) {
            if (superseded[row]) {
                continue;
            }
            if (isDelete.test(row)) {
                deletes.add(row);
                continue;
            }
            long next = windowOf(schema, columns, row);
            if (ofWindow == null || next != window) {
                window = next;
                ofWindow = upserts.computeIfAbsent(window, w -> new Selection());
            }
            ofWindow.add(row);
        }
        return deletes;
    }

    private static long windowOf(TableSchema schema, List<FieldVector> columns, int row) throws Refused {
        if (schema.windowColumn() < 0) {
            return Windows.NONE;
        }
        FieldVector column = columns.get(schema.windowColumn());
        if (column.isNull(row)) {
            throw Refused.invalid(
                    "Cannot use row %d of this batch: its window column %s is null.", row, column.getName());
        }
        return Windows.startOf(column, row);
    }

    /** Row positions picked from the batch. */
    private static final class Selection {
        private int[] rows = new int[16];
        private int count;

        void add(int row) {
            if (count == rows.length) {
                rows = Arrays.copyOf(rows, count * 2);
            }
            rows[count++] = row;
        }

        List<Chunk> copy(
                List<FieldVector> columns,
                int[] hashes,
                TableSchema schema,
                BufferAllocator allocator,
                List<Chunk> chunks) {
            try {
                for (int from = 0; from < count; from += Chunk.MAX_ROWS) {
                    int[] picked = Arrays.copyOfRange(rows, from, Math.min(count, from + Chunk.MAX_ROWS));
                    int[] pickedHashes = new int[picked.length];
                    for (int i = 0; i < picked.length; i++) {
                        pickedHashes[i] = hashes[picked[i]];
                    }
                    chunks.add(Chunk.copyOf(List.of(Rows.ofBatch(columns, picked)), pickedHashes, schema, allocator));
                }
                return chunks;
            } catch (RuntimeException | Error e) {
                chunks.forEach(Chunk::release);
                chunks.clear();
                throw e;
            }
        }
    }

    @Nullable
    Long lastWindow() {
        return upserts.isEmpty() ? null : upserts.lastKey();
    }
}
