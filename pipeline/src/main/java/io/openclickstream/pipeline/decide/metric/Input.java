package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.click.Click;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An input of a metric, ready to be read. What nearly all inputs are, a text of the click, is read where it stands, and
 * no object is made of it. A class and no interface, since that is the faster call.
 */
abstract class Input {
    /** Its value; null when there is none. */
    abstract @Nullable Object of(TableRow row);

    /** Whether it is true. */
    boolean isTrue(TableRow row) {
        return Boolean.TRUE.equals(of(row));
    }

    /** Adds its value, if there is one, to what is counted. */
    void addTo(Accumulator accumulator, TableRow row) {
        Object value = of(row);
        if (value != null) {
            accumulator.add(value);
        }
    }

    /**
     * Adds its value to the dimensions.
     *
     * @return whether there is one
     */
    boolean appendTo(DimensionBytes dimensions, TableRow row) {
        Object value = of(row);
        if (value instanceof Long whole) {
            dimensions.whole(whole);
        } else if (value != null) {
            dimensions.text((String) value);
        }
        return value != null;
    }

    /**
     * Finds the fastest way to read an expression.
     *
     * @param place where {@link TableRow#computed} holds its value, when there is no faster one
     */
    static Input of(Expression expression, MetricTable<?> table, int place) {
        if (expression instanceof Expression.Column column && isOf(table, column.index())) {
            int text = table.columns().get(column.index()).clickText();
            return text < 0 ? new Read(column.index()) : new Text(text, null);
        }
        if (expression instanceof Expression.TextOrElse text && isClickText(table, text.index())) {
            return new Text(table.columns().get(text.index()).clickText(), text.otherwise());
        }
        if (expression instanceof Expression.IsText text && isClickText(table, text.index())) {
            return new IsText(table.columns().get(text.index()).clickText(), text.text());
        }
        return new Computed(place);
    }

    private static boolean isOf(MetricTable<?> table, int column) {
        return column < table.columns().size(); // otherwise it is a bound of the window
    }

    private static boolean isClickText(MetricTable<?> table, int column) {
        return isOf(table, column) && table.columns().get(column).clickText() >= 0;
    }

    /** A column. */
    private static final class Read extends Input {
        private final int column;

        Read(int column) {
            this.column = column;
        }

        @Override
        @Nullable
        Object of(TableRow row) {
            return row.read(column);
        }
    }

    /** A text of a click, or another one where it has none. */
    private static final class Text extends Input {
        private final int field;
        private final @Nullable String otherwise;
        private final byte @Nullable [] otherBytes;

        Text(int field, @Nullable String otherwise) {
            this.field = field;
            this.otherwise = otherwise;
            otherBytes = otherwise == null ? null : otherwise.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        @Nullable
        Object of(TableRow row) {
            Click click = row.click();
            return click.has(field)
                    ? new String(
                            click.bytes(field), click.textStart(field), click.textLength(field), StandardCharsets.UTF_8)
                    : otherwise;
        }

        @Override
        void addTo(Accumulator accumulator, TableRow row) {
            Click click = row.click();
            if (click.has(field)) {
                accumulator.addText(click.bytes(field), click.textStart(field), click.textLength(field));
            } else if (otherBytes != null) {
                accumulator.addText(otherBytes, 0, otherBytes.length);
            }
        }

        @Override
        boolean appendTo(DimensionBytes dimensions, TableRow row) {
            Click click = row.click();
            if (click.has(field)) {
                dimensions.text(click.bytes(field), click.textStart(field), click.textLength(field));
                return true;
            }
            if (otherBytes != null) {
                dimensions.text(otherBytes, 0, otherBytes.length);
            }
            return otherBytes != null;
        }
    }

    /** Whether a text of a click is this one. */
    private static final class IsText extends Input {
        private final int field;
        private final byte[] text;

        IsText(int field, String text) {
            this.field = field;
            this.text = text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        Object of(TableRow row) {
            return isTrue(row);
        }

        @Override
        boolean isTrue(TableRow row) {
            return row.click().isText(field, text);
        }
    }

    /** What an expression came to, which is computed once for a row, however often it is read. */
    static final class Computed extends Input {
        private final int place;

        Computed(int place) {
            this.place = place;
        }

        @Override
        @Nullable
        Object of(TableRow row) {
            return row.computed()[place];
        }
    }
}
