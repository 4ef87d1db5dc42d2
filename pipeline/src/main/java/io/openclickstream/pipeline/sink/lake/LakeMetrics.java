package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.MetricColumn;
import io.openclickstream.pipeline.decide.metric.MetricRows;
import io.openclickstream.pipeline.decide.metric.ValueType;
import io.openclickstream.schemas.metric.PaneResult;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of metrics: their columns are those of the query, so every metric is a folder of its own. */
final class LakeMetrics implements Serializable {
    private static final long serialVersionUID = 1L;

    private final MetricCatalog catalog;
    private transient @Nullable Map<String, MetricRows> rows;
    private transient @Nullable Map<String, Integer> positions;

    LakeMetrics(MetricCatalog catalog) {
        this.catalog = catalog;
    }

    /** A table for each metric, under its name. */
    List<LakeFolder> folders() {
        return catalog.metrics().stream()
                .map(metric -> new LakeFolder(
                        metric.name(), "metrics/" + metric.name(), schema(metric), List.of(Metric.WINDOW_START)))
                .toList();
    }

    /** Position of a result's table among the folders. */
    int folderOf(PaneResult result) {
        if (positions == null) {
            positions = new HashMap<>();
            for (Metric metric : catalog.metrics()) {
                positions.put(metric.name(), positions.size());
            }
        }
        return positions.getOrDefault(metric(result).name(), 0);
    }

    /** The schema of a metric's files; field ids follow the columns, which never change under the same name. */
    private static String schema(Metric metric) {
        var text = new StringBuilder("message " + metric.name() + " {\n");
        text.append("  required int64 window_start (TIMESTAMP(MICROS,true)) = 1;\n");
        text.append("  required int64 window_end (TIMESTAMP(MICROS,true)) = 2;\n");
        text.append("  required int64 ingestion_time (TIMESTAMP(MICROS,true)) = 3;\n");
        int id = 4;
        for (MetricColumn column : metric.columns()) {
            text.append("  %s %s = %d;\n"
                    .formatted(
                            column.isNullable() ? "optional" : "required", type(column.name(), column.type()), id++));
        }
        return text.append("}\n").toString();
    }

    private static String type(String name, ValueType type) {
        return switch (type.kind()) {
            case TEXT -> "binary " + name + " (STRING)";
            case INT64 -> "int64 " + name;
            case DECIMAL ->
                "fixed_len_byte_array(16) %s (DECIMAL(%d,%d))"
                        .formatted(name, ValueType.DECIMAL_PRECISION, type.scale());
            case DOUBLE -> "double " + name;
            case BOOL -> "boolean " + name;
            case TIME -> "int64 " + name + " (TIMESTAMP(MICROS,true))";
            case BYTES -> "binary " + name;
        };
    }

    void write(PaneResult result, LakeRow row) {
        Metric metric = metric(result);
        long windowStart = result.key().windowStartMillis();
        row.time(Metric.WINDOW_START, windowStart)
                .time(Metric.WINDOW_END, metric.windowEndMillis(windowStart))
                .time("ingestion_time", result.pane().ingestionTimeMillis());
        @Nullable Object[] values = rows(metric).values(result.key(), result.pane());
        List<MetricColumn> columns = metric.columns();
        for (int i = 0; i < values.length; i++) {
            write(columns.get(i), values[i], row);
        }
    }

    private static void write(MetricColumn column, @Nullable Object value, LakeRow row) {
        if (value == null) {
            return;
        }
        switch (column.type().kind()) {
            case TEXT -> row.text(column.name(), (String) value);
            case INT64 -> row.int64(column.name(), (Long) value);
            case DECIMAL ->
                row.decimal(column.name(), (BigDecimal) value, column.type().scale());
            case DOUBLE -> row.float64(column.name(), (Double) value);
            case BOOL -> row.bool(column.name(), (Boolean) value);
            case TIME -> row.time(column.name(), (Long) value);
            case BYTES -> row.bytes(column.name(), (byte[]) value);
        }
    }

    private Metric metric(PaneResult result) {
        Metric metric = catalog.find(result.key().metric());
        if (metric == null) {
            throw new IllegalStateException("No metric of the catalog has made this row: " + result.key());
        }
        return metric;
    }

    private MetricRows rows(Metric metric) {
        Map<String, MetricRows> known = rows;
        if (known == null) {
            known = new HashMap<>();
            rows = known;
        }
        return known.computeIfAbsent(metric.name(), unused -> new MetricRows(metric, () -> {}));
    }
}
