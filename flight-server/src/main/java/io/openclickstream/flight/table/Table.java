package io.openclickstream.flight.table;

import io.openclickstream.flight.table.TableState.Counters;
import io.openclickstream.schemas.live.PutHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A live table: rows by primary key, upserted and deleted by puts that may be repeated, read through snapshots that
 * later puts do not change.
 *
 * <p>Rows are kept in windows of an hour of event time. A window leaves when it ends earlier than the retention before
 * the watermark or before the newest row, whichever is less, so that a job that ends (its watermark is then the end of
 * time) leaves its rows here. A put into a window that has left is not an error: its rows are ignored and counted, and
 * take older versions of themselves along.
 *
 * <p>A put of a new lineage clears the table: a stateless start of the job begins anew. For one writer.
 */
public final class Table implements AutoCloseable {
    private static final int LINEAGES_REMEMBERED = 16;

    private final BufferAllocator allocator;
    private final long retentionMillis;
    private TableSchema schema;
    private RowStore rows;
    private TableState state;

    Table(TableSchema schema, TableState state, Duration retention, BufferAllocator allocator) {
        this.schema = schema;
        this.state = state;
        this.retentionMillis = retention.toMillis();
        this.allocator = allocator;
        this.rows = new RowStore(schema, allocator);
    }

    public String name() {
        return state.name();
    }

    public TableSchema schema() {
        return schema;
    }

    /** What the table costs in memory, without what only snapshots still hold. */
    public long bytes() {
        return rows.bytes();
    }

    /** Everything about the table but its rows. */
    public TableState state() {
        return state;
    }

    /** The table as it is now; close it to give its references back. */
    public TableSnapshot snapshot() {
        return new TableSnapshot(schema, state, rows.rows(), rows.bytes(), rows.share());
    }

    /**
     * Says whether a put may be applied, without applying it.
     *
     * @throws Refused INVALID when its schema does not fit, or its lineage was replaced and its writer is not a new one
     */
    void check(PutHeader header, PreparedPut put) throws Refused {
        if (replacesLineage(header)) {
            if (header.seq() > 0 && state.replacedLineages().contains(header.lineage())) {
                throw Refused.invalid(
                        "Cannot put to table %s: lineage %s was replaced by %s, and this writer is still one of the old "
                                + "job. Stop the old job, or restart the one whose rows the table is to have.",
                        name(),
                        header.lineage(),
                        state.progress() == null ? "" : state.progress().lineage());
            }
        } else {
            schema.evolve(put.schema(), name());
        }
    }

    /** Whether this put begins a new lineage and so clears the table. */
    boolean replacesLineage(PutHeader header) {
        return state.progress() != null && !state.progress().lineage().equals(header.lineage());
    }

    /** Applies a put that {@link #check} has let pass. Repeating it leaves the same rows. */
    void apply(PutHeader header, PreparedPut put) {
        if (replacesLineage(header)) {
            begin(put.schema());
        }
        load(put);
        state = new TableState(
                name(),
                state.version() + (put.rows() > 0 ? 1 : 0),
                state.keptFromMillis(),
                Progress.after(state.progress(), header),
                state.replacedLineages(),
                state.counters());
        expire();
    }

    /** Takes in rows without a writer's progress: those of a put, or of a checkpoint. */
    void load(PreparedPut put) {
        if (put.schema().schema().getFields().size()
                > schema.schema().getFields().size()) {
            rows.extend(put.schema());
        }
        schema = put.schema();
        put.deletes().forEach(rows::delete);
        long ignored = 0;
        for (var window : put.upserts().entrySet()) {
            for (Chunk chunk : window.getValue()) {
                if (hasLeft(window.getKey())) {
                    rows.delete(chunk);
                    ignored += chunk.rows();
                } else {
                    rows.upsert(window.getKey(), chunk);
                }
            }
        }
        rows.compact();
        Counters counters = state.counters();
        state = with(
                state.keptFromMillis(),
                state.version(),
                new Counters(counters.windowsExpired(), counters.windowsEvicted(), counters.rowsIgnored() + ignored));
    }

    /** Drops every window before this one because memory is full; it counts as a change of the table. */
    void evict(long keepFromMillis) {
        int evicted = dropBefore(keepFromMillis);
        Counters counters = state.counters();
        state = with(
                Math.max(state.keptFromMillis(), keepFromMillis),
                state.version() + (evicted > 0 ? 1 : 0),
                new Counters(counters.windowsExpired(), counters.windowsEvicted() + evicted, counters.rowsIgnored()));
    }

    /** Whether rows of this window are no longer kept. */
    boolean hasLeft(long window) {
        return window < state.keptFromMillis() && schema.windowColumn() >= 0;
    }

    RowStore rows() {
        return rows;
    }

    @Override
    public void close() {
        rows.close();
    }

    private void begin(TableSchema begun) {
        List<String> replaced = new ArrayList<>(state.replacedLineages());
        Progress progress = state.progress();
        if (progress != null) {
            replaced.remove(progress.lineage());
            replaced.add(progress.lineage());
        }
        int from = Math.max(0, replaced.size() - LINEAGES_REMEMBERED);
        rows.close();
        schema = begun;
        rows = new RowStore(begun, allocator);
        state = new TableState(
                name(),
                state.version() + 1,
                Long.MIN_VALUE,
                null,
                List.copyOf(replaced.subList(from, replaced.size())),
                state.counters());
    }

    private void expire() {
        if (schema.windowColumn() < 0 || rows.windows().isEmpty()) {
            return;
        }
        OptionalLong watermark = state.progress() == null
                ? OptionalLong.empty()
                : state.progress().watermarkMillis();
        if (watermark.isEmpty()) {
            return;
        }
        long newest = Windows.endOf(rows.windows().lastKey());
        long oldest = Windows.minus(Math.min(watermark.getAsLong(), newest), retentionMillis);
        long keepFrom = oldest == Long.MIN_VALUE ? oldest : Windows.startOf(oldest);
        if (keepFrom > state.keptFromMillis()) {
            int expired = dropBefore(keepFrom);
            Counters counters = state.counters();
            state = with(
                    keepFrom,
                    state.version() + (expired > 0 ? 1 : 0),
                    new Counters(
                            counters.windowsExpired() + expired, counters.windowsEvicted(), counters.rowsIgnored()));
        }
    }

    private int dropBefore(long keepFromMillis) {
        List<Long> leaving = List.copyOf(rows.windows().headMap(keepFromMillis).keySet());
        leaving.forEach(rows::drop);
        return leaving.size();
    }

    private TableState with(long keptFrom, long version, Counters counters) {
        return new TableState(name(), version, keptFrom, state.progress(), state.replacedLineages(), counters);
    }

    /** Puts back what {@link #state} said, after the rows were loaded. */
    void restore(@Nullable TableState restored) {
        if (restored != null) {
            state = restored;
        }
    }
}
