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
 * last. Two snapshots of the same version have the same rows in the same order.
 */
public final class TableSnapshot implements AutoCloseable {
    private final TableSchema schema;
    private final TableState state;
    private final long rows;
    private final long bytes;
    private final List<Part> parts;
    private final AtomicInteger references = new AtomicInteger(1);

    /** Some chunk of which some rows are live. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and never changed once it is here
    record Part(Chunk chunk, long @Nullable [] dead, int live) {}

    TableSnapshot(TableSchema schema, TableState state, long rows, long bytes, List<Part> parts) {
        this.schema = schema;
        this.state = state;
        this.rows = rows;
        this.bytes = bytes;
        this.parts = parts;
    }

    /** The table's columns, with what is known about the table in the metadata; see {@link LiveMetadata}. */
    public Schema schema() {
        Map<String, String> metadata = new LinkedHashMap<>(schema.schema().getCustomMetadata());
        metadata.put(LiveMetadata.VIEW, "live");
        metadata.put(LiveMetadata.VERSION, Long.toString(state.version()));
        Progress progress = state.progress();
        if (progress != null) {
            metadata.put(LiveMetadata.LINEAGE, progress.lineage());
            progress.epoch().ifPresent(epoch -> metadata.put(LiveMetadata.EPOCH, Long.toString(epoch)));
            progress.watermarkMillis().ifPresent(watermark -> {
                metadata.put(LiveMetadata.WATERMARK, Long.toString(watermark));
                metadata.put(LiveMetadata.COMPLETE_THROUGH, Long.toString(watermark));
            });
        }
        if (state.keptFromMillis() != Long.MIN_VALUE) {
            metadata.put(LiveMetadata.KEPT_FROM, Long.toString(state.keptFromMillis()));
        }
        return new Schema(schema.schema().getFields(), metadata);
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
