package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.MeasureState;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** MIN or MAX; texts compare by their code points' UTF-16 units, doubles as {@link Double#compare}. */
final class Extreme implements Accumulator {
    private final ValueType type;
    private final int sign;
    private long values;
    private @Nullable Object extreme;

    /**
     * @param sign 1 to keep the largest value, -1 the smallest
     */
    Extreme(ValueType type, int sign) {
        this.type = type;
        this.sign = sign;
    }

    @Override
    public void add(Object value) {
        values++;
        keep(value);
    }

    @Override
    public void merge(MeasureState other) {
        values += other.values();
        Object value = value(other);
        if (value != null) {
            keep(value);
        }
    }

    private void keep(Object value) {
        if (extreme == null || Integer.signum(compare(value, extreme)) == sign) {
            extreme = value;
        }
    }

    @SuppressWarnings("unchecked") // all values of a measure have the one class of its type
    private static int compare(Object left, Object right) {
        return ((Comparable<Object>) left).compareTo(right);
    }

    private @Nullable Object value(MeasureState state) {
        if (state.values() == 0) {
            return null;
        }
        return switch (type.kind()) {
            case TEXT -> state.text();
            case DECIMAL -> state.exact();
            case DOUBLE -> Double.longBitsToDouble(state.number());
            case INT64, TIME -> state.number();
            case BOOL, BYTES -> throw new IllegalStateException("No order: " + type);
        };
    }

    @Override
    public MeasureState state() {
        Object kept = extreme;
        long number =
                kept instanceof Double bits ? Double.doubleToLongBits(bits) : kept instanceof Long whole ? whole : 0;
        return new MeasureState(
                values,
                number,
                kept instanceof BigDecimal exact ? exact : null,
                kept instanceof String text ? text : null,
                null);
    }

    @Override
    public @Nullable Object result() {
        return extreme;
    }
}
