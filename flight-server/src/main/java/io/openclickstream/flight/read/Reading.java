package io.openclickstream.flight.read;

import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.table.Measure;
import io.openclickstream.flight.table.Progress;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.RowCursor;
import io.openclickstream.flight.table.Selection;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.schemas.live.LiveMetadata;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a command: some rows of one snapshot, as the principal who asked may see them. Holds the snapshot until
 * it is closed. For one thread at a time.
 */
public final class Reading implements AutoCloseable {
    private final TableSnapshot snapshot;
    private final Selection selection;
    private final boolean restricted;
    private @Nullable Measure measured;

    /** @param restricted whether there may be rows that the reader must learn nothing about */
    Reading(TableSnapshot snapshot, Selection selection, boolean restricted) {
        this.snapshot = snapshot;
        this.selection = selection;
        this.restricted = restricted;
    }

    /**
     * The chosen columns, with what is known about the table in the metadata; see {@link LiveMetadata}.
     *
     * <p>For a restricted reader {@link LiveMetadata#VERSION} is a digest of the rows chosen, since a count of changes
     * would count those of other sites, and {@link LiveMetadata#KEPT_FROM} is left out, since others' rows may have
     * pushed older ones out.
     */
    public Schema schema() {
        Map<String, String> metadata =
                new LinkedHashMap<>(snapshot.tableSchema().schema().getCustomMetadata());
        metadata.putAll(facts());
        return new Schema(selection.fields(), metadata);
    }

    /** What is known about the rows, by the keys of {@link LiveMetadata}; as in {@link #schema}. */
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>(snapshot.facts());
        if (restricted) {
            facts.put(LiveMetadata.VERSION, Long.toString(measure().digest()));
            facts.remove(LiveMetadata.KEPT_FROM);
        }
        return facts;
    }

    /**
     * The schema of a subscription to these rows.
     *
     * @throws Refused INVALID when they cannot be followed, or the command's token is not for them
     */
    public Schema watch(ReadCommand command, Principal principal) throws Refused {
        Watch watch = Watch.of(command, principal, snapshot);
        watch.position(command);
        return watch.schema(snapshot, watch.selection(snapshot));
    }

    TableSnapshot snapshot() {
        return snapshot;
    }

    /** How many rows and bytes there are; the digest is for restricted readers only, and 0 for others. */
    public Measure measure() {
        Measure known = measured;
        if (known == null) {
            known = selection.isEveryRow() && !selection.isLimited()
                    ? new Measure(snapshot.rows(), snapshot.bytes(), 0)
                    : Measure.of(snapshot, selection, restricted);
            measured = known;
        }
        return known;
    }

    /** The rows, in batches of at most so many rows and bytes. */
    public RowCursor rows(int maxRows, long maxBytes) {
        return new RowCursor(snapshot, selection, maxRows, maxBytes);
    }

    /** Event time up to which no on-time click is missing; empty while it is unknown. */
    public OptionalLong completeThroughMillis() {
        return completeThroughMillis(snapshot);
    }

    static OptionalLong completeThroughMillis(TableSnapshot snapshot) {
        Progress progress = snapshot.state().progress();
        return progress == null ? OptionalLong.empty() : progress.watermarkMillis();
    }

    @Override
    public void close() {
        snapshot.close();
    }
}
