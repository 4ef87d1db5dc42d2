package io.openclickstream.pipeline.decide.metric;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * The type of a metric's column, and the one Java class its values have.
 *
 * @param scale digits after the point of a decimal; 0 for the others
 */
public record ValueType(Kind kind, int scale) implements Serializable {

    /** The kinds of values, with their Java class. */
    public enum Kind {
        /** String. */
        TEXT,
        /** Long: every whole number. */
        INT64,
        /** BigDecimal of 38 digits in all. */
        DECIMAL,
        /** Double. */
        DOUBLE,
        /** Boolean. */
        BOOL,
        /** Long: milliseconds since 1970 in UTC. */
        TIME,
        /** byte[]. */
        BYTES
    }

    /** Digits in all that a decimal can hold. */
    public static final int DECIMAL_PRECISION = 38;

    /** A type whose kind says it all. */
    static ValueType of(Kind kind) {
        return new ValueType(kind, 0);
    }

    /** Whether values of this type can tell panes apart: they compare exactly and have one form. */
    boolean isDimension() {
        return kind == Kind.TEXT || kind == Kind.INT64 || kind == Kind.TIME;
    }

    /** What SQL has computed as this type's Java class; null when the value does not fit. */
    @Nullable
    Object exact(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        return switch (kind) {
            case TEXT -> value.toString();
            case INT64, TIME -> ((Number) value).longValue();
            case DECIMAL -> decimal(value);
            case DOUBLE -> ((Number) value).doubleValue();
            case BOOL, BYTES -> value;
        };
    }

    private @Nullable BigDecimal decimal(Object value) {
        BigDecimal decimal = value instanceof BigDecimal big ? big : new BigDecimal(value.toString());
        BigDecimal scaled = decimal.scale() == scale ? decimal : decimal.setScale(scale, RoundingMode.HALF_EVEN);
        return scaled.precision() > DECIMAL_PRECISION ? null : scaled;
    }
}
