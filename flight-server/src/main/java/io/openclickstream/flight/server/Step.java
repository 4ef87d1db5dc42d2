package io.openclickstream.flight.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.flight.table.ChangeCursor;
import io.openclickstream.flight.table.Changes;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * What leads a subscriber from one version to another, batch by batch, and what is said with each batch.
 *
 * <p>The app_metadata is that of every read, see {@link BatchFacts}, as of the version the step leads to, and besides:
 * {@code step}, what kind of step the batch belongs to; {@code ends_step}, whether the reader has all of the version with
 * it; with the last one {@code resume}, if there is a token; and {@code rolled_back} when rows are taken back.
 */
final class Step {
    private final Version to;
    private final Kind kind;
    private final ChangeCursor cursor;
    private final byte[] middle;
    private final byte[] end;
    private boolean begun;

    /** The kinds of steps. */
    enum Kind {
        SNAPSHOT("snapshot"),
        CHANGES("changes"),
        KEEP_ALIVE("keep_alive");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    /** Whoever makes it keeps the versions as long as it is used. */
    Step(Version to, Changes changes, Kind kind, boolean goesBack) {
        this.to = to;
        this.kind = kind;
        this.cursor = new ChangeCursor(changes);
        this.middle = mark(to, kind, goesBack, false);
        this.end = mark(to, kind, goesBack, true);
    }

    /** The version it leads to. */
    Version to() {
        return to;
    }

    /** Whether it tells all rows. */
    boolean isSnapshot() {
        return kind == Kind.SNAPSHOT;
    }

    /** Whether there is another batch; each step has one at least. */
    boolean hasNext() {
        return !begun || cursor.hasNext();
    }

    /**
     * Fills the next batch; when there is no memory for it, the next call tries the same rows again.
     *
     * @param maxBytes of its rows, about; one row may be more
     * @return its app_metadata
     */
    byte[] next(VectorSchemaRoot batch, long maxBytes) {
        begun = true;
        if (cursor.hasNext()) {
            cursor.next(batch, Subscriptions.BATCH_ROWS, maxBytes);
        } else {
            batch.setRowCount(0);
        }
        return cursor.hasNext() ? middle : end;
    }

    /** What is said with an empty batch that only shows that the server is there. */
    static byte[] keepAlive(Version at) {
        return mark(at, Kind.KEEP_ALIVE, false, true);
    }

    private static byte[] mark(Version to, Kind kind, boolean goesBack, boolean ends) {
        ObjectNode mark = BatchFacts.json(to.facts());
        mark.put("step", kind.word).put("ends_step", ends);
        if (goesBack) {
            mark.put("rolled_back", true);
        }
        if (ends && to.token() != null) {
            mark.put("resume", to.token());
        }
        return mark.toString().getBytes(StandardCharsets.UTF_8);
    }
}
