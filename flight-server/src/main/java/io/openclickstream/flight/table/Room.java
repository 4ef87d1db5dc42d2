package io.openclickstream.flight.table;

import io.openclickstream.flight.table.Tables.Eviction;
import io.openclickstream.schemas.live.PutHeader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides what leaves when memory is short: the oldest windows, whichever table they belong to. The newest window of a
 * table never leaves for want of memory.
 */
final class Room {
    /** A put is held twice until its epoch is committed: among the rows, and aside. */
    private static final int COPIES = 2;

    private final List<Table> tables;
    private final long maxBytes;

    /** @param maxBytes what all tables together may cost */
    Room(List<Table> tables, long maxBytes) {
        this.tables = tables;
        this.maxBytes = maxBytes;
    }

    /**
     * What has to leave so that a put fits.
     *
     * @param table that it goes to; null when that begins with it
     * @throws Refused NO_ROOM when not enough can leave
     */
    List<Eviction> forPut(PutHeader header, @Nullable Table table, PreparedPut put) throws Refused {
        int slots = table == null ? 0 : table.rows().slots();
        if (slots + put.rows() / Chunk.MAX_ROWS + put.upserts().size() > RowStore.MAX_SLOTS) {
            throw Refused.noRoom("Table %s has as many chunks as a table may have.", header.table());
        }
        if (put.rows() == 0) {
            return List.of();
        }
        long need = need(table, put);
        long used = used();
        List<Eviction> evictions = new ArrayList<>();
        long left = leaving(used + need - maxBytes, table, put.lastWindow(), evictions);
        if (used + need - left > maxBytes) {
            throw Refused.noRoom(
                    "A put of %d bytes to table %s does not fit: the tables may use %d bytes (memory.max), and %d of them "
                            + "cannot leave because they are the newest window of their table. Give the server more memory.",
                    need, header.table(), maxBytes, used - left);
        }
        return evictions;
    }

    /**
     * What leaves so that a put fits which was taken in before, or all that can: the same rows may cost a little more than
     * then, since they are kept in other chunks after a restart.
     */
    List<Eviction> forLogged(@Nullable Table table, PreparedPut put) {
        List<Eviction> evictions = new ArrayList<>();
        if (put.rows() == 0) {
            return evictions;
        }
        leaving(used() + need(table, put) - maxBytes, table, put.lastWindow(), evictions);
        return evictions;
    }

    private static long need(@Nullable Table table, PreparedPut put) {
        return put.rows() == 0
                ? 0
                : COPIES * put.bytes()
                        + COPIES
                                * (table == null
                                        ? 16 * put.rows()
                                        : table.rows().indexGrowth(put.rows()));
    }

    /** What leaves so that a commit fits, or all that can: a commit makes memory free, so it is never refused for it. */
    List<Eviction> forCommit(long need) {
        long over = used() + need - maxBytes;
        List<Eviction> evictions = new ArrayList<>();
        if (over > 0) {
            leaving(over, null, null, evictions);
        }
        return evictions;
    }

    private long used() {
        return tables.stream().mapToLong(Table::bytes).sum();
    }

    private long leaving(long wanted, @Nullable Table target, @Nullable Long putsTo, List<Eviction> evictions) {
        if (wanted <= 0) { // looking for candidates costs a pass over all chunks
            return 0;
        }
        Map<Table, Long> keepFrom = new LinkedHashMap<>();
        long left = 0;
        for (Table table : tables) {
            long takenBack = table.takenBackBytes();
            if (takenBack > 0) {
                left += takenBack;
                keepFrom.put(table, Long.MIN_VALUE);
            }
        }
        for (Candidate candidate : candidates(target, putsTo)) {
            if (left >= wanted) {
                break;
            }
            left += candidate.bytes();
            keepFrom.put(candidate.table(), Windows.endOf(candidate.window()));
        }
        keepFrom.forEach((table, from) -> evictions.add(new Eviction(table.lineage(), table.name(), from)));
        return left;
    }

    /** Windows that may leave, the oldest first; none is the newest of its table, counting this put's. */
    private List<Candidate> candidates(@Nullable Table target, @Nullable Long putsTo) {
        List<Candidate> candidates = new ArrayList<>();
        for (Table table : tables) {
            SortedMap<Long, Long> windows = table.windowBytes();
            if (windows.isEmpty()) {
                continue;
            }
            long newest = Math.max(windows.lastKey(), table.equals(target) && putsTo != null ? putsTo : Long.MIN_VALUE);
            windows.headMap(newest).forEach((window, bytes) -> candidates.add(new Candidate(table, window, bytes)));
        }
        candidates.sort(Comparator.comparingLong(Candidate::window)
                .thenComparing(candidate -> candidate.table().name()));
        return candidates;
    }

    private record Candidate(Table table, long window, long bytes) {}
}
