package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.datasketches.hash.MurmurHash3;

/**
 * APPROX_COUNT_DISTINCT by a Theta sketch of {@value DistinctHashes#EXACT} entries: exact up to that many values, within
 * 3 % above for 95 of 100 sets. Most panes see a few values only, for which a sketch of the library is a heavy thing, so
 * the hashes are kept as what they are, and become a sketch when they are published.
 */
final class DistinctCount extends Accumulator {
    /** The seed that all Theta sketches have unless told otherwise; others can only be merged with their own kind. */
    private static final long SEED = 9_001;

    private final DistinctHashes hashes = new DistinctHashes();

    @Override
    void add(Object value) {
        if (value instanceof Long whole) {
            add(whole.longValue());
        } else if (value instanceof Double real) {
            // The two zeros are equal, and so are all that are no numbers.
            add(real == 0.0 ? 0L : Double.doubleToLongBits(real));
        } else {
            String text = value instanceof BigDecimal exact ? exact.toPlainString() : value.toString();
            add(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    void addText(byte[] bytes, int start, int length) {
        add(Arrays.copyOfRange(bytes, start, start + length));
    }

    private void add(byte[] text) {
        if (text.length > 0) { // as in the library, an empty text is no value
            add(MurmurHash3.hash(text, SEED));
        }
    }

    private void add(long value) {
        add(MurmurHash3.hash(new long[] {value}, SEED));
    }

    private void add(long[] hash) {
        hashes.add(hash[0] >>> 1);
    }

    @Override
    void merge(PaneReader other) {
        hashes.merge(other);
    }

    @Override
    void write(PaneWriter out) {
        hashes.write(out);
    }

    /** The sketch that other systems can read and merge: compact and ordered. */
    byte[] sketch() {
        return hashes.sketch();
    }

    @Override
    Long result() {
        return Math.round(hashes.estimate());
    }

    @Override
    void clear() {
        hashes.clear();
    }
}
