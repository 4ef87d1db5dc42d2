package io.openclickstream.schemas.metric;

/**
 * The key of metric state: a share of the panes of one metric's window. Panes live and end by the bucket, so that a
 * window of many panes has few timers. A key record never changes, nor what it means, or every savepoint is lost.
 *
 * @param metric the metric's name
 * @param windowStartMillis first millisecond of the window, event time
 * @param share which of {@link #SHARES}, by the dimensions
 */
public record PaneBucket(String metric, long windowStartMillis, int share) {
    /** Into as many buckets a window's panes are spread: as many as there can be subtasks. */
    public static final int SHARES = 128;

    /**
     * The bucket of a pane.
     *
     * @param dimensions as in {@link PaneKey}
     */
    public static PaneBucket of(String metric, long windowStartMillis, String dimensions) {
        int hash = dimensions.hashCode();
        hash *= 0x9E37_79B9; // spreads texts that differ in their last letters only
        return new PaneBucket(metric, windowStartMillis, hash >>> 25);
    }

    /** Written out, since it decides which subtask owns the bucket, and Java does not promise what it would be. */
    @Override
    public int hashCode() {
        return (metric.hashCode() * 31 + Long.hashCode(windowStartMillis)) * 31 + share;
    }
}
