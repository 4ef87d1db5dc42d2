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
import org.jspecify.annotations.Nullable;

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
    private final Owned owned;
    private final Keys keys;
    private final KeyIndex index = new KeyIndex();
    private final NavigableMap<Long, List<Slot>> windows = new TreeMap<>();
    private final Set<Long> touched = new TreeSet<>();
    /** One of them, for neighbouring rows are mostly of the same; null when it has to be looked up. */
    private @Nullable Slot lastTouched;

    private final Deque<Integer> freeIds = new ArrayDeque<>();
    private TableSchema schema;
    private Slot[] slots = new Slot[16];
    private int usedIds;

    /** @param owned counts the chunks held here */
    RowStore(TableSchema schema, BufferAllocator allocator, Owned owned) {
        this.schema = schema;
        this.allocator = allocator;
        this.owned = owned;
        this.keys = new Keys(schema);
    }

    long rows() {
        return index.size();
    }

    /** What the index costs. */
    long indexBytes() {
        return index.bytes();
    }

    /** What the chunks held here cost, also where others hold them too. */
    long chunkBytes() {
        return windows.values().stream()
                .flatMap(List::stream)
                .mapToLong(slot -> slot.chunk.bytes())
                .sum();
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

    /** Columns were added; rows that are there already have nulls in them. */
    void extend(TableSchema extended) {
        schema = extended;
    }

    /**
     * Puts the rows of a chunk in place of those with the same keys. Keys must be unique in the chunk.
     *
     * @return the rows that stood in a later window before; null when none did
     */
    TableSnapshot.@Nullable Part upsert(long window, Chunk chunk) {
        return upsert(new TableSnapshot.Part(window, chunk, null, chunk.rows()));
    }

    /** The same for the live rows of a part, in the part's window. */
    TableSnapshot.@Nullable Part upsert(TableSnapshot.Part part) {
        Chunk chunk = part.chunk();
        Slot slot = newSlot(part.window(), chunk, part.dead(), part.live());
        chunk.retain();
        int[] guesses = guesses(chunk);
        long[] unmoved = null;
        int moved = 0;
        for (int row = 0; row < chunk.rows(); row++) {
            if (!Slot.isLive(part.dead(), row)) {
                continue;
            }
            int place = placeOf(slot.id, row);
            int before = find(chunk, row, guesses[row]);
            if (before < 0) {
                index.add(chunk.hash(row), place);
            } else {
                if (slotAt(before).window > part.window()) {
                    unmoved = unmoved == null ? Slot.allDead() : unmoved;
                    unmoved[row >> 6] &= ~(1L << row);
                    moved++;
                }
                kill(before);
                index.move(chunk.hash(row), before, place);
            }
        }
        windows.computeIfAbsent(part.window(), w -> new ArrayList<>()).add(slot);
        touched.add(part.window());
        return moved == 0 ? null : new TableSnapshot.Part(part.window(), chunk, unmoved, moved);
    }

    /** Deletes the rows with these keys, wherever they are. */
    void delete(Chunk chunk) {
        delete(new TableSnapshot.Part(Windows.NONE, chunk, null, chunk.rows()));
    }

    /** Deletes the rows with the keys of a part's live rows, wherever they are. */
    void delete(TableSnapshot.Part part) {
        Chunk chunk = part.chunk();
        for (int row = 0; row < chunk.rows(); row++) {
            int place = Slot.isLive(part.dead(), row) ? find(chunk, row) : -1;
            if (place >= 0) {
                kill(place);
                index.remove(chunk.hash(row), place);
            }
        }
    }

    /**
     * Holds the chunks of another store in a window instead of its own, so that both cost once. Both must have the same
     * rows there.
     */
    void adopt(long window, RowStore other) {
        List<Slot> theirs = other.windows.getOrDefault(window, List.of());
        List<Slot> ours = windows.getOrDefault(window, List.of());
        boolean same = ours.size() == theirs.size();
        for (int i = 0; same && i < ours.size(); i++) {
            same = ours.get(i).chunk == theirs.get(i).chunk;
        }
        if (same) {
            return;
        }
        drop(window);
        theirs.forEach(slot -> upsert(slot.part()));
        forgetTouched(window);
    }

    /** Adds the windows in which rows with the keys of a part's live rows stand. */
    void windowsOf(TableSnapshot.Part part, Set<Long> found) {
        for (int row = 0; row < part.chunk().rows(); row++) {
            int place = Slot.isLive(part.dead(), row) ? find(part.chunk(), row) : -1;
            if (place >= 0) {
                found.add(slotAt(place).window);
            }
        }
    }

    /** Adds the windows before a time. */
    void windowsBefore(long millis, Set<Long> found) {
        found.addAll(windows.headMap(millis).keySet());
    }

    /** Windows changed since the last {@link #compact}. */
    Set<Long> touched() {
        return Set.copyOf(touched);
    }

    /** Forgets a window with all its rows. */
    void drop(long window) {
        List<Slot> dropped = windows.remove(window);
        forgetTouched(window);
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
        lastTouched = null;
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

    /** All live rows as they are now, for the caller that holds this store. */
    List<TableSnapshot.Part> parts() {
        return windows.values().stream().flatMap(List::stream).map(Slot::part).toList();
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
        Slot slot = newSlot(window, joined, null, live);
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

    private int[] guesses(Chunk chunk) {
        int[] places = new int[chunk.rows()];
        for (int row = 0; row < places.length; row++) {
            places[row] = index.guess(chunk.hash(row));
        }
        return places;
    }

    /**
     * The same as {@link #find(Chunk, int)}.
     *
     * @param guess of the index, from before other keys of the chunk were put in; -1 when it had none
     */
    private int find(Chunk chunk, int row, int guess) {
        return guess < 0 || hasSameKey(chunk, row, guess) ? guess : find(chunk, row);
    }

    private int find(Chunk chunk, int row) {
        return index.find(chunk.hash(row), place -> hasSameKey(chunk, row, place));
    }

    private boolean hasSameKey(Chunk chunk, int row, int place) {
        return keys.same(chunk.columns(), row, slotAt(place).chunk.columns(), rowAt(place));
    }

    private void kill(int place) {
        Slot slot = slotAt(place);
        slot.kill(rowAt(place));
        if (lastTouched == null || lastTouched.window != slot.window) {
            touched.add(slot.window);
            lastTouched = slot;
        }
    }

    private void forgetTouched(long window) {
        touched.remove(window);
        lastTouched = null;
    }

    private Slot newSlot(long window, Chunk chunk, long @Nullable [] dead, int live) {
        int id = freeIds.isEmpty() ? usedIds++ : freeIds.pop();
        if (id == slots.length) {
            slots = Arrays.copyOf(slots, slots.length * 2);
        }
        Slot slot = new Slot(id, window, chunk, dead, live);
        slots[id] = slot;
        owned.add(chunk);
        return slot;
    }

    private void free(Slot slot) {
        slots[slot.id] = null;
        freeIds.push(slot.id);
        owned.remove(slot.chunk);
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
