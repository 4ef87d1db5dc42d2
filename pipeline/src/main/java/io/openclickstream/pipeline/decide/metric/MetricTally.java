package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts rows for one metric, window by window. */
final class MetricTally {
    private final Metric metric;
    private final Expression.@Nullable Evaluator where;
    private final Input[] inputs;
    private final Expression.Evaluator[] computed;
    private final Input[] dimensions;
    private final Measure[] measures;
    private final DimensionBytes key = new DimensionBytes();
    /** By their start. */
    private final List<WindowTally> windows = new ArrayList<>();
    /** Where the last row's window stands: a number, since to note the window itself would cost G1 a fence each time. */
    private int latest;

    private int size;

    MetricTally(Metric metric, MetricTable<?> table, Runnable failed) {
        this.metric = metric;
        where = metric.where() == null ? null : metric.where().evaluator(failed);
        inputs = new Input[metric.inputs().size()];
        List<Expression.Evaluator> evaluators = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
            Expression expression = metric.inputs().get(i);
            inputs[i] = Input.of(expression, table, evaluators.size());
            if (inputs[i] instanceof Input.Computed && isRead(metric, i)) {
                evaluators.add(expression.evaluator(failed));
            }
        }
        computed = evaluators.toArray(Expression.Evaluator[]::new);
        dimensions = metric.dimensions().stream()
                .map(dimension -> inputs[dimension.input()])
                .toArray(Input[]::new);
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

    /** Counts one row. */
    void add(TableRow row, long timeMillis, long ingestionTimeMillis) {
        WindowTally window = window(timeMillis);
        if (where != null && !Boolean.TRUE.equals(where.valueOf(row.values(window)))) {
            return;
        }
        if (computed.length > 0) {
            row.computed(computed(row.values(window)));
        }
        key.clear();
        for (Input dimension : dimensions) {
            if (!dimension.appendTo(key, row)) {
                return; // a dimension's expression has failed on this row, which is counted as such
            }
        }
        long hash = key.hash();
        PaneCounts counts = window.find(key, hash);
        if (counts == null) {
            counts = new PaneCounts(key.copy(), hash, measures);
            window.add(counts);
            size++;
        }
        counts.add(measures, inputs, row, ingestionTimeMillis);
    }

    /** The bounds of the window are inputs too, which most metrics only group by. */
    private static boolean isRead(Metric metric, int input) {
        return metric.dimensions().stream().anyMatch(dimension -> dimension.input() == input)
                || metric.measures().stream()
                        .anyMatch(measure -> measure.argument() == input || measure.filter() == input);
    }

    private @Nullable Object[] computed(@Nullable Object[] row) {
        @Nullable Object[] values = new Object[computed.length];
        for (int i = 0; i < computed.length; i++) {
            values[i] = computed[i].valueOf(row);
        }
        return values;
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
            size -= window.size();
            for (int i = 0; i < window.size(); i++) {
                PaneCounts pane = window.pane(i);
                out.accept(PanePart.of(
                        metric.name(), window.startMillis, DimensionBytes.toJson(pane.dimensions), pane.pane(writer)));
            }
        }
        windows.subList(0, drained).clear();
    }
}
