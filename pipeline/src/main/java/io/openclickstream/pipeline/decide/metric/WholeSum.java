package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.MeasureForm;
import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * SUM of whole numbers. What 64 bits cannot hold moves to a decimal of any size, so that a sum that comes back into
 * range is right whatever the order of its values; one that ends outside is null.
 */
final class WholeSum extends Accumulator {
    private static final BigDecimal SMALLEST = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private long values;
    private long sum;
    private BigDecimal beyond = BigDecimal.ZERO;

    @Override
    void add(Object value) {
        values++;
        addWhole((Long) value);
    }

    @Override
    void merge(PaneReader other) {
        if (other.values() != 0) {
            values += other.values();
            if (other.form() == MeasureForm.EXACT) {
                beyond = beyond.add(other.exact());
            } else {
                addWhole(other.whole());
            }
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
    void write(PaneWriter out) {
        BigDecimal all = all();
        if (values == 0) {
            out.nothing();
        } else if (fits(all)) {
            out.whole(values, all.longValueExact());
        } else {
            out.exact(values, all);
        }
    }

    @Override
    @Nullable
    Long result() {
        return values == 0 || !fits(all()) ? null : Long.valueOf(all().longValueExact());
    }

    @Override
    void clear() {
        values = 0;
        sum = 0;
        beyond = BigDecimal.ZERO;
    }

    private BigDecimal all() {
        return beyond.add(BigDecimal.valueOf(sum));
    }

    private static boolean fits(BigDecimal number) {
        return number.compareTo(SMALLEST) >= 0 && number.compareTo(LARGEST) <= 0;
    }
}
