package io.openclickstream.load.parquet;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Compares what two Parquet files say, read by DuckDB, which shares no code with who wrote them. */
final class SameRows {
    private SameRows() {}

    /**
     * Whether both hold the same rows, with the same columns of the same types; their order does not count.
     *
     * @throws IOException when one cannot be read
     */
    static boolean in(Path one, Path other) throws IOException {
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            return columns(statement, one).equals(columns(statement, other))
                    && number(statement, "SELECT count(*) FROM '%s'".formatted(quoted(one)))
                            == number(statement, "SELECT count(*) FROM '%s'".formatted(quoted(other)))
                    && number(
                                    statement,
                                    "SELECT count(*) FROM %s AS one POSITIONAL JOIN %s AS other WHERE one IS DISTINCT FROM other"
                                            .formatted(ordered(one), ordered(other)))
                            == 0;
        } catch (SQLException e) {
            throw new IOException("Cannot compare the rows of %s and %s.".formatted(one, other), e);
        }
    }

    private static String ordered(Path file) {
        return "(SELECT * FROM '%s' ORDER BY kafka_partition, kafka_offset)".formatted(quoted(file));
    }

    private static String columns(Statement statement, Path file) throws SQLException {
        StringBuilder columns = new StringBuilder();
        try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM '%s'".formatted(quoted(file)))) {
            while (described.next()) {
                columns.append(described.getString(1))
                        .append(' ')
                        .append(described.getString(2))
                        .append('\n');
            }
        }
        return columns.toString();
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    private static String quoted(Path file) {
        return file.toAbsolutePath().toString().replace("'", "''");
    }
}
