package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneWriter;
import org.jspecify.annotations.Nullable;

/** What is counted for one pane until it is handed over. */
final class PaneCounts {
    private final Accumulator[] accumulators;
    private long ingestionTimeMillis = Long.MIN_VALUE;

    PaneCounts(Measure[] measures) {
        accumulators = new Accumulator[measures.length];
        for (int i = 0; i < measures.length; i++) {
            accumulators[i] = measures[i].accumulator();
        }
    }

    void add(Measure[] measures, @Nullable Object[] values, long ingestion) {
        ingestionTimeMillis = Math.max(ingestionTimeMillis, ingestion);
        for (int i = 0; i < accumulators.length; i++) {
            Measure measure = measures[i];
            Object value = measure.argument() < 0 ? measure : values[measure.argument()]; // COUNT(*) takes any object
            if (value != null && (measure.filter() < 0 || Boolean.TRUE.equals(values[measure.filter()]))) {
                accumulators[i].add(value);
            }
        }
    }

    Pane pane(PaneWriter writer) {
        writer.begin();
        for (Accumulator accumulator : accumulators) {
            accumulator.write(writer);
        }
        return new Pane(writer.block(), ingestionTimeMillis);
    }
}
