package io.openclickstream.pipeline.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.TestCluster;
import io.openclickstream.pipeline.release.GoldenBytes.Role;
import io.openclickstream.schemas.RegisteredState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes the folder of a new release, once, with the code at hand. Not part of a build; see CONTRIBUTING.md for the
 * command.
 */
@EnabledIfSystemProperty(named = MakeReleaseSample.VERSION, matches = ".+")
class MakeReleaseSample {
    static final String VERSION = "release.sample";

    /** Measures of every form, over clicks and over sessions. */
    private static final Map<String, String> METRICS = Map.of("sample_pages.sql", """
            -- A measure of every form over clicks, for the sample of a release.
            SELECT
              site_id,
              COALESCE(page, '(none)') AS page,
              COUNT(*) AS clicks,
              SUM(amount) AS revenue,
              SUM(amount) FILTER (WHERE currency = 'XXX') AS nothing,
              MIN(CAST(amount AS DOUBLE)) AS least,
              MIN(event_id) AS first_id,
              MAX(event_time) AS latest,
              APPROX_COUNT_DISTINCT(user_id) AS users
            FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '10' MINUTE))
            GROUP BY window_start, window_end, site_id, COALESCE(page, '(none)')
            """, "sample_visits.sql", """
            -- Whole numbers, doubles and quantiles over sessions, for the sample of a release.
            SELECT
              site_id,
              COUNT(*) AS sessions,
              SUM(duration_ms) AS duration_ms,
              MAX(CAST(clicks AS DOUBLE)) AS most_clicks,
              APPROX_QUANTILE(duration_ms, 0.5) AS median_duration_ms
            FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(end_time), INTERVAL '10' MINUTE))
            GROUP BY window_start, window_end, site_id
            """);

    @RegisterExtension
    static final MiniClusterExtension FLINK = TestCluster.withSlots(4);

    @TempDir
    Path folder;

    @Test
    void make() throws Exception {
        Release release = Release.of(System.getProperty(VERSION));
        assertThat(release.folder())
                .as(
                        "A release is made once and never changed. Take the next version, or, if this one was never published, delete its folder first.")
                .doesNotExist();
        Path made = Files.createDirectory(folder.resolve(release.version()));
        write(new Release(made));
        copy(made, release.folder());
    }

    private void write(Release made) throws Exception {
        Files.write(
                made.folder().resolve("states.tsv"),
                CurrentStates.describe(made.version()).lines());
        Files.write(made.folder().resolve("golden.tsv"), golden());
        Files.createDirectory(made.metrics());
        for (Map.Entry<String, String> metric : METRICS.entrySet()) {
            Files.writeString(made.metrics().resolve(metric.getKey()), metric.getValue());
        }
        Files.write(made.recordsAfter(), SampleRecords.after());

        SampleRun run = new SampleRun("hashmap", 2, made.metrics());
        SampleRun.Stopped stopped = run.untilStopped(SampleRecords.before(), folder.resolve("savepoints"));
        copy(stopped.savepoint(), made.savepoint());
        List<String> story = new ArrayList<>(SampleRecords.before());
        story.addAll(SampleRecords.after());
        // What an uninterrupted run makes, less what was final before the savepoint.
        // One subtask: with more, the late click could come before the watermark.
        List<String> rows = new ArrayList<>(new SampleRun("hashmap", 1, made.metrics()).toTheEnd(null, story));
        rows.removeIf(row -> !row.startsWith("lineage of ") && stopped.rows().contains(row));
        Files.write(made.rowsAfter(), rows);
        assertThat(run.toTheEnd(made.savepoint(), SampleRecords.after()))
                .as("the restored run and the uninterrupted one")
                .isEqualTo(rows);
    }

    private static List<String> golden() throws Exception {
        List<String> lines = new ArrayList<>();
        lines.add("# state, role, serializer as in a savepoint, bytes, key group, what they say");
        for (RegisteredState state : RegisteredState.values()) {
            for (Object key : GoldenEntries.keys(state)) {
                lines.add(GoldenBytes.write(state, Role.KEY, key).line());
            }
            for (Object value : GoldenEntries.values(state)) {
                lines.add(GoldenBytes.write(state, Role.VALUE, value).line());
            }
        }
        return lines;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }
}
