package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.MeasureState;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes rows of a metric's panes. */
public final class MetricRows {
    private final Metric metric;
    private final Expression.Evaluator[] columns;

    /**
     * @param failed told of every expression that fails on a row; its value is null then
     */
    public MetricRows(Metric metric, Runnable failed) {
        this.metric = metric;
        columns = metric.columns().stream()
                .map(column -> column.value().evaluator(failed))
                .toArray(Expression.Evaluator[]::new);
    }

    /** The values of {@link Metric#columns()}, of the class that each one's type says. */
    public @Nullable Object[] values(PaneKey key, Pane pane) {
        int groups = metric.groups().size();
        @Nullable Object[] row = new Object[groups + metric.measures().size()];
        List<@Nullable Object> dimensions = Dimensions.fromJson(key.dimensions());
        int dimension = 0;
        for (int i = 0; i < groups; i++) {
            row[i] = switch (metric.groups().get(i).role()) {
                case WINDOW_START -> key.windowStartMillis();
                case WINDOW_END -> metric.windowEndMillis(key.windowStartMillis());
                case DIMENSION -> dimensions.get(dimension++);
            };
        }
        for (int i = 0; i < metric.measures().size(); i++) {
            row[groups + i] = result(i, pane.measures().get(i));
        }
        @Nullable Object[] values = new Object[columns.length];
        for (int i = 0; i < columns.length; i++) {
            MetricColumn column = metric.columns().get(i);
            values[i] = column.sketchOf() >= 0
                    ? pane.measures().get(column.sketchOf()).sketch()
                    : column.type().exact(columns[i].valueOf(row));
        }
        return values;
    }

    private @Nullable Object result(int measure, MeasureState state) {
        Accumulator accumulator = metric.measures().get(measure).accumulator();
        accumulator.merge(state);
        return accumulator.result();
    }
}
