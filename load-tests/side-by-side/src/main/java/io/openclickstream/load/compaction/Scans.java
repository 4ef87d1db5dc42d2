package io.openclickstream.load.compaction;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/** Reads files of clicks with DuckDB, which shares no code with who wrote them. */
final class Scans implements AutoCloseable {
    private final Connection duckdb;

    Scans() throws SQLException {
        duckdb = DriverManager.getConnection("jdbc:duckdb:");
    }

    /**
     * One answer.
     *
     * @param state which files were read
     * @param seconds until the last row was there
     * @param rows of the answer
     * @param answer a digest of all its values
     */
    record Scan(String state, Question question, double seconds, long rows, String answer) {}

    /** Asks once. */
    Scan ask(LakeState state, Question question, String user) throws SQLException {
        String sql = question.sql(from(state), user);
        long began = System.nanoTime();
        long rows = 0;
        long digest = 1;
        try (Statement statement = duckdb.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                rows++;
                for (int column = 1; column <= columns; column++) {
                    digest = 31 * digest
                            + String.valueOf(result.getObject(column)).hashCode();
                }
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Scan(state.name(), question, seconds, rows, Long.toHexString(digest));
    }

    /** How many rows there are, and a digest of every value of every row, whatever their order. */
    String checksum(LakeState state) throws SQLException {
        return text("SELECT concat(count(*), ' rows, ', sum(hash(click)::HUGEINT)) FROM %s AS click"
                .formatted(from(state)));
    }

    /** The user with the hundredth most clicks: neither a robot nor a passer-by. */
    String user(LakeState state) throws SQLException {
        return text(("SELECT user_id FROM (SELECT user_id, count(*) AS clicks FROM %s GROUP BY user_id"
                        + " ORDER BY clicks DESC, user_id LIMIT 100) ORDER BY clicks, user_id DESC LIMIT 1")
                .formatted(from(state)));
    }

    private String text(String sql) throws SQLException {
        try (Statement statement = duckdb.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private static String from(LakeState state) {
        List<String> files = state.files();
        return files.stream()
                .map(file -> "'" + file.replace("'", "''") + "'")
                .collect(Collectors.joining(", ", "read_parquet([", "], hive_partitioning = false)"));
    }

    @Override
    public void close() throws SQLException {
        duckdb.close();
    }
}
