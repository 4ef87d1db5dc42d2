package io.openclickstream.flight.table;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The place of a chunk in a table, and which of its rows have been replaced or deleted since. Only the table's writer
 * changes it; what a snapshot has seen is copied before it is changed.
 */
final class Slot {
    private static final int WORDS = (Chunk.MAX_ROWS + 63) / 64;

    final int id;
    final long window;
    final Chunk chunk;
    private long @Nullable [] dead;
    private boolean shared;
    private int live;

    /** @param dead rows that are not live from the beginning, null when all are; never changed here */
    Slot(int id, long window, Chunk chunk, long @Nullable [] dead, int live) {
        this.id = id;
        this.window = window;
        this.chunk = chunk;
        this.dead = dead;
        this.shared = true;
        this.live = live;
    }

    int live() {
        return live;
    }

    boolean isLive(int row) {
        return isLive(dead, row);
    }

    static boolean isLive(long @Nullable [] dead, int row) {
        return dead == null || (dead[row >> 6] & (1L << row)) == 0;
    }

    /** Marks for a chunk of which no row is live. */
    static long[] allDead() {
        long[] dead = new long[WORDS];
        Arrays.fill(dead, -1L);
        return dead;
    }

    void kill(int row) {
        if (dead == null) {
            dead = new long[WORDS];
        } else if (shared) {
            dead = dead.clone();
        }
        shared = false;
        dead[row >> 6] |= 1L << row;
        live--;
    }

    /** The chunk and its live rows as they are now; retains the chunk. */
    TableSnapshot.Part share() {
        chunk.retain();
        return part();
    }

    /** The same without retaining the chunk. */
    TableSnapshot.Part part() {
        shared = true;
        return new TableSnapshot.Part(window, chunk, dead, live);
    }

    /** The live rows of this slot, ascending. */
    Rows liveRows() {
        return liveRows(chunk, dead, live, 0, Chunk.MAX_ROWS);
    }

    /** At most {@code limit} live rows of a chunk from position {@code from} on, ascending. */
    static Rows liveRows(Chunk chunk, long @Nullable [] dead, int live, int from, int limit) {
        int[] rows = new int[Math.min(live, limit)];
        int count = 0;
        for (int row = from; row < chunk.rows() && count < rows.length; row++) {
            if (isLive(dead, row)) {
                rows[count++] = row;
            }
        }
        return new Rows(chunk.columns(), rows, count);
    }
}
