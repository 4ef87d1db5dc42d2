package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.click.Click;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes rows of one table apart, for the metrics that read it. */
final class RowReader<T> {
    private final MetricTable<T> table;
    private final int[] reads;
    private final Function<T, @Nullable Object>[] readers;

    /** @param metrics those that read the table */
    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types
    RowReader(MetricTable<T> table, List<Metric> metrics) {
        this.table = table;
        reads = metrics.stream()
                .flatMap(metric -> metric.reads().stream())
                .mapToInt(Integer::intValue)
                .distinct()
                .filter(column -> column < table.columns().size())
                .toArray();
        readers = table.columns().stream().map(MetricTable.Column::read).toArray(Function[]::new);
    }

    TableRow row(T source) {
        Click click = table.click().apply(source);
        return new TableRow(this, source, click);
    }

    @SuppressWarnings("unchecked") // rows come from row()
    @Nullable
    Object read(Object source, int column) {
        return readers[column].apply((T) source);
    }

    /** The values of all columns that some metric reads, each in its place, and two places more. */
    @Nullable
    Object[] values(Object source) {
        @Nullable Object[] values = new Object[readers.length + 2];
        for (int column : reads) {
            values[column] = read(source, column);
        }
        return values;
    }
}
