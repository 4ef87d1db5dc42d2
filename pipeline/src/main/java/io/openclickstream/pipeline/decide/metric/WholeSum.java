package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.MeasureState;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * SUM of whole numbers. What 64 bits cannot hold moves to a decimal of any size, so that a sum that comes back into
 * range is right whatever the order of its values; one that ends outside is null.
 */
final class WholeSum implements Accumulator {
    private static final BigDecimal SMALLEST = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private long values;
    private long sum;
    private BigDecimal beyond = BigDecimal.ZERO;

    @Override
    public void add(Object value) {
        values++;
        addWhole((Long) value);
    }

    @Override
    public void merge(MeasureState other) {
        values += other.values();
        addWhole(other.number());
        if (other.exact() != null) {
            beyond = beyond.add(other.exact());
        }
    }

    private void addWhole(long number) {
        long next = sum + number;
        if (((sum ^ next) & (number ^ next)) < 0) {
            beyond = beyond.add(BigDecimal.valueOf(sum));
            next = number;
        }
        sum = next;
    }

    @Override
    public MeasureState state() {
        BigDecimal all = all();
        boolean fits = fits(all);
        return new MeasureState(values, fits ? all.longValueExact() : 0, fits ? null : all, null, null);
    }

    @Override
    public @Nullable Long result() {
        return values == 0 || !fits(all()) ? null : Long.valueOf(all().longValueExact());
    }

    private BigDecimal all() {
        return beyond.add(BigDecimal.valueOf(sum));
    }

    private static boolean fits(BigDecimal number) {
        return number.compareTo(SMALLEST) >= 0 && number.compareTo(LARGEST) <= 0;
    }
}
