package io.openclickstream.maintenance;

import static io.openclickstream.maintenance.TestLake.CLICKS;
import static io.openclickstream.maintenance.TestLake.LINEAGE;
import static io.openclickstream.maintenance.TestLake.SESSIONS;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.lake.HistoryPlan;
import io.openclickstream.lake.LakeHistory;
import io.openclickstream.lake.LakeHistory.Served;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of the lake as of an epoch, from lakes with and without a catalog of their own. */
class HistoryRowsTest {
    private static final int EPOCHS = 4;

    @TempDir
    Path folder;

    private TestLake lake(String catalog) throws Exception {
        String place = catalog.equals(LakeSettings.EMBEDDED) ? catalog : catalog + folder.resolve("catalog.db");
        TestLake lake = new TestLake(
                new LakeSettings("file:" + folder.resolve("lake"), place, Map.of(), S3Access.DEFAULT),
                folder.resolve("local"),
                CLICKS,
                SESSIONS);
        long hour = lake.hoursAgo(4);
        for (int epoch = 1; epoch <= EPOCHS; epoch++) {
            lake.commit(epoch, hour, SESSIONS, lake.session("ada", hour, 10 * epoch), lake.session("bob", hour, epoch));
        }
        return lake;
    }

    private static List<Record> read(TestLake lake, @Nullable Instant from, @Nullable Instant before, long epoch)
            throws Exception {
        LakeHistory history = new LakeHistory(lake.catalog);
        HistoryPlan plan = history.plan("sessions", new Served(LINEAGE, List.of(epoch)), from, before, null);
        List<Record> rows = new ArrayList<>();
        try (CloseableIterable<Record> all = HistoryRows.of(lake.catalog, plan)) {
            all.forEach(row -> rows.add(row.copy()));
        }
        assertThat(history.holds(plan)).isTrue();
        return rows;
    }

    private static List<String> ids(List<Record> rows) {
        return rows.stream().map(row -> (String) row.getField("session_id")).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {LakeSettings.EMBEDDED, "jdbc:sqlite:"})
    void rowsUpToTheEpochAndNoOthers(String catalog) throws Exception {
        try (TestLake lake = lake(catalog)) {
            assertThat(ids(read(lake, null, null, 2)))
                    .containsExactlyInAnyOrder("session-ada-10", "session-bob-1", "session-ada-20", "session-bob-2");
            List<Record> all = read(lake, null, null, EPOCHS);
            assertThat(all).hasSize(2 * EPOCHS);
            assertThat(all.get(0).getField("revenue"))
                    .isEqualTo(Map.of("EUR", new BigDecimal("12345678901234567890123456789.123456789")));
        }
    }

    /** Compacted files have rows of many times in one row group. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSpanIsKeptToTheRow(boolean isCompacted) throws Exception {
        try (TestLake lake = lake(LakeSettings.EMBEDDED)) {
            if (isCompacted) {
                var care = new Care(
                        1 << 20, Duration.ofHours(1), 9, Duration.ofHours(2), Duration.ofDays(7), Duration.ofDays(3));
                new Maintenance(lake.catalog, care, line -> {}).run(lake.start);
                assertThat(lake.locations(SESSIONS)).hasSize(1);
            }
            Instant hour = Instant.EPOCH.plus(lake.hoursAgo(4), ChronoUnit.HOURS);
            Instant from = hour.plusSeconds(4);
            Instant before = hour.plusSeconds(30);
            assertThat(ids(read(lake, from, before, EPOCHS)))
                    .containsExactlyInAnyOrder("session-bob-4", "session-ada-10", "session-ada-20");
            assertThat(ids(read(lake, before, null, EPOCHS)))
                    .containsExactlyInAnyOrder("session-ada-30", "session-ada-40");
        }
    }
}
