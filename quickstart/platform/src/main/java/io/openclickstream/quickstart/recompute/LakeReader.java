package io.openclickstream.quickstart.recompute;

import io.openclickstream.schemas.lake.BackfillLineage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks questions about Parquet files of a lake, which DuckDB answers. Times are shown in UTC. */
final class LakeReader implements AutoCloseable {
    private final Connection duckdb;

    private final @Nullable Path lakeOfBackfill;
    private final String lineageOfBackfill;

    private LakeReader(Connection duckdb, @Nullable Path lakeOfBackfill, String lineageOfBackfill) {
        this.duckdb = duckdb;
        this.lakeOfBackfill = lakeOfBackfill;
        this.lineageOfBackfill = lineageOfBackfill;
    }

    /** For what jobs have written. */
    static LakeReader open() throws IOException {
        return open(null, "");
    }

    /**
     * For the rows of one part of a lake.
     *
     * @param backfill its name; null for what the job has written
     */
    static LakeReader of(Path lake, @Nullable String backfill) throws IOException {
        return backfill == null ? open() : open(lake, BackfillLineage.of(backfill));
    }

    private static LakeReader open(@Nullable Path lakeOfBackfill, String lineageOfBackfill) throws IOException {
        try {
            LakeReader reader =
                    new LakeReader(DriverManager.getConnection("jdbc:duckdb:"), lakeOfBackfill, lineageOfBackfill);
            reader.run("SET TimeZone = 'UTC'");
            return reader;
        } catch (SQLException e) {
            throw new IOException("DuckDB does not start: " + e.getMessage(), e);
        }
    }

    /** Whether a dataset has any file. */
    static boolean has(Path lake, String dataset) throws IOException {
        return !places(lake, dataset).isEmpty();
    }

    /** A column that every {@link #table} has besides its own: the path of the row's file. */
    static final String FILE = "filename";

    /**
     * A dataset as SQL can name it after FROM, with {@link #FILE}; it must have a file. Of the lake are these the rows that
     * the reader was opened for. Those of a backfill were computed apart from the job's, and sessions are cut where both
     * meet.
     */
    String table(Path lake, String dataset) throws IOException {
        String condition = lake.equals(lakeOfBackfill)
                ? "contains(%s, %s)".formatted(FILE, text("-" + lineageOfBackfill + "-"))
                : "NOT regexp_matches(%s, %s)".formatted(FILE, text(BackfillLineage.IN_FILE_NAME));
        return "(SELECT * FROM %s WHERE %s)".formatted(withBackfills(lake, dataset), condition);
    }

    /** A dataset with all rows that are there, whose ever. */
    static String withBackfills(Path lake, String dataset) throws IOException {
        String files = places(lake, dataset).stream()
                .map(folder -> text(folder.resolve("**").resolve("*.parquet").toString()))
                .collect(Collectors.joining(", "));
        return "read_parquet([%s], union_by_name = true, hive_partitioning = false, filename = true)".formatted(files);
    }

    /** Where the files are: those of the job, and for hours that only maintenance has kept, the compacted ones. */
    private static List<Path> places(Path lake, String dataset) throws IOException {
        List<Path> places = new ArrayList<>();
        Path own = lake.resolve(dataset);
        if (hasParquet(own)) {
            places.add(own);
        }
        Path compacted = lake.resolve("iceberg/clickstream")
                .resolve(String.valueOf(own.getFileName()))
                .resolve("data");
        if (Files.isDirectory(compacted)) {
            try (Stream<Path> hours = Files.list(compacted)) {
                for (Path hour : hours.sorted().toList()) {
                    if (hasParquet(hour) && !hasParquet(own.resolve(String.valueOf(hour.getFileName())))) {
                        places.add(hour);
                    }
                }
            }
        }
        return places;
    }

    private static boolean hasParquet(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".parquet"));
        }
    }

    /** A text as SQL writes it. */
    static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    /** A name as SQL writes it. */
    static String name(String column) {
        return '"' + column.replace("\"", "\"\"") + '"';
    }

    /** The columns of a query and their types, in order. */
    Map<String, String> columns(String query) throws IOException {
        Map<String, String> columns = new LinkedHashMap<>();
        for (List<@Nullable String> column : rows("DESCRIBE " + query)) {
            columns.put(String.valueOf(column.get(0)), String.valueOf(column.get(1)));
        }
        return columns;
    }

    void run(String sql) throws IOException {
        try (Statement statement = duckdb.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    /** All rows of a query, every value as text. */
    List<List<@Nullable String>> rows(String sql) throws IOException {
        try (Statement statement = duckdb.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            int columns = results.getMetaData().getColumnCount();
            List<List<@Nullable String>> rows = new ArrayList<>();
            while (results.next()) {
                List<@Nullable String> row = new ArrayList<>(columns);
                for (int i = 1; i <= columns; i++) {
                    row.add(results.getString(i));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    /** The only value of a query that always has one row. */
    long number(String sql) throws IOException {
        return Long.parseLong(String.valueOf(rows(sql).get(0).get(0)));
    }

    @Override
    public void close() throws IOException {
        try {
            duckdb.close();
        } catch (SQLException e) {
            throw new IOException("DuckDB does not end: " + e.getMessage(), e);
        }
    }

    private static IOException failed(String sql, SQLException e) {
        return new IOException("DuckDB cannot answer %s: %s".formatted(sql, e.getMessage()), e);
    }
}
