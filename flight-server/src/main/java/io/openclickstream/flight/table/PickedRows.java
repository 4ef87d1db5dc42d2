package io.openclickstream.flight.table;

import io.openclickstream.flight.table.Selection.Order;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.apache.arrow.vector.FieldVector;

/**
 * The rows of a snapshot that a selection lets through, in its order, as runs of neighbours from one chunk. Holds the
 * places of one chunk's rows at a time, or of one hour's when they are ordered.
 */
final class PickedRows {
    private final Selection selection;
    private final List<List<TableSnapshot.Part>> segments;
    private int nextSegment;
    private List<Run> runs = List.of();
    private int run;
    private int taken;

    private record Run(Chunk chunk, Rows rows) {}

    private record Place(Chunk chunk, int row, long millis) {}

    PickedRows(List<TableSnapshot.Part> parts, Selection selection) {
        this.selection = selection;
        this.segments = segments(parts, selection);
    }

    boolean hasNext() {
        while (run >= runs.size() && nextSegment < segments.size()) {
            runs = runsOf(segments.get(nextSegment++));
            run = 0;
            taken = 0;
        }
        return run < runs.size();
    }

    /** The next rows, at most so many, all of {@link #chunk}; they stay until they are skipped. */
    Rows run(int limit) {
        Rows rows = runs.get(run).rows();
        int count = Math.min(limit, rows.count() - taken);
        return new Rows(rows.columns(), Arrays.copyOfRange(rows.rows(), taken, taken + count), count);
    }

    /** Where the next rows stand. */
    Chunk chunk() {
        return runs.get(run).chunk();
    }

    void skip(int rows) {
        taken += rows;
        if (taken == runs.get(run).rows().count()) {
            run++;
            taken = 0;
        }
    }

    private static List<List<TableSnapshot.Part>> segments(List<TableSnapshot.Part> parts, Selection selection) {
        List<List<TableSnapshot.Part>> segments = new ArrayList<>();
        if (selection.order() == Order.STORED) {
            parts.forEach(part -> segments.add(List.of(part)));
            return segments;
        }
        for (TableSnapshot.Part part : parts) {
            List<TableSnapshot.Part> hour = segments.isEmpty() ? List.of() : segments.get(segments.size() - 1);
            if (hour.isEmpty() || selection.windowOf(hour.get(0)) != selection.windowOf(part)) {
                hour = new ArrayList<>();
                segments.add(hour);
            }
            hour.add(part);
        }
        if (selection.order() == Order.WINDOW_DESCENDING) {
            Collections.reverse(segments);
        }
        return segments;
    }

    private List<Run> runsOf(List<TableSnapshot.Part> segment) {
        List<Run> passing = new ArrayList<>();
        for (TableSnapshot.Part part : segment) {
            Rows rows = selection.passing(part);
            if (rows.count() > 0) {
                passing.add(new Run(part.chunk(), rows));
            }
        }
        return selection.order() == Order.STORED ? passing : ordered(passing);
    }

    private List<Run> ordered(List<Run> passing) {
        List<Place> places = new ArrayList<>();
        for (Run from : passing) {
            FieldVector window = from.rows().columns().get(selection.schema().windowColumn());
            for (int i = 0; i < from.rows().count(); i++) {
                int row = from.rows().rows()[i];
                places.add(new Place(from.chunk(), row, Windows.millisOf(window, row)));
            }
        }
        Comparator<Place> byTime = Comparator.comparingLong(Place::millis);
        places.sort(selection.order() == Order.WINDOW ? byTime : byTime.reversed()); // stable
        List<Run> ordered = new ArrayList<>();
        for (int start = 0; start < places.size(); ) {
            Chunk chunk = places.get(start).chunk();
            int end = start;
            while (end < places.size() && places.get(end).chunk() == chunk) {
                end++;
            }
            int[] rows =
                    places.subList(start, end).stream().mapToInt(Place::row).toArray();
            ordered.add(new Run(chunk, new Rows(chunk.columns(), rows, rows.length)));
            start = end;
        }
        return ordered;
    }
}
