package io.openclickstream.flight.table;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.arrow.memory.util.ByteFunctionHelpers;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a row has one of some values in a column. Values are given as text, whatever the column's type; columns
 * of text, whole numbers, true or false, days and timestamps can be asked.
 */
final class ValueFilter {
    private final int column;
    private final boolean nullPasses;
    private final Test test;

    private interface Test {
        boolean passes(FieldVector values, int row);
    }

    private ValueFilter(int column, boolean nullPasses, Test test) {
        this.column = column;
        this.nullPasses = nullPasses;
        this.test = test;
    }

    /**
     * A filter that a row passes with any of the values.
     *
     * @param values null stands for a row without a value; none at all lets no row pass
     * @throws Refused INVALID when the column cannot be asked, or has no such values
     */
    static ValueFilter anyOf(Field field, int column, List<@Nullable String> values) throws Refused {
        List<String> given = values.stream()
                .flatMap(value -> value == null ? Stream.empty() : Stream.of(value))
                .toList();
        return new ValueFilter(column, given.size() < values.size(), test(field, given));
    }

    /** @param columns of a chunk; it lacks columns that were added after it was written, and they are null then */
    boolean passes(List<? extends FieldVector> columns, int row) {
        if (column >= columns.size() || columns.get(column).isNull(row)) {
            return nullPasses;
        }
        return test.passes(columns.get(column), row);
    }

    private static Test test(Field field, List<String> values) throws Refused {
        ArrowType type = field.getType();
        if (type instanceof ArrowType.Utf8) {
            byte[][] texts = values.stream()
                    .map(text -> text.getBytes(StandardCharsets.UTF_8))
                    .toArray(byte[][]::new);
            return (column, row) -> isOneOf((VarCharVector) column, row, texts);
        }
        if (type instanceof ArrowType.Int whole) {
            long[] numbers = parse(field, values, "a whole number", text -> number(text, whole));
            return (column, row) -> contains(numbers, ((BaseIntVector) column).getValueAsLong(row));
        }
        if (type instanceof ArrowType.Bool) {
            long[] bits = parse(field, values, "true or false", ValueFilter::bit);
            return (column, row) -> contains(bits, ((BitVector) column).get(row));
        }
        if (type instanceof ArrowType.Timestamp) {
            long[] millis = parse(field, values, "a time such as 2026-03-02T10:00:00Z", ValueFilter::millis);
            return (column, row) -> contains(millis, Windows.millisOf(column, row));
        }
        if (type instanceof ArrowType.Date date && date.getUnit() == DateUnit.DAY) {
            long[] days = parse(field, values, "a day such as 2026-03-02", text -> LocalDate.parse(text)
                    .toEpochDay());
            return (column, row) -> contains(days, ((DateDayVector) column).get(row));
        }
        throw Refused.invalid(
                "Column %s cannot be filtered by: it holds %s. Choose by columns of text, whole numbers, true or false, days "
                        + "or times, and by the rest in what you get.",
                field.getName(), type);
    }

    private static long[] parse(Field field, List<String> values, String expected, ToLongFunction<String> parser)
            throws Refused {
        long[] parsed = new long[values.size()];
        for (int i = 0; i < parsed.length; i++) {
            try {
                parsed[i] = parser.applyAsLong(values.get(i));
            } catch (ArithmeticException | IllegalArgumentException | DateTimeException e) {
                throw Refused.invalid(
                        "Column %s is asked for '%s', which is not %s.",
                        field.getName(), Shown.text(values.get(i)), expected);
            }
        }
        return parsed;
    }

    private static long number(String text, ArrowType.Int type) {
        return type.getIsSigned() || type.getBitWidth() < 64 ? Long.parseLong(text) : Long.parseUnsignedLong(text);
    }

    private static long bit(String text) {
        return switch (text) {
            case "true" -> 1;
            case "false" -> 0;
            default -> throw new IllegalArgumentException();
        };
    }

    /** Milliseconds since 1970 of an ISO 8601 instant, or of the number itself. */
    static long millis(String text) {
        return text.matches("-?\\d{1,19}")
                ? Long.parseLong(text)
                : Instant.parse(text).toEpochMilli();
    }

    private static boolean contains(long[] values, long value) {
        for (long candidate : values) {
            if (candidate == value) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOneOf(VarCharVector column, int row, byte[][] texts) {
        int start = column.getStartOffset(row);
        int end = column.getEndOffset(row);
        for (byte[] text : texts) {
            if (text.length == end - start
                    && ByteFunctionHelpers.compare(column.getDataBuffer(), start, end, text, 0, text.length) == 0) {
                return true;
            }
        }
        return false;
    }
}
