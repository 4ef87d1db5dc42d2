package io.openclickstream.lake;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.jspecify.annotations.Nullable;

/**
 * What to read for all rows of a table as of an epoch, old and open ones: the rows of the files, and what the Flight
 * server answers to the command. No row is in both.
 *
 * @param table its name, here and on the server
 * @param from first event time; null for no bound. Rows of the files have to be filtered by it, the command is
 * @param before first event time that is left out; null for no bound
 * @param windowColumn the column of event time
 * @param epoch as of which both are
 * @param lineage of the epoch
 * @param files of the lake that may have rows of the span
 * @param submissions of the job that had opened the table; see {@link LakeHistory#holds}
 */
public record HistoryPlan(
        String table,
        @Nullable Instant from,
        @Nullable Instant before,
        String windowColumn,
        long epoch,
        String lineage,
        List<DataFile> files,
        List<String> submissions) {
    /** The ledger's rows are final as soon as they are there. */
    private static final String LEDGER = "ledger";

    public HistoryPlan {
        files = List.copyOf(files);
        submissions = List.copyOf(submissions);
    }

    /** The command of a Flight descriptor for the rows that were open; empty for a table that never has such. */
    public Optional<String> command() {
        if (table.equals(LEDGER)) {
            return Optional.empty();
        }
        return Optional.of(
                "{\"table\":\"%s\",\"view\":\"committed\",\"epoch\":%d,\"lineage\":\"%s\",\"where\":{\"is_final\":false}%s%s}"
                        .formatted(table, epoch, lineage, bound("from", from), bound("before", before)));
    }

    private static String bound(String name, @Nullable Instant time) {
        return time == null ? "" : ",\"%s\":%d".formatted(name, time.toEpochMilli());
    }
}
