package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.MeasureState;
import org.jspecify.annotations.Nullable;

/**
 * Counts for one measure. Whatever the order of its values and of the states it is merged with, and however they were
 * spread over other accumulators, the state and the result are the same, bit for bit.
 */
interface Accumulator {
    /** Takes one more value. */
    void add(Object value);

    /** Takes all that another accumulator has seen. */
    void merge(MeasureState other);

    /** What it knows, to be merged elsewhere. */
    MeasureState state();

    /** The measure's value; null when nothing was added, unless it counts. */
    @Nullable
    Object result();
}
