package io.openclickstream.quickstart.endtoend;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What engines are asked of every dataset of a lake, with the answers as DuckDB counts them in the files on disk.
 *
 * @param ofDatasets per folder of files, such as {@code sessions} and {@code metrics/revenue}
 */
record LakeQuestions(Map<String, Question> ofDatasets) {

    /**
     * The questions of one dataset.
     *
     * @param since a moment of ingestion in microseconds, in the middle of what is there
     * @param column a text column
     * @param value one of its texts
     */
    record Question(long since, String column, String value, Answer answer) {}

    /**
     * Rows that are counted.
     *
     * @param rows all
     * @param since ingested since the moment
     * @param with those with the text
     */
    record Answer(long rows, long since, long with) {}

    /** Asks every dataset that has a file; each must have a row and a text. */
    static LakeQuestions of(Path lake) throws IOException, SQLException {
        Map<String, Question> questions = new TreeMap<>();
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            for (String dataset : datasets(lake)) {
                questions.put(dataset, question(lake, dataset, statement));
            }
        }
        return new LakeQuestions(questions);
    }

    private static Iterable<String> datasets(Path lake) throws IOException {
        try (Stream<Path> files = Files.walk(lake)) {
            return files.filter(file -> file.toString().endsWith(".parquet"))
                    .map(file -> lake.relativize(file.getParent().getParent()).toString())
                    .distinct()
                    .sorted()
                    .toList();
        }
    }

    private static Question question(Path lake, String dataset, Statement statement) throws SQLException {
        String files = "read_parquet('%s/%s/**/*.parquet', hive_partitioning = false)".formatted(lake, dataset);
        String column;
        try (ResultSet columns = statement.executeQuery(
                "SELECT column_name FROM (DESCRIBE SELECT * FROM %s) WHERE column_type = 'VARCHAR'".formatted(files))) {
            columns.next();
            column = columns.getString(1);
        }
        try (ResultSet answer = statement.executeQuery("""
                WITH files AS (FROM %1$s),
                     asked AS (SELECT epoch_us(quantile_disc(ingestion_time, 0.5)) AS since,
                                      quantile_disc(%2$s, 0.5) AS value FROM files)
                SELECT since, value, count(*), count(*) FILTER (epoch_us(ingestion_time) >= since),
                       count(*) FILTER (%2$s = value)
                FROM files, asked GROUP BY since, value
                """.formatted(files, column))) {
            answer.next();
            return new Question(
                    answer.getLong(1),
                    column,
                    answer.getString(2),
                    new Answer(answer.getLong(3), answer.getLong(4), answer.getLong(5)));
        }
    }

    /** How many rows there are of a dataset; 0 when there is none. */
    long rows(String dataset) {
        Question question = ofDatasets.get(dataset);
        return question == null ? 0 : question.answer().rows();
    }

    /** Writes them for the script that asks. */
    void write(Path file) throws IOException {
        Files.write(file, new JsonMapper().writeValueAsBytes(ofDatasets));
    }
}
