package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.options.ByteSize;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.recompute.DatasetResult;
import io.openclickstream.quickstart.recompute.Recompute;
import io.openclickstream.quickstart.recompute.RecomputeSettings;
import io.openclickstream.quickstart.recompute.ServedReport;
import io.openclickstream.quickstart.recompute.ServedVerification;
import io.openclickstream.quickstart.recompute.Verification;
import io.openclickstream.quickstart.recompute.VerifyReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The equation on a platform that is running: for every kept epoch E, committed(E) is the lake up to E, and the lake is
 * what is computed again.
 *
 * @param folder for what is computed
 */
record ServedAgain(Platform platform, Path root, Path folder) {
    /** And a lake that was changed is told, with the row. Clicks must have stopped. */
    void assertIsTheLake() throws Exception {
        Path recomputed = folder.resolve("while-it-runs");
        var settings = new RecomputeSettings(
                root, platform.lakeFolder(), null, recomputed, 2, new ByteSize(1L << 30), Map.of());
        assertThat(new Recompute(settings, notice -> {}).run()).isZero();
        VerifyReport ofLake = new Verification(platform.lakeFolder(), recomputed, 5).run();
        assertThat(ofLake.isEqual()).as(String.join("\n", ofLake.lines())).isTrue();

        ServedReport report = compare(platform.lakeFolder(), recomputed);
        assertThat(report.isEqual()).as(String.join("\n", report.lines())).isTrue();
        assertThat(report.epochs()).isNotEmpty().allSatisfy(epoch -> {
            assertThat(epoch.isWhole()).isTrue();
            assertThat(epoch.datasets())
                    .filteredOn(dataset -> dataset.equal() > 0)
                    .extracting(DatasetResult::dataset)
                    .contains("ledger", "sessions", "metrics/page_metrics", "metrics/session_quality");
        });

        Path changed = folder.resolve("changed-while-it-runs");
        Path file = ComputedAgain.copyOfLake(platform.lakeFolder(), changed, "sessions");
        String rows = "read_parquet('%s', hive_partitioning = false)".formatted(file);
        String id = ComputedAgain.sql("SELECT session_id FROM %s ORDER BY end_time LIMIT 1".formatted(rows))
                .get(0);
        ComputedAgain.sql(
                "COPY (SELECT * REPLACE (CASE WHEN session_id = '%s' THEN clicks + 7 ELSE clicks END AS clicks) FROM %s) TO '%s'"
                        .formatted(id, rows, changed.resolve("sessions").resolve(file.getFileName())));
        Files.delete(file);
        ServedReport ofChanged = compare(changed, recomputed);
        assertThat(ofChanged.isEqual()).isFalse();
        assertThat(ofChanged.epochs()).isNotEmpty().allSatisfy(epoch -> assertThat(epoch.datasets())
                .filteredOn(dataset -> dataset.differences() > 0)
                .singleElement()
                .satisfies(dataset -> {
                    assertThat(dataset.dataset()).isEqualTo("sessions");
                    assertThat(dataset.different()).isEqualTo(1);
                    assertThat(dataset.first().get(0).key()).containsEntry("session_id", id);
                }));
        assertThat(ofChanged.lines()).anyMatch(line -> line.matches(" +clicks: lake [0-9]+, served [0-9]+"));
    }

    private ServedReport compare(Path lake, Path recomputed) throws Exception {
        return new ServedVerification(platform.addresses().flight(), null, null, lake, recomputed, 5).run();
    }
}
