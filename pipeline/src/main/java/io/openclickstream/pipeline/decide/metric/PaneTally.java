package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneWriter;
import java.util.List;
import java.util.function.Consumer;

/**
 * Counts rows of one table for all metrics that read it, until it is drained. Many clicks of a busy page become one part
 * of a pane, so that the pane's owner has little to merge.
 *
 * @param <T> the rows
 */
public final class PaneTally<T> {
    private final MetricTable<T> table;
    private final MetricTally[] metrics;
    private final RowReader<T> reader;
    private final PaneWriter writer = new PaneWriter();

    /**
     * @param metrics of the whole catalog; those of other tables are left out
     * @param failed told of every expression that fails on a row
     */
    public PaneTally(MetricTable<T> table, List<Metric> metrics, Runnable failed) {
        this.table = table;
        List<Metric> own = metrics.stream()
                .filter(metric -> metric.table().equals(table.name()))
                .toList();
        this.metrics = own.stream()
                .map(metric -> new MetricTally(metric, table, failed))
                .toArray(MetricTally[]::new);
        reader = new RowReader<>(table, own);
    }

    /** Counts one row. */
    public void add(T value) {
        TableRow row = reader.row(value);
        long timeMillis = table.timeMillis().applyAsLong(value);
        long ingestionTimeMillis = table.ingestionTimeMillis().applyAsLong(value);
        for (MetricTally metric : metrics) {
            metric.add(row, timeMillis, ingestionTimeMillis);
        }
    }

    /** How many panes wait. */
    public int size() {
        int size = 0;
        for (MetricTally metric : metrics) {
            size += metric.size();
        }
        return size;
    }

    /** Hands over all that was counted and begins anew. */
    public void drain(Consumer<PanePart> out) {
        drainWindowsEndingBy(Long.MAX_VALUE, out);
    }

    /** Hands over the earliest windows until no more than so many panes wait. */
    public void drainTo(int panes, Consumer<PanePart> out) {
        while (size() > panes) {
            long earliest = Long.MAX_VALUE;
            for (MetricTally metric : metrics) {
                earliest = Math.min(earliest, metric.earliestEndMillis());
            }
            drainWindowsEndingBy(earliest, out);
        }
    }

    /** Hands over what was counted in windows that end at or before this moment. */
    public void drainWindowsEndingBy(long millis, Consumer<PanePart> out) {
        for (MetricTally metric : metrics) {
            metric.drainWindowsEndingBy(millis, writer, out);
        }
    }
}
