package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.MeasureState;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneKey;
import io.openclickstream.schemas.metric.PanePart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts rows of one table for all metrics that read it, until it is drained. Many clicks of a busy page become one part
 * of a pane, so that the pane's owner has little to merge.
 *
 * @param <T> the rows
 */
public final class PaneTally<T> {
    private final MetricTable<T> table;
    private final List<OneMetric> metrics;
    private final int[] reads;
    private final @Nullable Object[] row;
    private final Map<Key, Counts> panes = new HashMap<>();
    private long earliestEndMillis = Long.MAX_VALUE;

    /**
     * @param metrics of the whole catalog; those of other tables are left out
     * @param failed told of every expression that fails on a row
     */
    public PaneTally(MetricTable<T> table, List<Metric> metrics, Runnable failed) {
        this.table = table;
        this.metrics = new ArrayList<>();
        for (Metric metric : metrics) {
            if (metric.table().equals(table.name())) {
                this.metrics.add(new OneMetric(this.metrics.size(), metric, failed));
            }
        }
        reads = this.metrics.stream()
                .flatMap(one -> one.metric.reads().stream())
                .mapToInt(Integer::intValue)
                .distinct()
                .filter(column -> column < table.columns().size())
                .toArray();
        row = new Object[table.columns().size() + 2];
    }

    /** Counts one row. */
    public void add(T value) {
        for (int column : reads) {
            row[column] = table.columns().get(column).read().apply(value);
        }
        long timeMillis = table.timeMillis().applyAsLong(value);
        long ingestionTimeMillis = table.ingestionTimeMillis().applyAsLong(value);
        for (OneMetric one : metrics) {
            one.add(timeMillis, ingestionTimeMillis);
        }
    }

    /** How many panes wait. */
    public int size() {
        return panes.size();
    }

    /** Hands over all that was counted and begins anew. */
    public void drain(Consumer<PanePart> out) {
        panes.forEach((key, counts) -> out.accept(part(key, counts)));
        panes.clear();
        earliestEndMillis = Long.MAX_VALUE;
    }

    /** Hands over what was counted in windows that end at or before this moment. */
    public void drainWindowsEndingBy(long millis, Consumer<PanePart> out) {
        if (earliestEndMillis > millis) {
            return;
        }
        long earliest = Long.MAX_VALUE;
        for (Iterator<Map.Entry<Key, Counts>> entries = panes.entrySet().iterator(); entries.hasNext(); ) {
            Map.Entry<Key, Counts> pane = entries.next();
            long end = metrics.get(pane.getKey().metric).metric.windowEndMillis(pane.getKey().windowStartMillis);
            if (end <= millis) {
                out.accept(part(pane.getKey(), pane.getValue()));
                entries.remove();
            } else {
                earliest = Math.min(earliest, end);
            }
        }
        earliestEndMillis = earliest;
    }

    private PanePart part(Key key, Counts counts) {
        String metric = metrics.get(key.metric).metric.name();
        return new PanePart(
                new PaneKey(metric, key.windowStartMillis, Dimensions.toJson(key.dimensions)), counts.pane());
    }

    /** One metric with its expressions ready to run. */
    private final class OneMetric {
        private final int position;
        private final Metric metric;
        private final Expression.@Nullable Evaluator where;
        private final Expression.Evaluator[] inputs;
        private final int[] dimensions;
        private final Measure[] measures;
        private final @Nullable Object[] values;

        OneMetric(int position, Metric metric, Runnable failed) {
            this.position = position;
            this.metric = metric;
            where = metric.where() == null ? null : metric.where().evaluator(failed);
            inputs = metric.inputs().stream()
                    .map(input -> input.evaluator(failed))
                    .toArray(Expression.Evaluator[]::new);
            dimensions =
                    metric.dimensions().stream().mapToInt(Metric.Group::input).toArray();
            measures = metric.measures().toArray(Measure[]::new);
            values = new Object[inputs.length];
        }

        void add(long timeMillis, long ingestionTimeMillis) {
            long window = metric.windowStartMillis(timeMillis);
            row[row.length - 2] = window;
            row[row.length - 1] = metric.windowEndMillis(window);
            if (where != null && !Boolean.TRUE.equals(where.valueOf(row))) {
                return;
            }
            for (int i = 0; i < inputs.length; i++) {
                values[i] = inputs[i].valueOf(row);
            }
            @Nullable Object[] key = new Object[dimensions.length];
            for (int i = 0; i < dimensions.length; i++) {
                key[i] = values[dimensions[i]];
                if (key[i] == null) {
                    return; // its expression has failed on this row, which is counted as such
                }
            }
            earliestEndMillis = Math.min(earliestEndMillis, metric.windowEndMillis(window));
            panes.computeIfAbsent(new Key(position, window, key), unused -> new Counts(measures))
                    .add(values, ingestionTimeMillis);
        }
    }

    private static final class Counts {
        private final Measure[] measures;
        private final Accumulator[] accumulators;
        private long ingestionTimeMillis = Long.MIN_VALUE;

        Counts(Measure[] measures) {
            this.measures = measures;
            accumulators = new Accumulator[measures.length];
            for (int i = 0; i < measures.length; i++) {
                accumulators[i] = measures[i].accumulator();
            }
        }

        void add(@Nullable Object[] values, long ingestion) {
            ingestionTimeMillis = Math.max(ingestionTimeMillis, ingestion);
            for (int i = 0; i < measures.length; i++) {
                Measure measure = measures[i];
                Object value =
                        measure.argument() < 0 ? measure : values[measure.argument()]; // COUNT(*) takes any object
                if (value != null && (measure.filter() < 0 || Boolean.TRUE.equals(values[measure.filter()]))) {
                    accumulators[i].add(value);
                }
            }
        }

        Pane pane() {
            List<MeasureState> states = new ArrayList<>(accumulators.length);
            for (Accumulator accumulator : accumulators) {
                states.add(accumulator.state());
            }
            return new Pane(states, ingestionTimeMillis);
        }
    }

    private static final class Key {
        private final int metric;
        private final long windowStartMillis;
        private final @Nullable Object[] dimensions;
        private final int hash;

        Key(int metric, long windowStartMillis, @Nullable Object[] dimensions) {
            this.metric = metric;
            this.windowStartMillis = windowStartMillis;
            this.dimensions = dimensions;
            hash = (metric * 31 + Long.hashCode(windowStartMillis)) * 31 + Arrays.hashCode(dimensions);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && key.metric == metric
                    && key.windowStartMillis == windowStartMillis
                    && Arrays.equals(key.dimensions, dimensions);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
