package io.openclickstream.pipeline.decide.metric;

import java.util.HashMap;
import java.util.Map;

/** The panes of one window that wait. */
final class WindowTally {
    final long startMillis;
    final long endMillis;
    /** The bounds as expressions read them: as objects, of which one does for all rows. */
    final Long start;

    final Long end;
    final Map<DimensionValues, PaneCounts> panes = new HashMap<>();

    WindowTally(long startMillis, long endMillis) {
        this.startMillis = startMillis;
        this.endMillis = endMillis;
        start = startMillis;
        end = endMillis;
    }

    boolean holds(long timeMillis) {
        return timeMillis >= startMillis && timeMillis < endMillis;
    }
}
