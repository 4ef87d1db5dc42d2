package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Counts rows of one table for all metrics that read it, until it is drained. Many clicks of a busy page become one part
 * of a pane, so that the pane's owner has little to merge.
 *
 * @param <T> the rows
 */
public final class PaneTally<T> {
    private final MetricTable<T> table;
    private final MetricTally[] metrics;
    private final int[] reads;
    private final List<Function<T, @Nullable Object>> readers = new ArrayList<>();
    private final int width;
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
        this.metrics =
                own.stream().map(metric -> new MetricTally(metric, failed)).toArray(MetricTally[]::new);
        reads = own.stream()
                .flatMap(metric -> metric.reads().stream())
                .mapToInt(Integer::intValue)
                .distinct()
                .filter(column -> column < table.columns().size())
                .toArray();
        for (int column : reads) {
            readers.add(table.columns().get(column).read());
        }
        width = table.columns().size() + 2;
    }

    /** Counts one row. */
    public void add(T value) {
        // A new array for each row: to put young objects into an old array costs the collector more than a young one.
        @Nullable Object[] row = new Object[width];
        for (int i = 0; i < reads.length; i++) {
            row[reads[i]] = readers.get(i).apply(value);
        }
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
