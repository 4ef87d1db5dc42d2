package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Counts for one measure. Whatever the order of its values and of the states it is merged with, and however they were
 * spread over other accumulators, what it writes and its result are the same, bit for bit. A class and no interface,
 * since that is the faster call, and there is one for every measure of every click.
 */
abstract class Accumulator {
    /** Takes one more value. */
    abstract void add(Object value);

    /** Takes one more value, a text in UTF-8. */
    void addText(byte[] bytes, int start, int length) {
        add(new String(bytes, start, length, StandardCharsets.UTF_8));
    }

    /** Takes all that another accumulator has seen. */
    abstract void merge(PaneReader other);

    /** Writes what it knows, to be merged elsewhere. */
    abstract void write(PaneWriter out);

    /** The measure's value; null when nothing was added, unless it counts. */
    abstract @Nullable Object result();

    /** Begins anew. */
    abstract void clear();
}
