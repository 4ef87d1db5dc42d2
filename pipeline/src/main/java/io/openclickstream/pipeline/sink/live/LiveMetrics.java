package io.openclickstream.pipeline.sink.live;

import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.MetricColumn;
import io.openclickstream.pipeline.decide.metric.MetricRows;
import io.openclickstream.schemas.live.LiveColumns;
import io.openclickstream.schemas.live.LiveTableSchema;
import io.openclickstream.schemas.metric.PaneResult;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** Results of all metrics, early and final: a table each. */
public final class LiveMetrics implements LiveRows<PaneResult> {
    private static final long serialVersionUID = 1L;

    private final MetricCatalog catalog;
    private transient @Nullable List<MetricRows> rows;

    public LiveMetrics(MetricCatalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public List<LiveTableSchema> tables() {
        return catalog.metrics().stream().map(LiveMetrics::schema).toList();
    }

    @Override
    public int tableOf(PaneResult result) {
        for (int i = 0; i < catalog.metrics().size(); i++) {
            if (catalog.metrics().get(i).name().equals(result.key().metric())) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public Object key(PaneResult result) {
        return result.key();
    }

    @Override
    public void write(PaneResult result, LiveBatch row) {
        int table = tableOf(result);
        Metric metric = catalog.metrics().get(table);
        long windowStart = result.key().windowStartMillis();
        row.millis(Metric.WINDOW_START, windowStart).millis(Metric.WINDOW_END, metric.windowEndMillis(windowStart));
        @Nullable Object[] values = rows().get(table).values(result.key(), result.pane());
        for (int i = 0; i < values.length; i++) {
            row.value(metric.columns().get(i).name(), values[i]);
        }
        row.bool("is_closed", result.isClosed()).bool("is_final", result.isFinal());
    }

    private List<MetricRows> rows() {
        List<MetricRows> known = rows;
        if (known == null) {
            known = catalog.metrics().stream()
                    .map(metric -> new MetricRows(metric, () -> {}))
                    .toList();
            rows = known;
        }
        return known;
    }

    private static LiveTableSchema schema(Metric metric) {
        List<Field> columns = new ArrayList<>();
        columns.add(LiveColumns.column(
                Metric.WINDOW_START, LiveColumns.millis(), false, "first millisecond of the window"));
        columns.add(LiveColumns.column(
                Metric.WINDOW_END, LiveColumns.millis(), false, "first millisecond after the window"));
        for (MetricColumn column : metric.columns()) {
            columns.add(LiveColumns.column(column.name(), type(column), column.isNullable(), column.description()));
        }
        columns.add(LiveColumns.column(
                "is_closed",
                LiveColumns.bool(),
                false,
                "event time has passed the window's end; only late clicks can change the row"));
        columns.add(
                LiveColumns.column("is_final", LiveColumns.bool(), false, "no accepted click can touch it any more"));
        return LiveTableSchema.of(
                metric.name(), metric.description(), metric.primaryKey(), Metric.WINDOW_START, columns);
    }

    private static ArrowType type(MetricColumn column) {
        return switch (column.type().kind()) {
            case TEXT -> LiveColumns.utf8();
            case INT64 -> LiveColumns.int64();
            case DECIMAL -> LiveColumns.decimal(column.type().scale());
            case DOUBLE -> LiveColumns.float64();
            case BOOL -> LiveColumns.bool();
            case TIME -> LiveColumns.millis();
            case BYTES -> LiveColumns.bytes();
        };
    }
}
