package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.click.Click;
import org.jspecify.annotations.Nullable;

/**
 * One row on its way through the metrics. A new one for each: to put young objects into an old one costs the collector
 * more than a young one that is soon gone.
 */
final class TableRow {
    private final RowReader<?> reader;
    private final Object source;
    private final @Nullable Click click;
    private @Nullable Object @Nullable [] values;
    private @Nullable Object[] computed = {};

    /**
     * @param reader of the table that the row is of
     * @param source what it is read from
     * @param click the source, when it is a click
     */
    TableRow(RowReader<?> reader, Object source, @Nullable Click click) {
        this.reader = reader;
        this.source = source;
        this.click = click;
    }

    /** Where texts can be read without making them; only for inputs that were made for clicks. */
    Click click() {
        if (click == null) {
            throw new IllegalStateException("A row of sessions has no click.");
        }
        return click;
    }

    /** The value of one column. */
    @Nullable
    Object read(int column) {
        return reader.read(source, column);
    }

    /**
     * The values of the columns that expressions read, and the bounds of the window at the end.
     *
     * @param window of the metric that asks
     */
    @Nullable
    Object[] values(WindowTally window) {
        @Nullable Object[] known = values;
        if (known == null) {
            known = reader.values(source);
            values = known;
        }
        known[known.length - 2] = window.start;
        known[known.length - 1] = window.end;
        return known;
    }

    /** What a metric's expressions came to, by {@link Input.Computed}'s place. */
    @Nullable
    Object[] computed() {
        return computed;
    }

    void computed(@Nullable Object[] values) {
        computed = values;
    }
}
