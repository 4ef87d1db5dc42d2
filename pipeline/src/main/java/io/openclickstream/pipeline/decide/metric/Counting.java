package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.MeasureState;

/** COUNT. */
final class Counting implements Accumulator {
    private long values;

    @Override
    public void add(Object value) {
        values++;
    }

    @Override
    public void merge(MeasureState other) {
        values += other.values();
    }

    @Override
    public MeasureState state() {
        return new MeasureState(values, 0, null, null, null);
    }

    @Override
    public Long result() {
        return values;
    }
}
