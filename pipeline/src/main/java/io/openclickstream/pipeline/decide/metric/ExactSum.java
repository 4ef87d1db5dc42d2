package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** SUM of decimals; exact, and null when it ends with more digits than its type holds. */
final class ExactSum extends Accumulator {
    private final ValueType type;
    private final BigDecimal zero;
    private long values;
    private BigDecimal sum;

    ExactSum(ValueType type) {
        this.type = type;
        zero = BigDecimal.ZERO.setScale(type.scale());
        sum = zero;
    }

    @Override
    void add(Object value) {
        values++;
        sum = sum.add((BigDecimal) value);
    }

    @Override
    void merge(PaneReader other) {
        if (other.values() != 0) {
            values += other.values();
            sum = sum.add(other.exact());
        }
    }

    @Override
    void write(PaneWriter out) {
        if (values == 0) {
            out.nothing();
        } else {
            out.exact(values, sum);
        }
    }

    @Override
    @Nullable
    Object result() {
        return values == 0 ? null : type.exact(sum);
    }

    @Override
    void clear() {
        values = 0;
        sum = zero;
    }
}
