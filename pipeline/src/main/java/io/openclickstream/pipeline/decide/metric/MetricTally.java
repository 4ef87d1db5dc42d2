package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts rows for one metric, window by window. */
final class MetricTally {
    private final Metric metric;
    private final Expression.@Nullable Evaluator where;
    private final Expression.Evaluator[] inputs;
    private final int[] dimensions;
    private final Measure[] measures;
    /** By their start. */
    private final List<WindowTally> windows = new ArrayList<>();
    /** Where the last row's window stands: a number, since to note the window itself would cost G1 a fence each time. */
    private int latest;

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

    /** When its earliest window ends; {@link Long#MAX_VALUE} when nothing waits. */
    long earliestEndMillis() {
        return windows.isEmpty() ? Long.MAX_VALUE : windows.get(0).endMillis;
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

    private WindowTally window(long timeMillis) {
        int last = latest;
        if (last < windows.size() && windows.get(last).holds(timeMillis)) {
            return windows.get(last);
        }
        int at = 0;
        int end = windows.size();
        while (at < end) {
            int middle = (at + end) >>> 1;
            if (windows.get(middle).endMillis <= timeMillis) {
                at = middle + 1;
            } else {
                end = middle;
            }
        }
        if (at == windows.size() || !windows.get(at).holds(timeMillis)) {
            long start = metric.windowStartMillis(timeMillis);
            windows.add(at, new WindowTally(start, metric.windowEndMillis(start)));
        }
        latest = at;
        return windows.get(at);
    }

    /** Hands over what was counted in windows that end at or before this moment. */
    void drainWindowsEndingBy(long millis, PaneWriter writer, Consumer<PanePart> out) {
        int drained = 0;
        while (drained < windows.size() && windows.get(drained).endMillis <= millis) {
            WindowTally window = windows.get(drained++);
            size -= window.panes.size();
            for (Map.Entry<DimensionValues, PaneCounts> pane : window.panes.entrySet()) {
                out.accept(PanePart.of(
                        metric.name(),
                        window.startMillis,
                        pane.getKey().toJson(),
                        pane.getValue().pane(writer)));
            }
        }
        windows.subList(0, drained).clear();
    }
}
