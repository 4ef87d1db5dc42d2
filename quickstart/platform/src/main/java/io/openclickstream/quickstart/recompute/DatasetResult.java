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

    /**
     * The same, with rows that only the recomputation has as not compared, if there are no more than these: as many were
     * erased from the lake, and nothing is left of them that says which.
     */
    DatasetResult withoutErased(long rows) {
        return onlyRecomputed == 0 || onlyRecomputed > rows
                ? this
                : new DatasetResult(
                        dataset,
                        equal,
                        different,
                        onlyInLake,
                        0,
                        notFinal + onlyRecomputed,
                        first.stream()
                                .filter(difference -> difference.lake() != null)
                                .toList());
    }

    /** How many rows differ. */
    public long differences() {
        return different + onlyInLake + onlyRecomputed;
    }
}
