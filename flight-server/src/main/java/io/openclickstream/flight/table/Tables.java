package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.PutHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * All live tables of a server and the memory they share. When a put does not fit, the oldest windows leave, whichever
 * table they belong to; the newest window of a table never leaves for want of memory, and the put is refused instead.
 *
 * <p>For one writer: it asks {@link #admit}, writes what it was told to its log, then calls {@link #evict} and
 * {@link #apply} with the same, which cannot be refused any more.
 */
public final class Tables implements AutoCloseable {
    private static final int MAX_TABLES = 64;

    private final NavigableMap<String, Table> tables = new TreeMap<>();
    private final long maxBytes;
    private final Duration retention;
    private final BufferAllocator allocator;

    /**
     * Windows that have to leave.
     *
     * @param keepFromMillis start of the first window of this table that stays
     */
    public record Eviction(String table, long keepFromMillis) {}

    /**
     * @param maxBytes what all tables together may cost
     * @param retention how long before its watermark a table keeps rows
     */
    public Tables(long maxBytes, Duration retention, BufferAllocator allocator) {
        this.maxBytes = maxBytes;
        this.retention = retention;
        this.allocator = allocator;
    }

    public Collection<Table> all() {
        return Collections.unmodifiableCollection(tables.values());
    }

    public @Nullable Table find(String name) {
        return tables.get(name);
    }

    /** What all tables together cost, without what only snapshots still hold. */
    public long bytes() {
        return tables.values().stream().mapToLong(Table::bytes).sum();
    }

    /** What the allocator has given for the rows of all tables. */
    public long bufferBytes() {
        return tables.values().stream()
                .mapToLong(table -> table.rows().bufferBytes())
                .sum();
    }

    /**
     * Says whether a put may be applied and what must leave for it; changes nothing.
     *
     * @return evictions to make before, at most one a table
     * @throws Refused INVALID when it breaks the contract, NO_ROOM when it does not fit
     */
    public List<Eviction> admit(PutHeader header, PreparedPut put) throws Refused {
        Table table = tables.get(header.table());
        if (table != null) {
            table.check(header, put);
        } else if (tables.size() >= MAX_TABLES) {
            throw Refused.noRoom(
                    "Cannot make table %s: the server holds %d tables already, as many as it may.",
                    header.table(), MAX_TABLES);
        }
        return makeRoom(header, put);
    }

    /** Drops windows as {@link #admit} or the log has said. */
    public void evict(Eviction eviction) {
        Table table = tables.get(eviction.table());
        if (table != null) {
            table.evict(eviction.keepFromMillis());
        }
    }

    /** Applies a put that was admitted. */
    public void apply(PutHeader header, PreparedPut put) {
        tables.computeIfAbsent(
                        header.table(), name -> new Table(put.schema(), TableState.empty(name), retention, allocator))
                .apply(header, put);
    }

    /**
     * Makes a table as a checkpoint has kept it; its rows follow with {@link #load}, and {@link #restored} ends it.
     */
    public void restore(TableSchema schema, TableState state) {
        tables.put(state.name(), new Table(schema, TableState.empty(state.name()), retention, allocator));
    }

    /** Adds rows to a table that is being restored. */
    public void load(String name, PreparedPut rows) {
        Table table = tables.get(name);
        if (table == null) {
            throw new IllegalStateException("rows of a table that was not restored: " + name);
        }
        table.load(rows);
    }

    /** All rows of a table are loaded: from here on it is in this state. */
    public void restored(TableState state) {
        Table table = tables.get(state.name());
        if (table != null) {
            table.restore(state);
        }
    }

    @Override
    public void close() {
        tables.values().forEach(Table::close);
        tables.clear();
    }

    private List<Eviction> makeRoom(PutHeader header, PreparedPut put) throws Refused {
        Table table = tables.get(header.table());
        boolean clears = table != null && table.replacesLineage(header);
        long used = bytes() - (clears && table != null ? table.bytes() : 0);
        long need = put.bytes()
                + (table == null || clears ? 16 * put.rows() : table.rows().indexGrowth(put.rows()));
        int slots = table == null || clears ? 0 : table.rows().slots();
        if (slots + put.rows() / Chunk.MAX_ROWS + put.upserts().size() > RowStore.MAX_SLOTS) {
            throw Refused.noRoom("Table %s has as many chunks as a table may have.", header.table());
        }
        if (need == 0 || used + need <= maxBytes) {
            return List.of();
        }
        NavigableMap<String, Long> keepFrom = new TreeMap<>();
        for (Candidate candidate : candidates(header, put, clears)) {
            used -= candidate.bytes();
            keepFrom.put(candidate.table(), Windows.endOf(candidate.window()));
            if (used + need <= maxBytes) {
                List<Eviction> evictions = new ArrayList<>();
                keepFrom.forEach((name, from) -> evictions.add(new Eviction(name, from)));
                return evictions;
            }
        }
        throw Refused.noRoom(
                "A put of %d bytes to table %s does not fit: the tables may use %d bytes (memory.max), and %d of them "
                        + "cannot leave because they are the newest window of their table. Give the server more memory.",
                need, header.table(), maxBytes, used);
    }

    /** Windows that may leave, the oldest first; none is the newest of its table, counting this put's. */
    private List<Candidate> candidates(PutHeader header, PreparedPut put, boolean clears) {
        List<Candidate> candidates = new ArrayList<>();
        for (Table table : tables.values()) {
            boolean target = table.name().equals(header.table());
            if (table.rows().windows().isEmpty() || (target && clears)) {
                continue;
            }
            Long putsTo = target ? put.lastWindow() : null;
            long newest = Math.max(table.rows().windows().lastKey(), putsTo == null ? Long.MIN_VALUE : putsTo);
            for (long window : table.rows().windows().headMap(newest).keySet()) {
                if (window != Windows.NONE) {
                    candidates.add(
                            new Candidate(table.name(), window, table.rows().windowBytes(window)));
                }
            }
        }
        candidates.sort(Comparator.comparingLong(Candidate::window).thenComparing(Candidate::table));
        return candidates;
    }

    private record Candidate(String table, long window, long bytes) {}
}
