package io.openclickstream.pipeline.decide.metric;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The panes of one window that wait, in the order in which they came, and where to find them. */
final class WindowTally {
    private static final int FIRST_SIZE = 8;

    final long startMillis;
    final long endMillis;
    /** The bounds as expressions read them: as objects, of which one does for all rows. */
    final Long start;

    final Long end;

    private PaneCounts[] panes = new PaneCounts[FIRST_SIZE];
    private int size;
    /** The upper half of a pane's hash, and one more than its position; 0 where nothing is. Half of it stays free. */
    private long[] places = new long[2 * FIRST_SIZE];

    WindowTally(long startMillis, long endMillis) {
        this.startMillis = startMillis;
        this.endMillis = endMillis;
        start = startMillis;
        end = endMillis;
    }

    boolean holds(long timeMillis) {
        return timeMillis >= startMillis && timeMillis < endMillis;
    }

    int size() {
        return size;
    }

    PaneCounts pane(int position) {
        return panes[position];
    }

    /** The pane of these dimensions; null when none waits. */
    @Nullable
    PaneCounts find(DimensionBytes dimensions, long hash) {
        int at = (int) hash & places.length - 1;
        for (long place = places[at]; place != 0; place = places[at]) {
            if ((place ^ hash) >>> 32 == 0) {
                PaneCounts pane = panes[(int) place - 1];
                if (dimensions.isSame(pane.dimensions)) {
                    return pane;
                }
            }
            at = at + 1 & places.length - 1;
        }
        return null;
    }

    /** Adds a pane that is not there. */
    void add(PaneCounts pane) {
        if (size == panes.length) {
            panes = Arrays.copyOf(panes, 2 * size);
            places = new long[4 * size];
            for (int i = 0; i < size; i++) {
                place(panes[i].hash, i);
            }
        }
        panes[size] = pane;
        place(pane.hash, size);
        size++;
    }

    private void place(long hash, int position) {
        int at = (int) hash & places.length - 1;
        while (places[at] != 0) {
            at = at + 1 & places.length - 1;
        }
        places[at] = (hash & 0xFFFFFFFF_00000000L) | (position + 1);
    }
}
