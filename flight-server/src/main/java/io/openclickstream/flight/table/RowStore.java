package io.openclickstream.flight.table;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/**
 * The rows of one table: per window a list of chunks, and one index from key to place. A changed row is marked dead
 * where it stood and stands anew at the end of its window; small and half-dead chunks are copied together. One index
 * serves all windows because a change can move a row to another window (a session whose start turns out earlier).
 *
 * <p>For one writer; {@link #share} gives what other threads may read.
 */
final class RowStore implements AutoCloseable {
    /** Places are {@code slot * 1024 + row} in an {@code int}. */
    static final int MAX_SLOTS = Integer.MAX_VALUE / Chunk.MAX_ROWS;

    private final BufferAllocator allocator;
    private final Keys keys;
    private final KeyIndex index = new KeyIndex();
    private final NavigableMap<Long, List<Slot>> windows = new TreeMap<>();
    private final Set<Long> touched = new TreeSet<>();
    private final Deque<Integer> freeIds = new ArrayDeque<>();
    private TableSchema schema;
    private Slot[] slots = new Slot[16];
    private int usedIds;
    private long chunkBytes;
    private long bufferBytes;

    RowStore(TableSchema schema, BufferAllocator allocator) {
        this.schema = schema;
        this.allocator = allocator;
        this.keys = new Keys(schema);
    }

    long rows() {
        return index.size();
    }

    /** What the rows cost: chunks with their dead rows, and the index. */
    long bytes() {
        return chunkBytes + index.bytes();
    }

    /** What the allocator has given for the rows. */
    long bufferBytes() {
        return bufferBytes;
    }

    /** What the index would cost in addition after adding this many rows. */
    long indexGrowth(long rows) {
        return index.growth(rows);
    }

    int slots() {
        return usedIds - freeIds.size();
    }

    NavigableMap<Long, List<Slot>> windows() {
        return windows;
    }

    long windowBytes(long window) {
        return windows.getOrDefault(window, List.of()).stream()
                .mapToLong(slot -> slot.chunk.bytes())
                .sum();
    }

    /** Columns were added; rows that are there already have nulls in them. */
    void extend(TableSchema extended) {
        schema = extended;
    }

    /** Puts the rows of a chunk in place of those with the same keys. Keys must be unique in the chunk. */
    void upsert(long window, Chunk chunk) {
        chunk.retain();
        Slot slot = newSlot(window, chunk);
        for (int row = 0; row < chunk.rows(); row++) {
            int place = placeOf(slot.id, row);
            int before = find(chunk, row);
            if (before < 0) {
                index.add(chunk.hash(row), place);
            } else {
                kill(before);
                index.move(chunk.hash(row), before, place);
            }
        }
        windows.computeIfAbsent(window, w -> new ArrayList<>()).add(slot);
        touched.add(window);
    }

    /** Deletes the rows with these keys, wherever they are, and returns how many there were. */
    int delete(Chunk chunk) {
        int deleted = 0;
        for (int row = 0; row < chunk.rows(); row++) {
            int place = find(chunk, row);
            if (place >= 0) {
                kill(place);
                index.remove(chunk.hash(row), place);
                deleted++;
            }
        }
        return deleted;
    }

    /** Forgets a window with all its rows. */
    void drop(long window) {
        List<Slot> dropped = windows.remove(window);
        touched.remove(window);
        if (dropped == null) {
            return;
        }
        for (Slot slot : dropped) {
            for (int row = 0; row < slot.chunk.rows(); row++) {
                if (slot.isLive(row)) {
                    index.remove(slot.chunk.hash(row), placeOf(slot.id, row));
                }
            }
            free(slot);
        }
        index.shrink();
    }

    /** Copies small neighbours and half-dead chunks together in the windows changed since the last call. */
    void compact() {
        for (long window : touched) {
            List<Slot> compacted = compacted(windows.getOrDefault(window, List.of()), window);
            if (compacted.isEmpty()) {
                windows.remove(window);
            } else {
                windows.put(window, compacted);
            }
        }
        touched.clear();
    }

    /** References to all live rows: windows ascending, in each the row changed last comes last. */
    List<TableSnapshot.Part> share() {
        List<TableSnapshot.Part> parts = new ArrayList<>(slots());
        for (List<Slot> window : windows.values()) {
            for (Slot slot : window) {
                parts.add(slot.share());
            }
        }
        return parts;
    }

    @Override
    public void close() {
        List.copyOf(windows.keySet()).forEach(this::drop);
    }

    private List<Slot> compacted(List<Slot> order, long window) {
        List<Slot> result = new ArrayList<>(order.size());
        List<Slot> run = new ArrayList<>();
        int liveInRun = 0;
        for (Slot slot : order) {
            if (slot.live() == 0) {
                free(slot);
                continue;
            }
            if (liveInRun + slot.live() > Chunk.MAX_ROWS) {
                join(run, liveInRun, window, result);
                run.clear();
                liveInRun = 0;
            }
            run.add(slot);
            liveInRun += slot.live();
        }
        join(run, liveInRun, window, result);
        return result;
    }

    private void join(List<Slot> run, int live, long window, List<Slot> result) {
        boolean asItIs =
                run.isEmpty() || (run.size() == 1 && live * 2 > run.get(0).chunk.rows());
        if (asItIs) {
            result.addAll(run);
            return;
        }
        List<Rows> sources = run.stream().map(Slot::liveRows).toList();
        int[] hashes = new int[live];
        int to = 0;
        for (int i = 0; i < run.size(); i++) {
            Rows source = sources.get(i);
            for (int j = 0; j < source.count(); j++) {
                hashes[to++] = run.get(i).chunk.hash(source.rows()[j]);
            }
        }
        Chunk joined;
        try {
            joined = Chunk.copyOf(sources, hashes, schema, allocator);
        } catch (OutOfMemoryException e) {
            result.addAll(run); // only less compact than it could be; the next change tries again
            return;
        }
        Slot slot = newSlot(window, joined);
        to = 0;
        for (int i = 0; i < run.size(); i++) {
            Rows source = sources.get(i);
            for (int j = 0; j < source.count(); j++) {
                index.move(hashes[to], placeOf(run.get(i).id, source.rows()[j]), placeOf(slot.id, to));
                to++;
            }
        }
        run.forEach(this::free);
        result.add(slot);
    }

    private int find(Chunk chunk, int row) {
        return index.find(
                chunk.hash(row),
                place -> keys.same(chunk.columns(), row, slotAt(place).chunk.columns(), rowAt(place)));
    }

    private void kill(int place) {
        Slot slot = slotAt(place);
        slot.kill(rowAt(place));
        touched.add(slot.window);
    }

    private Slot newSlot(long window, Chunk chunk) {
        int id = freeIds.isEmpty() ? usedIds++ : freeIds.pop();
        if (id == slots.length) {
            slots = Arrays.copyOf(slots, slots.length * 2);
        }
        Slot slot = new Slot(id, window, chunk);
        slots[id] = slot;
        chunkBytes += chunk.bytes();
        bufferBytes += chunk.bufferBytes();
        return slot;
    }

    private void free(Slot slot) {
        slots[slot.id] = null;
        freeIds.push(slot.id);
        chunkBytes -= slot.chunk.bytes();
        bufferBytes -= slot.chunk.bufferBytes();
        slot.chunk.release();
    }

    private Slot slotAt(int place) {
        return slots[place / Chunk.MAX_ROWS];
    }

    private static int rowAt(int place) {
        return place % Chunk.MAX_ROWS;
    }

    private static int placeOf(int slot, int row) {
        return slot * Chunk.MAX_ROWS + row;
    }
}
