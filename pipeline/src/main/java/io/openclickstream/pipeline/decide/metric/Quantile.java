package io.openclickstream.pipeline.decide.metric;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.DDSketches;
import com.datadoghq.sketch.ddsketch.encoding.ByteArrayInput;
import com.datadoghq.sketch.ddsketch.encoding.GrowingByteArrayOutput;
import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * APPROX_QUANTILE by a DDSketch: within 1 % of the true value. Unlike sketches that draw lots, it holds the same counts
 * whatever the order.
 */
final class Quantile extends Accumulator {
    private static final double RELATIVE_ACCURACY = 0.01;
    private static final int MAX_BINS = 2_048;

    private final double quantile;
    private DDSketch sketch = empty();
    private long values;

    Quantile(double quantile) {
        this.quantile = quantile;
    }

    private static DDSketch empty() {
        return DDSketches.logarithmicCollapsingLowestDense(RELATIVE_ACCURACY, MAX_BINS);
    }

    /** Takes a number; one that is none (NaN) is left out, one too large for the sketch counts as the largest. */
    @Override
    void add(Object value) {
        double number = ((Number) value).doubleValue();
        if (!Double.isNaN(number)) {
            double largest = sketch.getIndexMapping().maxIndexableValue();
            sketch.accept(Math.max(-largest, Math.min(largest, number)));
            values++;
        }
    }

    @Override
    void merge(PaneReader other) {
        if (other.values() != 0) {
            values += other.values();
            try {
                sketch.decodeAndMergeWith(ByteArrayInput.wrap(other.bins()));
            } catch (IOException e) {
                throw new UncheckedIOException("A quantile's state is broken.", e);
            }
        }
    }

    @Override
    void write(PaneWriter out) {
        if (values == 0) {
            out.nothing();
            return;
        }
        GrowingByteArrayOutput bytes = GrowingByteArrayOutput.withDefaultInitialCapacity();
        try {
            sketch.encode(bytes, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.bins(values, bytes.trimmedCopy());
    }

    @Override
    @Nullable
    Double result() {
        return values == 0 ? null : Double.valueOf(sketch.getValueAtQuantile(quantile));
    }

    @Override
    void clear() {
        values = 0;
        sketch = empty();
    }
}
