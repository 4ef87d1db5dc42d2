package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.options.ByteSize;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.recompute.DatasetResult;
import io.openclickstream.quickstart.recompute.Recompute;
import io.openclickstream.quickstart.recompute.RecomputeSettings;
import io.openclickstream.quickstart.recompute.Verification;
import io.openclickstream.quickstart.recompute.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a stopped platform has stored, computed once more.
 *
 * @param folder for what is computed
 */
record ComputedAgain(Platform platform, Path root, Path folder) {

    /** From the lake and from Kafka; and a lake that was changed is told, with the row. */
    void assertIsTheSame(List<Input> refused) throws Exception {
        Path fromKafka = recompute(platform.lakeFolder(), platform.addresses().kafka(), folder.resolve("kafka"));
        VerifyReport ofKafka = new Verification(platform.lakeFolder(), fromKafka, 5).run();
        assertThat(ofKafka.isEqual()).as(String.join("\n", ofKafka.lines())).isTrue();
        assertThat(equalRows(ofKafka, "rejected"))
                .isEqualTo(refused.stream()
                        .filter(input -> input.refusedFor() != null
                                && !input.refusedFor().equals("BEHIND_WATERMARK"))
                        .count())
                .isPositive();

        Path fromLake = recompute(platform.lakeFolder(), null, folder.resolve("lake"));
        VerifyReport ofLake = new Verification(platform.lakeFolder(), fromLake, 5).run();
        assertThat(ofLake.isEqual()).as(String.join("\n", ofLake.lines())).isTrue();
        assertThat(ofLake.datasets())
                .extracting(DatasetResult::dataset)
                .contains("clicks", "sessions", "metrics/revenue");
        assertThat(ofLake.datasets())
                .filteredOn(dataset -> !dataset.dataset().equals("metrics/campaigns")) // no click has one
                .allMatch(dataset -> dataset.equal() > 0 && dataset.notFinal() == 0);

        Path changed = folder.resolve("changed");
        Path file = copyOfLake(platform.lakeFolder(), changed, "sessions");
        String rows = "read_parquet('%s', hive_partitioning = false)".formatted(file);
        String id = sql("SELECT min(session_id) FROM " + rows).get(0);
        sql(
                "COPY (SELECT * REPLACE (CASE WHEN session_id = '%s' THEN clicks + 7 ELSE clicks END AS clicks) FROM %s) TO '%s'"
                        .formatted(id, rows, changed.resolve("sessions/changed.parquet")));
        Files.delete(file);
        VerifyReport ofChanged = new Verification(changed, fromLake, 5).run();
        assertThat(ofChanged.isEqual()).isFalse();
        assertThat(ofChanged.datasets())
                .filteredOn(dataset -> dataset.differences() > 0)
                .singleElement()
                .satisfies(dataset -> {
                    assertThat(dataset.dataset()).isEqualTo("sessions");
                    assertThat(dataset.different()).isEqualTo(1);
                    assertThat(dataset.first()).singleElement().satisfies(row -> {
                        assertThat(row.key()).containsEntry("session_id", id);
                        assertThat(row.lake()).containsOnlyKeys("clicks");
                        assertThat(Long.parseLong(row.lake().get("clicks")))
                                .isEqualTo(Long.parseLong(row.recomputed().get("clicks")) + 7);
                    });
                });

        Path torn = folder.resolve("torn");
        Files.delete(copyOfLake(platform.lakeFolder(), torn, "clicks"));
        VerifyReport ofTorn = new Verification(torn, fromKafka, 5).run();
        assertThat(ofTorn.isEqual()).isFalse();
        assertThat(ofTorn.ledger())
                .isNotEmpty()
                .allMatch(line -> line.contains("accepted, the lake's dataset clicks holds"));
        assertThat(ofTorn.datasets())
                .filteredOn(dataset -> dataset.differences() > 0)
                .singleElement()
                .satisfies(dataset -> {
                    assertThat(dataset.dataset()).isEqualTo("clicks");
                    assertThat(dataset.onlyRecomputed()).isEqualTo(dataset.differences());
                });
    }

    private static long equalRows(VerifyReport report, String dataset) {
        return report.datasets().stream()
                .filter(each -> each.dataset().equals(dataset))
                .mapToLong(DatasetResult::equal)
                .sum();
    }

    private Path recompute(Path lake, @Nullable String kafka, Path target) throws Exception {
        var settings = new RecomputeSettings(root, lake, kafka, target, 2, new ByteSize(1L << 30), Map.of());
        assertThat(new Recompute(settings, notice -> {}).run()).isZero();
        return target;
    }

    /** Copies a lake, and returns one file of a dataset in the copy. */
    static Path copyOfLake(Path lake, Path copy, String dataset) throws IOException {
        List<Path> files;
        try (Stream<Path> walked = Files.walk(lake)) {
            files = walked.filter(file -> file.toString().endsWith(".parquet"))
                    .sorted()
                    .toList();
        }
        Path one = null;
        for (Path file : files) {
            Path target = copy.resolve(lake.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
            one = file.startsWith(lake.resolve(dataset)) ? target : one;
        }
        return one;
    }

    static List<String> sql(String sql) throws Exception {
        List<String> rows = new ArrayList<>();
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement()) {
            boolean hasRows = statement.execute(sql);
            try (var results = statement.getResultSet()) {
                while (hasRows && results.next()) {
                    rows.add(results.getString(1));
                }
            }
        }
        return rows;
    }
}
