package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.MeasureState;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** SUM of decimals; exact, and null when it ends with more digits than its type holds. */
final class ExactSum implements Accumulator {
    private final ValueType type;
    private long values;
    private BigDecimal sum;

    ExactSum(ValueType type) {
        this.type = type;
        sum = BigDecimal.ZERO.setScale(type.scale());
    }

    @Override
    public void add(Object value) {
        values++;
        sum = sum.add((BigDecimal) value);
    }

    @Override
    public void merge(MeasureState other) {
        values += other.values();
        if (other.exact() != null) {
            sum = sum.add(other.exact());
        }
    }

    @Override
    public MeasureState state() {
        return new MeasureState(values, 0, sum, null, null);
    }

    @Override
    public @Nullable Object result() {
        return values == 0 ? null : type.exact(sum);
    }
}
