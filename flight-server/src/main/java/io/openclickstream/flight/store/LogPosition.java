package io.openclickstream.flight.store;

import org.jspecify.annotations.Nullable;

/**
 * Up to where somebody has a log.
 *
 * @param term in which the record was written, see {@link Terms}; null for somebody who has nothing
 * @param sequence of the last record that they have; 0 for none
 */
public record LogPosition(@Nullable String term, long sequence) {
    /** Of somebody who has nothing. */
    public static final LogPosition NOTHING = new LogPosition(null, 0);
}
