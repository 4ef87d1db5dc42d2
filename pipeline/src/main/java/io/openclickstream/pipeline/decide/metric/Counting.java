package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;

/** COUNT. */
final class Counting extends Accumulator {
    private long values;

    @Override
    void add(Object value) {
        values++;
    }

    @Override
    void addText(byte[] bytes, int start, int length) {
        values++;
    }

    @Override
    void merge(PaneReader other) {
        values += other.values();
    }

    @Override
    void write(PaneWriter out) {
        if (values == 0) {
            out.nothing();
        } else {
            out.count(values);
        }
    }

    @Override
    Long result() {
        return values;
    }

    @Override
    void clear() {
        values = 0;
    }
}
