package io.openclickstream.pipeline.decide.metric;

import java.io.Serializable;

/**
 * One aggregate of a metric.
 *
 * @param argument position of its value among the metric's inputs; -1 for COUNT(*)
 * @param filter position of the condition among the metric's inputs; -1 for none
 * @param type of its result
 * @param quantile for {@link Function#APPROX_QUANTILE}, between 0 and 1
 */
record Measure(Function function, int argument, int filter, ValueType type, double quantile) implements Serializable {

    /** What a metric can compute of many rows. */
    enum Function {
        COUNT,
        SUM,
        MIN,
        MAX,
        APPROX_COUNT_DISTINCT,
        APPROX_QUANTILE
    }

    /** Begins to count. */
    Accumulator accumulator() {
        return switch (function) {
            case COUNT -> new Counting();
            case SUM -> type.kind() == ValueType.Kind.INT64 ? new WholeSum() : new ExactSum(type);
            case MIN -> new Extreme(type, -1);
            case MAX -> new Extreme(type, 1);
            case APPROX_COUNT_DISTINCT -> new DistinctCount();
            case APPROX_QUANTILE -> new Quantile(quantile);
        };
    }
}
