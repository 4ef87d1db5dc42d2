package io.openclickstream.quickstart.recompute;

import java.util.List;

/**
 * How one dataset compares.
 *
 * @param equal rows that are on both sides
 * @param different rows of which both sides have the key, with other values
 * @param onlyInLake rows whose key only the lake has
 * @param onlyRecomputed rows whose key only the recomputation has
 * @param notFinal rows of either side that are not compared: not final yet at the lake's last epoch, or taken as given
 * @param first the first differences in order of their keys
 */
public record DatasetResult(
        String dataset,
        long equal,
        long different,
        long onlyInLake,
        long onlyRecomputed,
        long notFinal,
        List<Difference> first) {
    public DatasetResult {
        first = List.copyOf(first);
    }

    /** How many rows differ. */
    public long differences() {
        return different + onlyInLake + onlyRecomputed;
    }
}
