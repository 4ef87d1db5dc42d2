package io.openclickstream.quickstart.rejected;

import io.openclickstream.schemas.click.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The refused records of a lake in a folder, each once, in the order in which they were received.
 *
 * @param lake the lake's folder
 */
record RejectedRows(Path lake) {
    /** Where files are that the job has written, and where those are that maintenance has made of them. */
    private static final List<String> FOLDERS = List.of("rejected", "iceberg/clickstream/rejected/data");

    /**
     * Which rows.
     *
     * @param from first time of ingestion; null for no bound
     * @param to first time of ingestion that is left out; null for no bound
     */
    record Selection(
            Set<Reason> reasons,
            @Nullable Instant from,
            @Nullable Instant to) {
        Selection {
            reasons = Set.copyOf(reasons);
        }
    }

    /** Takes one row. */
    @FunctionalInterface
    interface Receiver {
        void row(Position position, byte @Nullable [] key, byte @Nullable [] value)
                throws IOException, InterruptedException;
    }

    /**
     * Gives the rows, one at a time; there may be more than memory holds.
     *
     * @return how many were left out, since their bytes were not kept
     */
    long forEach(Selection selection, Receiver receiver) throws IOException, InterruptedException {
        List<String> files = files();
        long notKept = 0;
        if (files.isEmpty()) {
            return notKept;
        }
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            try (ResultSet rows = statement.executeQuery(sql(files, selection))) {
                while (rows.next()) {
                    if (rows.getBoolean(6)) {
                        notKept++;
                        continue;
                    }
                    receiver.row(
                            new Position(rows.getString(1), rows.getInt(2), rows.getLong(3)),
                            rows.getBytes(4),
                            rows.getBytes(5));
                }
            }
            return notKept;
        } catch (SQLException e) {
            throw new IOException("the refused records in %s cannot be read: %s".formatted(lake, e.getMessage()), e);
        }
    }

    private static String sql(List<String> files, Selection selection) {
        String reasons = selection.reasons().stream()
                .map(reason -> quoted(reason.name()))
                .collect(Collectors.joining(", "));
        return """
                SELECT DISTINCT ON (kafka_topic, kafka_partition, kafka_offset)
                    kafka_topic, kafka_partition, kafka_offset, raw_key, raw_value,
                    raw_value IS NULL AND reason <> 'EMPTY_VALUE'
                FROM read_parquet([%s], union_by_name = true, hive_partitioning = false)
                WHERE reason IN (%s) AND %s AND %s
                ORDER BY kafka_topic, kafka_partition, kafka_offset""".formatted(
                        files.stream().map(RejectedRows::quoted).collect(Collectors.joining(", ")),
                        reasons,
                        bound(">=", selection.from()),
                        bound("<", selection.to()));
    }

    private static String bound(String comparison, @Nullable Instant time) {
        return time == null
                ? "true"
                : "ingestion_time %s TIMESTAMPTZ %s".formatted(comparison, quoted(time.toString()));
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private List<String> files() throws IOException {
        List<String> found = new ArrayList<>();
        for (String name : FOLDERS) {
            Path folder = lake.resolve(name);
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.map(Path::toString)
                            .filter(file -> file.endsWith(".parquet"))
                            .forEach(found::add);
                }
            }
        }
        return found;
    }
}
