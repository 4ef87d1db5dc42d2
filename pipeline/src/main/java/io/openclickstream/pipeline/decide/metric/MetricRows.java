package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.pipeline.decide.metric.Metric.Group;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneKey;
import io.openclickstream.schemas.metric.PaneReader;
import org.jspecify.annotations.Nullable;

/** Makes rows of a metric's panes; not for several threads. */
public final class MetricRows {
    private final Metric metric;
    private final Group[] groups;
    private final Accumulator[] measures;
    private final MetricColumn[] columns;
    private final Expression.Evaluator[] values;
    private final PaneReader reader = new PaneReader();

    /**
     * @param failed told of every expression that fails on a row; its value is null then
     */
    public MetricRows(Metric metric, Runnable failed) {
        this.metric = metric;
        groups = metric.groups().toArray(Group[]::new);
        measures = metric.measures().stream().map(Measure::accumulator).toArray(Accumulator[]::new);
        columns = metric.columns().toArray(MetricColumn[]::new);
        values = metric.columns().stream()
                .map(column -> column.value().evaluator(failed))
                .toArray(Expression.Evaluator[]::new);
    }

    /** The values of {@link Metric#columns()}, of the class that each one's type says. */
    public @Nullable Object[] values(PaneKey key, Pane pane) {
        @Nullable Object[] row = new Object[groups.length + measures.length];
        @Nullable Object[] dimensions = Dimensions.fromJson(key.dimensions(), groups.length);
        int dimension = 0;
        for (int i = 0; i < groups.length; i++) {
            row[i] = switch (groups[i].role()) {
                case WINDOW_START -> key.windowStartMillis();
                case WINDOW_END -> metric.windowEndMillis(key.windowStartMillis());
                case DIMENSION -> dimensions[dimension++];
            };
        }
        reader.begin(pane.measures());
        for (int i = 0; i < measures.length; i++) {
            reader.next();
            measures[i].clear();
            measures[i].merge(reader);
            row[groups.length + i] = measures[i].result();
        }
        @Nullable Object[] result = new Object[columns.length];
        for (int i = 0; i < columns.length; i++) {
            MetricColumn column = columns[i];
            result[i] = column.sketchOf() >= 0
                    ? ((DistinctCount) measures[column.sketchOf()]).sketch()
                    : column.type().exact(values[i].valueOf(row));
        }
        return result;
    }
}
