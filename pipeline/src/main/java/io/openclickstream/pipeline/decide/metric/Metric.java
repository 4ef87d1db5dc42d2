package io.openclickstream.pipeline.decide.metric;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A metric, ready to be computed: what {@link MetricSql} has made of one query.
 *
 * @param name of the file, the live table and the folder in the lake
 * @param description what it tells, from the comment above the query
 * @param sql the query without comments; another one under the same name is another metric
 * @param table name of the {@link MetricTable} it reads
 * @param windowMillis length of its windows, which start at multiples of it since 1970 in UTC
 * @param reads positions of the table's columns it needs
 * @param where rows for which it is not true are left out; null for none
 * @param inputs computed for every row
 * @param groups what GROUP BY says, in its order
 * @param measures what is computed of a pane's rows
 * @param columns of its rows, after {@code window_start} and {@code window_end}
 */
public record Metric(
        String name,
        String description,
        String sql,
        String table,
        long windowMillis,
        List<Integer> reads,
        @Nullable Expression where,
        List<Expression> inputs,
        List<Group> groups,
        List<Measure> measures,
        List<MetricColumn> columns)
        implements Serializable {

    /** What a part of GROUP BY is. */
    enum Role {
        WINDOW_START,
        WINDOW_END,
        DIMENSION
    }

    /**
     * One part of GROUP BY.
     *
     * @param input its position among the metric's inputs
     */
    record Group(Role role, int input, ValueType type) implements Serializable {}

    public Metric {
        reads = List.copyOf(reads);
        inputs = List.copyOf(inputs);
        groups = List.copyOf(groups);
        measures = List.copyOf(measures);
        columns = List.copyOf(columns);
    }

    /** First millisecond of the window that holds this moment. */
    long windowStartMillis(long timeMillis) {
        return Math.floorDiv(timeMillis, windowMillis) * windowMillis;
    }

    /** First millisecond after the window. */
    public long windowEndMillis(long windowStartMillis) {
        return windowStartMillis + windowMillis;
    }

    /** Whether it reads final sessions, not clicks. */
    public boolean isOfSessions() {
        return table.equals(MetricTable.SESSIONS.name());
    }

    /** The columns that identify a row. */
    public List<String> primaryKey() {
        List<String> key = new ArrayList<>();
        key.add(WINDOW_START);
        columns.stream()
                .filter(column -> column.value() instanceof Expression.Column group
                        && group.index() < groups.size()
                        && column.sketchOf() < 0)
                .forEach(column -> key.add(column.name()));
        return key;
    }

    /** The name of a row's first column. */
    public static final String WINDOW_START = "window_start";

    /** The name of a row's second column. */
    public static final String WINDOW_END = "window_end";

    List<Group> dimensions() {
        return groups.stream().filter(group -> group.role() == Role.DIMENSION).toList();
    }
}
