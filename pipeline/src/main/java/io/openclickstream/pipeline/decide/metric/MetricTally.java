package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneWriter;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts rows for one metric, window by window. */
final class MetricTally {
    private final Metric metric;
    private final Expression.@Nullable Evaluator where;
    private final Expression.Evaluator[] inputs;
    private final int[] dimensions;
    private final Measure[] measures;
    private final TreeMap<Long, WindowTally> windows = new TreeMap<>();
    private @Nullable WindowTally latest;
    private @Nullable WindowTally previous;
    private int size;

    MetricTally(Metric metric, Runnable failed) {
        this.metric = metric;
        where = metric.where() == null ? null : metric.where().evaluator(failed);
        inputs = metric.inputs().stream().map(input -> input.evaluator(failed)).toArray(Expression.Evaluator[]::new);
        dimensions = metric.dimensions().stream().mapToInt(Metric.Group::input).toArray();
        measures = metric.measures().toArray(Measure[]::new);
    }

    /** How many panes wait. */
    int size() {
        return size;
    }

    /**
     * Counts one row.
     *
     * @param row values of the table's columns; the last two are set to the window's bounds
     */
    void add(@Nullable Object[] row, long timeMillis, long ingestionTimeMillis) {
        WindowTally window = window(timeMillis);
        row[row.length - 2] = window.start;
        row[row.length - 1] = window.end;
        if (where != null && !Boolean.TRUE.equals(where.valueOf(row))) {
            return;
        }
        @Nullable Object[] values = new Object[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            values[i] = inputs[i].valueOf(row);
        }
        DimensionValues key = DimensionValues.of(values, dimensions);
        if (key == null) {
            return; // a dimension's expression has failed on this row, which is counted as such
        }
        PaneCounts counts = window.panes.get(key);
        if (counts == null) {
            counts = new PaneCounts(measures);
            window.panes.put(key, counts);
            size++;
        }
        counts.add(measures, values, ingestionTimeMillis);
    }

    /** The window of a moment: mostly that of the row before, or of the one before that. */
    private WindowTally window(long timeMillis) {
        WindowTally known = latest;
        if (known == null || !known.holds(timeMillis)) {
            known = previous;
            if (known == null || !known.holds(timeMillis)) {
                known = windows.computeIfAbsent(
                        metric.windowStartMillis(timeMillis),
                        start -> new WindowTally(start, metric.windowEndMillis(start)));
            }
            previous = latest;
            latest = known;
        }
        return known;
    }

    /** Hands over what was counted in windows that end at or before this moment. */
    void drainWindowsEndingBy(long millis, PaneWriter writer, Consumer<PanePart> out) {
        Iterator<WindowTally> inOrder = windows.values().iterator();
        while (inOrder.hasNext()) {
            WindowTally window = inOrder.next();
            if (window.endMillis > millis) {
                return;
            }
            inOrder.remove();
            size -= window.panes.size();
            latest = null;
            previous = null;
            for (Map.Entry<DimensionValues, PaneCounts> pane : window.panes.entrySet()) {
                out.accept(PanePart.of(
                        metric.name(),
                        window.startMillis,
                        pane.getKey().toJson(),
                        pane.getValue().pane(writer)));
            }
        }
    }
}
