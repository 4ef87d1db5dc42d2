package io.openclickstream.flight.server;

import io.openclickstream.flight.table.TableSchema;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * One value as text, for JSON and CSV.
 *
 * @param text nothing for a null
 */
record CellValue(Kind kind, String text) {
    private static final CellValue NULL = new CellValue(Kind.NULL, "");

    enum Kind {
        NULL,
        /** A number, true or false, which JSON writes without quotes. */
        BARE,
        TEXT
    }

    /** The value of a column of a type that {@link TableSchema} takes. */
    static CellValue of(FieldVector column, int row) {
        if (column.isNull(row)) {
            return NULL;
        }
        if (column instanceof UInt8Vector unsigned) {
            return new CellValue(Kind.BARE, Long.toUnsignedString(unsigned.get(row)));
        }
        if (column instanceof BaseIntVector whole) {
            return new CellValue(Kind.BARE, Long.toString(whole.getValueAsLong(row)));
        }
        if (column instanceof BitVector bit) {
            return new CellValue(Kind.BARE, bit.get(row) == 1 ? "true" : "false");
        }
        if (column instanceof TimeStampVector time) {
            return new CellValue(Kind.TEXT, instant(time, row).toString());
        }
        if (column instanceof DateDayVector day) {
            return new CellValue(Kind.TEXT, LocalDate.ofEpochDay(day.get(row)).toString());
        }
        return ofObject(column.getObject(row));
    }

    private static CellValue ofObject(Object value) {
        if (value instanceof Float || value instanceof Double) {
            double number = ((Number) value).doubleValue();
            boolean finite = !Double.isNaN(number) && !Double.isInfinite(number);
            return new CellValue(finite ? Kind.BARE : Kind.TEXT, value.toString());
        }
        if (value instanceof BigDecimal decimal) {
            return new CellValue(Kind.TEXT, decimal.toPlainString());
        }
        if (value instanceof byte[] bytes) {
            return new CellValue(Kind.TEXT, Base64.getEncoder().encodeToString(bytes));
        }
        if (value instanceof Duration || value instanceof LocalTime) {
            return new CellValue(Kind.TEXT, value.toString());
        }
        return new CellValue(Kind.TEXT, String.valueOf(value));
    }

    private static Instant instant(TimeStampVector column, int row) {
        long value = column.get(row);
        TimeUnit unit =
                switch (((ArrowType.Timestamp) column.getField().getType()).getUnit()) {
                    case SECOND -> TimeUnit.SECONDS;
                    case MILLISECOND -> TimeUnit.MILLISECONDS;
                    case MICROSECOND -> TimeUnit.MICROSECONDS;
                    case NANOSECOND -> TimeUnit.NANOSECONDS;
                };
        long perSecond = unit.convert(1, TimeUnit.SECONDS);
        long seconds = Math.floorDiv(value, perSecond);
        long limit = Instant.MAX.getEpochSecond();
        return Instant.ofEpochSecond(
                Math.max(-limit, Math.min(limit, seconds)),
                Math.floorMod(value, perSecond) * (TimeUnit.SECONDS.toNanos(1) / perSecond));
    }
}
