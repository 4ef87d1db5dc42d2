package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneWriter;

/** What is counted for one pane until it is handed over. */
final class PaneCounts {
    /** As {@link DimensionBytes} has them. */
    final byte[] dimensions;

    final long hash;
    private final Accumulator[] accumulators;
    private long ingestionTimeMillis = Long.MIN_VALUE;

    PaneCounts(byte[] dimensions, long hash, Measure[] measures) {
        this.dimensions = dimensions;
        this.hash = hash;
        accumulators = new Accumulator[measures.length];
        for (int i = 0; i < measures.length; i++) {
            accumulators[i] = measures[i].accumulator();
        }
    }

    void add(Measure[] measures, Input[] inputs, TableRow row, long ingestion) {
        ingestionTimeMillis = Math.max(ingestionTimeMillis, ingestion);
        for (int i = 0; i < accumulators.length; i++) {
            Measure measure = measures[i];
            if (measure.filter() >= 0 && !inputs[measure.filter()].isTrue(row)) {
                continue;
            }
            if (measure.argument() < 0) {
                accumulators[i].add(measure); // COUNT(*) takes any object
            } else {
                inputs[measure.argument()].addTo(accumulators[i], row);
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
