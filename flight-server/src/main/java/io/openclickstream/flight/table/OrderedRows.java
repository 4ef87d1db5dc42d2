package io.openclickstream.flight.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.arrow.vector.FieldVector;

/**
 * The first rows by the window column, of all that are added; rows of the same time in the order in which they are added.
 * Holds the places of no more than twice as many rows as are wanted, however many are added.
 */
final class OrderedRows {
    private final int windowColumn;
    private final boolean isDescending;
    private final long wanted;
    private final Comparator<Place> order;
    private final List<Place> places = new ArrayList<>();
    private boolean isFull;
    private long lastMillis;

    private record Place(Chunk chunk, int row, long millis) {}

    /** @param wanted how many rows, 1 or more */
    OrderedRows(int windowColumn, boolean isDescending, long wanted) {
        this.windowColumn = windowColumn;
        this.isDescending = isDescending;
        this.wanted = wanted;
        Comparator<Place> byTime = Comparator.comparingLong(Place::millis);
        this.order = isDescending ? byTime.reversed() : byTime;
    }

    /** Adds rows of a chunk. */
    void add(Chunk chunk, Rows rows) {
        for (int i = 0; i < rows.count(); i++) {
            FieldVector window = rows.columns().get(windowColumn);
            int row = rows.rows()[i];
            long millis = Windows.millisOf(window, row);
            if (!isFull || isBeforeLast(millis)) { // one of the same time has come first
                places.add(new Place(chunk, row, millis));
                if (places.size() / 2 >= wanted) {
                    keepFirst();
                }
            }
        }
    }

    /** The rows in their order, as runs of neighbours from one chunk; there may be more than are wanted. */
    List<PickedRows.Run> runs() {
        places.sort(order);
        List<PickedRows.Run> runs = new ArrayList<>();
        for (int start = 0; start < places.size(); ) {
            Chunk chunk = places.get(start).chunk();
            int end = start;
            while (end < places.size() && places.get(end).chunk() == chunk) {
                end++;
            }
            int[] rows =
                    places.subList(start, end).stream().mapToInt(Place::row).toArray();
            runs.add(new PickedRows.Run(chunk, new Rows(chunk.columns(), rows, rows.length)));
            start = end;
        }
        return runs;
    }

    private void keepFirst() {
        places.sort(order); // stable
        places.subList((int) wanted, places.size()).clear();
        lastMillis = places.get(places.size() - 1).millis();
        isFull = true;
    }

    private boolean isBeforeLast(long millis) {
        return isDescending ? millis > lastMillis : millis < lastMillis;
    }
}
