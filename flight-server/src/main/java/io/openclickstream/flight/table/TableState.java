package io.openclickstream.flight.table;

import org.jspecify.annotations.Nullable;

/**
 * What a view of a table knows besides its rows.
 *
 * @param name the table's name
 * @param version counts the changes of the view: puts or commits that changed rows, evictions and roll-backs
 * @param keptFromMillis first event time that is kept; rows of earlier windows have left the server
 * @param progress how far the writers had come; null before the first put
 * @param counters what has left since the table began
 */
public record TableState(
        String name,
        long version,
        long keptFromMillis,
        @Nullable Progress progress,
        Counters counters) {

    /**
     * What has left the table, or did not get in.
     *
     * @param windowsExpired windows older than the retention
     * @param windowsEvicted windows that had to go because memory was full
     * @param rowsIgnored rows put into windows that had left already
     * @param forgotten how often what had been taken back was forgotten because memory was full
     * @param erasures how often persons have been erased, whether or not the table had rows of them
     */
    public record Counters(long windowsExpired, long windowsEvicted, long rowsIgnored, long forgotten, long erasures) {
        /** Windows that have left. */
        public long windowsLeft() {
            return windowsExpired + windowsEvicted;
        }
    }

    /** A table nobody has put to. */
    static TableState empty(String name) {
        return new TableState(name, 0, Long.MIN_VALUE, null, new Counters(0, 0, 0, 0, 0));
    }

    TableState changed(boolean changed) {
        return changed ? new TableState(name, version + 1, keptFromMillis, progress, counters) : this;
    }

    TableState with(@Nullable Progress now) {
        return new TableState(name, version, keptFromMillis, now, counters);
    }

    TableState with(Counters now) {
        return new TableState(name, version, keptFromMillis, progress, now);
    }

    TableState keptFrom(long millis) {
        return new TableState(name, version, Math.max(keptFromMillis, millis), progress, counters);
    }

    TableState counting(long expired, long evicted, long ignored) {
        return new TableState(
                name,
                version,
                keptFromMillis,
                progress,
                new Counters(
                        counters.windowsExpired() + expired,
                        counters.windowsEvicted() + evicted,
                        counters.rowsIgnored() + ignored,
                        counters.forgotten(),
                        counters.erasures()));
    }

    TableState forgetting() {
        return with(new Counters(
                counters.windowsExpired(),
                counters.windowsEvicted(),
                counters.rowsIgnored(),
                counters.forgotten() + 1,
                counters.erasures()));
    }

    TableState erasing() {
        return with(new Counters(
                counters.windowsExpired(),
                counters.windowsEvicted(),
                counters.rowsIgnored(),
                counters.forgotten(),
                counters.erasures() + 1));
    }
}
