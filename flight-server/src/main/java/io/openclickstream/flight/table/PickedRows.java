package io.openclickstream.flight.table;

import io.openclickstream.flight.table.Selection.Order;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The rows of a snapshot that a selection lets through, in its order and up to its limit, as runs of neighbours from one
 * chunk. Holds the places of one chunk's rows at a time, or of one hour's when they are ordered, of which it keeps no more
 * than the limit. Chunks and hours behind the last row that is wanted are not looked at.
 */
final class PickedRows {
    private final Selection selection;
    private final Order order;
    private final List<List<TableSnapshot.Part>> segments;
    private int nextSegment;
    private List<Run> runs = List.of();
    private int run;
    private int taken;
    private long left;

    /** Neighbours of one chunk. */
    record Run(Chunk chunk, Rows rows) {}

    PickedRows(List<TableSnapshot.Part> parts, Selection selection) {
        this(parts, selection, selection.order());
    }

    private PickedRows(List<TableSnapshot.Part> parts, Selection selection, Order order) {
        this.selection = selection;
        this.order = order;
        this.left = selection.limit();
        this.segments = segments(parts, selection, order);
    }

    /** The same rows to be counted: all of them need no order. */
    static PickedRows toMeasure(List<TableSnapshot.Part> parts, Selection selection) {
        return new PickedRows(parts, selection, selection.isLimited() ? selection.order() : Order.STORED);
    }

    boolean hasNext() {
        while (left > 0 && run >= runs.size() && nextSegment < segments.size()) {
            runs = runsOf(segments.get(nextSegment++));
            run = 0;
            taken = 0;
        }
        return left > 0 && run < runs.size();
    }

    /** The next rows, at most so many, all of {@link #chunk}; they stay until they are skipped. */
    Rows run(int most) {
        Rows rows = runs.get(run).rows();
        int count = (int) Math.min(Math.min(most, left), rows.count() - taken);
        return new Rows(rows.columns(), Arrays.copyOfRange(rows.rows(), taken, taken + count), count);
    }

    /** Where the next rows stand. */
    Chunk chunk() {
        return runs.get(run).chunk();
    }

    void skip(int rows) {
        left -= rows;
        taken += rows;
        if (taken == runs.get(run).rows().count()) {
            run++;
            taken = 0;
        }
    }

    private static List<List<TableSnapshot.Part>> segments(
            List<TableSnapshot.Part> parts, Selection selection, Order order) {
        List<List<TableSnapshot.Part>> segments = new ArrayList<>();
        if (order == Order.STORED) {
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
        if (order == Order.WINDOW_DESCENDING) {
            Collections.reverse(segments);
        }
        return segments;
    }

    private List<Run> runsOf(List<TableSnapshot.Part> segment) {
        List<Run> passing = new ArrayList<>();
        OrderedRows ordered =
                new OrderedRows(selection.schema().windowColumn(), order == Order.WINDOW_DESCENDING, left);
        for (TableSnapshot.Part part : segment) {
            Rows rows = selection.passing(part);
            if (order != Order.STORED) {
                ordered.add(part.chunk(), rows);
            } else if (rows.count() > 0) {
                passing.add(new Run(part.chunk(), rows));
            }
        }
        return order == Order.STORED ? passing : ordered.runs();
    }
}
