package io.openclickstream.flight.server;

import io.openclickstream.flight.read.Watch;
import io.openclickstream.flight.table.Changes;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Selection;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.flight.table.ViewFacts;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What subscribers to a watch have once they have been sent all up to some moment. Whoever keeps one beyond a call
 * retains it.
 */
final class Version {
    private static final long LATEST = Long.MAX_VALUE;

    private final TableSnapshot snapshot;
    private final Selection selection;
    private final Map<String, String> facts;
    private final @Nullable String token;
    private volatile long replacedNanos = LATEST;

    /**
     * Takes over the snapshot: it is closed with the version, also when this fails.
     *
     * @throws Refused INVALID when the watch cannot be followed in this snapshot
     */
    Version(Watch watch, TableSnapshot snapshot) throws Refused {
        try {
            this.snapshot = snapshot;
            this.selection = watch.selection(snapshot);
            this.facts = watch.facts(snapshot);
            this.token = watch.token(snapshot);
        } catch (Refused | RuntimeException e) {
            snapshot.close();
            throw e;
        }
    }

    Version retain() {
        snapshot.retain();
        return this;
    }

    void close() {
        snapshot.close();
    }

    TableSnapshot snapshot() {
        return snapshot;
    }

    Selection selection() {
        return selection;
    }

    Schema schema(Watch watch) {
        return watch.schema(snapshot, selection);
    }

    /** All rows. */
    Changes all() {
        return Changes.all(snapshot, selection);
    }

    /** What leads here from an earlier version. */
    Changes since(Version before) {
        return Changes.between(before.snapshot, before.selection, snapshot, selection);
    }

    /** Whether everything but the rows is told as of an earlier version, too. */
    boolean saysTheSameAs(Version before) {
        return facts.equals(before.facts) && String.valueOf(token).equals(String.valueOf(before.token));
    }

    /** Whether rows that were told by an earlier version have been taken back since. */
    boolean hasGoneBackSince(Version before) {
        ViewFacts now = snapshot.view();
        ViewFacts then = before.snapshot.view();
        return !now.lineage().equals(then.lineage())
                || (now.isCommitted() ? now.reachedEpoch() < then.reachedEpoch() : now.rollbacks() != then.rollbacks());
    }

    Map<String, String> facts() {
        return facts;
    }

    @Nullable
    String token() {
        return token;
    }

    /** There is a later version from now on. */
    void replaced(long nowNanos) {
        replacedNanos = nowNanos;
    }

    /** Since when it is not the latest, of {@link System#nanoTime}; the largest number while it is. */
    long replacedNanos() {
        return replacedNanos;
    }
}
