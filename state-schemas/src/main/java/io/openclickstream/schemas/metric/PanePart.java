package io.openclickstream.schemas.metric;

/**
 * What one subtask has counted for a pane since it last told.
 *
 * @param dimensions as in {@link PaneKey}
 */
public record PanePart(PaneBucket bucket, String dimensions, Pane pane) {

    /** A part of this pane. */
    public static PanePart of(String metric, long windowStartMillis, String dimensions, Pane pane) {
        return new PanePart(PaneBucket.of(metric, windowStartMillis, dimensions), dimensions, pane);
    }

    /** The pane it is a part of. */
    public PaneKey key() {
        return new PaneKey(bucket.metric(), bucket.windowStartMillis(), dimensions);
    }
}
