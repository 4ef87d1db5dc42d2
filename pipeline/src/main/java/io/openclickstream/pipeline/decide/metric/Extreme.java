package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** MIN or MAX; texts compare by their code points' UTF-16 units, doubles as {@link Double#compare}. */
final class Extreme extends Accumulator {
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
    void add(Object value) {
        values++;
        keep(value);
    }

    @Override
    void merge(PaneReader other) {
        if (other.values() != 0) {
            values += other.values();
            keep(value(other));
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

    private Object value(PaneReader state) {
        return switch (type.kind()) {
            case TEXT -> state.text();
            case DECIMAL -> state.exact();
            case DOUBLE -> state.real();
            case INT64, TIME -> state.whole();
            case BOOL, BYTES -> throw new IllegalStateException("No order: " + type);
        };
    }

    @Override
    void write(PaneWriter out) {
        if (extreme instanceof String text) {
            out.text(values, text);
        } else if (extreme instanceof BigDecimal exact) {
            out.exact(values, exact);
        } else if (extreme instanceof Double real) {
            out.real(values, real);
        } else if (extreme instanceof Long whole) {
            out.whole(values, whole);
        } else {
            out.nothing();
        }
    }

    @Override
    @Nullable
    Object result() {
        return extreme;
    }

    @Override
    void clear() {
        values = 0;
        extreme = null;
    }
}
