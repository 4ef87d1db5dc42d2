package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.metric.PaneMerger;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneBucket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The panes that a subtask has at hand: those that changed since the last checkpoint, which nothing else knows of, and as
 * many others as there is room for. A pane that begins and ends between two checkpoints is never anywhere else.
 */
final class PaneMemory {
    /** What a pane costs beside its texts and bytes: some objects and two entries of maps. */
    private static final int PANE_BYTES = 200;

    private final Map<PaneBucket, Bucket> buckets = new HashMap<>();
    private List<Bucket> unsaved = new ArrayList<>();
    private List<OpenPane> untold = new ArrayList<>();
    private long bytes;
    private long panes;

    /** A pane in memory. */
    static final class OpenPane {
        final Bucket bucket;
        final String dimensions;
        private @Nullable Pane pane;
        private boolean isUnsaved;
        private boolean isUntold;

        private OpenPane(Bucket bucket, String dimensions) {
            this.bucket = bucket;
            this.dimensions = dimensions;
        }

        Pane pane() {
            if (pane == null) {
                throw new IllegalStateException("Nothing is known of the pane " + dimensions + " yet.");
            }
            return pane;
        }
    }

    /** A bucket of which panes are in memory. */
    static final class Bucket {
        final PaneBucket key;
        final PaneMerger merger;
        /** State may hold panes of it that are not in memory. */
        final boolean isPartial;
        /** State holds panes of it. */
        private boolean isSaved;

        private final Map<String, OpenPane> panes = new HashMap<>();
        private final List<OpenPane> unsaved = new ArrayList<>();

        private Bucket(PaneBucket key, PaneMerger merger, boolean isPartial) {
            this.key = key;
            this.merger = merger;
            this.isPartial = isPartial;
            isSaved = isPartial;
        }

        @Nullable
        OpenPane find(String dimensions) {
            return panes.get(dimensions);
        }

        Collection<OpenPane> panes() {
            return panes.values();
        }

        boolean isSaved() {
            return isSaved;
        }
    }

    @Nullable
    Bucket find(PaneBucket key) {
        return buckets.get(key);
    }

    /**
     * Begins to keep a bucket.
     *
     * @param isPartial whether state holds panes of it
     */
    Bucket open(PaneBucket key, PaneMerger merger, boolean isPartial) {
        var bucket = new Bucket(key, merger, isPartial);
        buckets.put(key, bucket);
        return bucket;
    }

    /**
     * Begins to keep a pane.
     *
     * @param known what state holds of it
     */
    OpenPane open(Bucket bucket, String dimensions, @Nullable Pane known) {
        var open = new OpenPane(bucket, dimensions);
        open.pane = known;
        bucket.panes.put(dimensions, open);
        panes++;
        bytes += PANE_BYTES + dimensions.length() + (known == null ? 0 : known.measures().length);
        return open;
    }

    /** Takes one more part of a pane. */
    void merge(OpenPane open, Pane part) {
        Pane known = open.pane;
        Pane merged = known == null ? part : open.bucket.merger.merge(known, part);
        bytes += merged.measures().length - (known == null ? 0 : known.measures().length);
        open.pane = merged;
        if (!open.isUnsaved) {
            open.isUnsaved = true;
            if (open.bucket.unsaved.isEmpty()) {
                unsaved.add(open.bucket);
            }
            open.bucket.unsaved.add(open);
        }
    }

    /** Notes that readers are to be told of a pane. */
    void tellLater(OpenPane open) {
        if (!open.isUntold) {
            open.isUntold = true;
            untold.add(open);
        }
    }

    /** Notes that readers have been told of a pane. */
    void told(OpenPane open) {
        open.isUntold = false;
    }

    /** The panes to tell of, each once; they count as told now. */
    List<OpenPane> takeUntold() {
        List<OpenPane> taken = untold;
        untold = new ArrayList<>();
        taken.removeIf(open -> !open.isUntold);
        taken.forEach(this::told);
        return taken;
    }

    /** The buckets with panes that state does not know as they are; they count as saved now. */
    List<Map.Entry<Bucket, Map<String, Pane>>> takeUnsaved() {
        List<Map.Entry<Bucket, Map<String, Pane>>> taken = new ArrayList<>();
        for (Bucket bucket : unsaved) {
            if (bucket.unsaved.isEmpty()) {
                continue; // it has ended
            }
            Map<String, Pane> changes = new HashMap<>();
            for (OpenPane open : bucket.unsaved) {
                open.isUnsaved = false;
                changes.put(open.dimensions, open.pane());
            }
            bucket.unsaved.clear();
            bucket.isSaved = true;
            taken.add(Map.entry(bucket, changes));
        }
        unsaved = new ArrayList<>();
        return taken;
    }

    /** Ends a bucket: its panes are final. */
    void close(Bucket bucket) {
        buckets.remove(bucket.key);
        bucket.unsaved.clear();
        for (OpenPane open : bucket.panes.values()) {
            told(open);
            bytes -= PANE_BYTES + open.dimensions.length() + open.pane().measures().length;
        }
        panes -= bucket.panes.size();
    }

    /** Forgets everything; only when all is saved and told. */
    void forget() {
        buckets.clear();
        bytes = 0;
        panes = 0;
    }

    /** About as many bytes of memory it takes. */
    long bytes() {
        return bytes;
    }

    /** How many panes there are. */
    long panes() {
        return panes;
    }
}
