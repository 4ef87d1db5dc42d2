package io.openclickstream.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a border may lie. */
class BackfillRunTest {
    private static final String METRIC = """
            SELECT site_id, COUNT(*) AS clicks
            FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '%s' MINUTE))
            GROUP BY window_start, window_end, site_id
            """;

    @Test
    void midnightCutsNoWindowOfTheShippedMetricsAndNoonThoseOfADay() throws Exception {
        PipelineOptions options = PipelineOptions.PROGRAM.read(List.of(), Map.of());
        assertThat(BackfillRun.windowsCutBy(options, Instant.parse("2026-03-10T00:00:00Z")))
                .isEmpty();
        assertThat(BackfillRun.windowsCutBy(options, Instant.parse("2026-03-10T12:00:00Z")))
                .singleElement()
                .asString()
                .contains("active_users_daily", "Give 2026-03-10T00:00:00Z, or 2026-03-11T00:00:00Z");
    }

    @Test
    void theWindowsThatCountAreThoseOfTheCatalog(@TempDir Path catalog) throws Exception {
        Files.writeString(catalog.resolve("quarters.sql"), METRIC.formatted("15"));
        Files.writeString(catalog.resolve("sevens.sql"), METRIC.formatted("7"));
        PipelineOptions options = PipelineOptions.PROGRAM.read(List.of("--metrics.catalog=" + catalog), Map.of());
        assertThat(BackfillRun.windowsCutBy(options, Instant.parse("1970-01-01T01:45:00Z")))
                .isEmpty();
        assertThat(BackfillRun.windowsCutBy(options, Instant.parse("1970-01-01T02:00:00Z")))
                .singleElement()
                .asString()
                .contains("sevens");
        assertThat(BackfillRun.windowsCutBy(options, Instant.parse("1969-12-31T23:52:00Z")))
                .as("before 1970")
                .hasSize(2);
    }
}
