package io.openclickstream.quickstart.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads the lake as files, with DuckDB.
 *
 * @param folder with a folder per dataset
 */
record LakeReader(Path folder) {
    /** One expression over every row of a dataset such as {@code metrics/revenue}, sorted as texts. */
    List<String> rows(String dataset, String expression) throws SQLException {
        return query("SELECT %s FROM %s".formatted(expression, files(dataset)));
    }

    /** All columns of every row of every dataset that tell what was found out, none that tell of the run. */
    Map<String, List<String>> allThatIsFinal() throws SQLException, IOException {
        Map<String, List<String>> rows = new TreeMap<>();
        rows.put("clicks", without("clicks", "ingestion_time"));
        rows.put("sessions", without("sessions", "ingestion_time, revision"));
        rows.put("rejected", without("rejected", "ingestion_time, detail"));
        for (String metric : metrics()) {
            rows.put(metric, without(metric, "ingestion_time"));
        }
        return rows;
    }

    private List<String> without(String dataset, String columns) throws SQLException {
        return query(
                "SELECT line::VARCHAR FROM (SELECT * EXCLUDE (%s) FROM %s) line".formatted(columns, files(dataset)));
    }

    private String files(String dataset) {
        return "read_parquet('%s/%s/**/*.parquet', hive_partitioning = false)".formatted(folder, dataset);
    }

    private List<String> metrics() throws IOException {
        try (Stream<Path> folders = Files.list(folder.resolve("metrics"))) {
            return folders.map(metric -> "metrics/" + metric.getFileName())
                    .sorted()
                    .toList();
        }
    }

    private static List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement();
                var results = statement.executeQuery(sql)) {
            while (results.next()) {
                rows.add(results.getString(1));
            }
        }
        return rows.stream().sorted().toList();
    }
}
