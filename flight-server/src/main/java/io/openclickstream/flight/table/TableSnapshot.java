package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.LiveMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A table at one moment. Never changes; may be read by any thread. Born with one reference, holds its rows' memory until
 * the last is closed.
 *
 * <p>Rows come in a fixed order: windows of event time ascending, and in each window the row that was changed last comes
 * last. Two snapshots of the same view and version have the same rows, and in the same order if one process made them.
 */
public final class TableSnapshot implements AutoCloseable {
    private final TableSchema schema;
    private final TableState state;
    private final ViewFacts view;
    private final long rows;
    private final long bytes;
    private final List<Part> parts;
    private final AtomicInteger references = new AtomicInteger(1);

    /** Some chunk of a window, of which some rows are live. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and never changed once it is here
    record Part(long window, Chunk chunk, long @Nullable [] dead, int live) {
        Part in(long otherWindow) {
            return new Part(otherWindow, chunk, dead, live);
        }
    }

    private TableSnapshot(
            TableSchema schema, TableState state, ViewFacts view, long rows, long bytes, List<Part> parts) {
        this.schema = schema;
        this.state = state;
        this.view = view;
        this.rows = rows;
        this.bytes = bytes;
        this.parts = parts;
    }

    /** The table's columns, with what is known about the table in the metadata; see {@link LiveMetadata}. */
    public Schema schema() {
        Map<String, String> metadata = new LinkedHashMap<>(schema.schema().getCustomMetadata());
        metadata.putAll(facts());
        return new Schema(schema.schema().getFields(), metadata);
    }

    /** What is known about the rows of this snapshot, by the keys of {@link LiveMetadata}. */
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>(view.facts());
        facts.put(LiveMetadata.VERSION, Long.toString(state.version()));
        Progress progress = state.progress();
        if (progress != null) {
            progress.epoch().ifPresent(epoch -> facts.putIfAbsent(LiveMetadata.EPOCH, Long.toString(epoch)));
            progress.watermarkMillis().ifPresent(watermark -> {
                facts.put(LiveMetadata.WATERMARK, Long.toString(watermark));
                facts.put(LiveMetadata.COMPLETE_THROUGH, Long.toString(watermark));
            });
        }
        if (state.keptFromMillis() != Long.MIN_VALUE) {
            facts.put(LiveMetadata.KEPT_FROM, Long.toString(state.keptFromMillis()));
        }
        return facts;
    }

    /** Whose rows these are, and which view of them this is. */
    public ViewFacts view() {
        return view;
    }

    public TableState state() {
        return state;
    }

    public long rows() {
        return rows;
    }

    /** What the table cost in memory; about what its rows take on the wire, and never less. */
    public long bytes() {
        return bytes;
    }

    /** The schema without the table's state. */
    public TableSchema tableSchema() {
        return schema;
    }

    List<Part> parts() {
        return parts;
    }

    /** A snapshot of the same view without the windows before this one. */
    TableSnapshot keepFrom(long keepFromMillis) {
        List<Part> left =
                parts.stream().filter(part -> part.window() >= keepFromMillis).toList();
        left.forEach(part -> part.chunk().retain());
        return of(schema, state.keptFrom(keepFromMillis).changed(true), view, left);
    }

    /** A snapshot of the same view without rows of persons; this one, retained, when it has none. */
    TableSnapshot without(RowsOfPersons persons) {
        List<Part> left = persons.without(parts);
        if (left == parts) {
            return retain();
        }
        left.forEach(part -> part.chunk().retain());
        return of(schema, state.changed(true), view, left);
    }

    /** @param parts whose chunks are retained for this snapshot */
    static TableSnapshot of(TableSchema schema, TableState state, ViewFacts view, List<Part> parts) {
        long rows = 0;
        long bytes = 0;
        for (Part part : parts) {
            rows += part.live();
            bytes += part.chunk().bytes();
        }
        return new TableSnapshot(schema, state, view, rows, bytes, parts);
    }

    /** Adds a reference, to be closed as well. The caller must hold one. */
    public TableSnapshot retain() {
        if (references.getAndIncrement() <= 0) {
            throw new IllegalStateException("snapshot retained after it was closed");
        }
        return this;
    }

    @Override
    public void close() {
        int left = references.decrementAndGet();
        if (left == 0) {
            parts.forEach(part -> part.chunk().release());
        } else if (left < 0) {
            throw new IllegalStateException("snapshot closed more often than retained");
        }
    }
}
