package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;

/** Merges panes of one metric; not for several threads. */
public final class PaneMerger {
    private final Metric metric;
    private final Accumulator[] accumulators;
    private final PaneReader left = new PaneReader();
    private final PaneReader right = new PaneReader();
    private final PaneWriter merged = new PaneWriter();

    public PaneMerger(Metric metric) {
        this.metric = metric;
        accumulators = metric.measures().stream().map(Measure::accumulator).toArray(Accumulator[]::new);
    }

    /** Whose panes it merges. */
    public Metric metric() {
        return metric;
    }

    /** What two parts of a pane are together, in either order. */
    public Pane merge(Pane one, Pane other) {
        left.begin(one.measures());
        right.begin(other.measures());
        merged.begin();
        for (Accumulator accumulator : accumulators) {
            left.next();
            right.next();
            accumulator.clear();
            accumulator.merge(left);
            accumulator.merge(right);
            accumulator.write(merged);
        }
        return new Pane(merged.block(), Math.max(one.ingestionTimeMillis(), other.ingestionTimeMillis()));
    }
}
