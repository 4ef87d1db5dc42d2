package io.openclickstream.flight.table;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a table knows besides its rows; with them it makes the table again after a restart.
 *
 * @param name the table's name
 * @param version counts the puts that changed rows, the evictions and the clearings
 * @param keptFromMillis first event time that is kept; rows of earlier windows have left the server
 * @param progress null before the first put
 * @param replacedLineages lineages whose rows were cleared for a newer one, the latest last
 * @param counters what has left since the table began
 */
public record TableState(
        String name,
        long version,
        long keptFromMillis,
        @Nullable Progress progress,
        List<String> replacedLineages,
        Counters counters) {

    /**
     * What has left the table, or did not get in.
     *
     * @param windowsExpired windows older than the retention
     * @param windowsEvicted windows that had to go because memory was full
     * @param rowsIgnored rows put into windows that had left already
     */
    public record Counters(long windowsExpired, long windowsEvicted, long rowsIgnored) {}

    /** A table nobody has put to. */
    static TableState empty(String name) {
        return new TableState(name, 0, Long.MIN_VALUE, null, List.of(), new Counters(0, 0, 0));
    }
}
