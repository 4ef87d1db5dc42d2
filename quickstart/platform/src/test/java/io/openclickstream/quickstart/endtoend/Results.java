package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.Platform;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;

/** What a platform has stored and shows, once everything is final. */
final class Results {
    private static final String[] LEDGER_COLUMNS = {
        "topic",
        "partition",
        "epoch",
        "from_offset",
        "next_offset",
        "received",
        "accepted",
        "duplicate",
        "late",
        "malformed",
        "future",
        "filtered",
        "is_drained"
    };

    private final LakeReader lake;
    private final LiveReader live;

    Results(Platform platform) {
        lake = new LakeReader(platform.lakeFolder());
        live = new LiveReader(platform.addresses().flight());
    }

    /** Every number of the lake and of the live tables is the oracle's. */
    void assertEqual(Oracle oracle) throws Exception {
        // Flink says that the job has stopped as soon as the savepoint is there; the last files appear a moment later.
        await().atMost(RunProgress.PATIENCE).untilAsserted(() -> assertLakeIsRight(oracle));
        assertLiveTablesAreRight(oracle);
    }

    private void assertLakeIsRight(Oracle oracle) throws SQLException {
        assertThat(lake.rows("clicks", "event_id")).isEqualTo(oracle.eventIds());
        assertThat(
                        lake.rows(
                                "sessions",
                                "concat_ws('|', site_id, user_id, epoch_ms(start_time), epoch_ms(end_time), clicks, pages, revenue, entry_page, exit_page)"))
                .isEqualTo(oracle.sessions());
        assertThat(lake.rows("sessions", "session_id")).doesNotHaveDuplicates();
        assertThat(lake.rows(
                        "metrics/page_metrics", "concat_ws('|', site_id, page, epoch_ms(window_start), clicks, users)"))
                .isEqualTo(oracle.pageMetrics());
        assertThat(lake.rows(
                        "metrics/revenue", "concat_ws('|', site_id, currency, epoch_ms(window_start), revenue, users)"))
                .isEqualTo(oracle.revenueMetrics());
        assertThat(lake.rows(
                        "metrics/session_quality",
                        "concat_ws('|', site_id, epoch_ms(window_start), sessions, bounces, clicks, duration_ms)"))
                .isEqualTo(oracle.sessionQuality());
    }

    private void assertLiveTablesAreRight(Oracle oracle) throws Exception {
        List<Map<String, Object>> sessions = live.rows("sessions");
        assertThat(sessions).extracting(row -> row.get("is_final")).containsOnly(true);
        assertThat(lines(
                        sessions,
                        "site_id",
                        "user_id",
                        "start_time",
                        "end_time",
                        "clicks",
                        "pages",
                        "revenue",
                        "entry_page",
                        "exit_page"))
                .isEqualTo(oracle.sessions());
        assertThat(lines(sessions, "session_id")).isEqualTo(lake.rows("sessions", "session_id"));
        assertLiveMetric("page_metrics", oracle.pageMetrics(), "site_id", "page", "window_start", "clicks", "users");
        assertLiveMetric("revenue", oracle.revenueMetrics(), "site_id", "currency", "window_start", "revenue", "users");
        assertLiveMetric(
                "session_quality",
                oracle.sessionQuality(),
                "site_id",
                "window_start",
                "sessions",
                "bounces",
                "clicks",
                "duration_ms");
    }

    /**
     * The equation for the ledger while the job runs: its rows that the Flight server has committed are those of the lake
     * up to the same epoch, whatever has been killed before.
     */
    void assertCommittedLedgerIsTheLakes() throws Exception {
        LiveReader.View committed = live.committed("ledger");
        assertThat(committed.epoch()).isPositive();
        List<String> expected = lines(committed.rows(), LEDGER_COLUMNS);
        await().atMost(RunProgress.PATIENCE)
                .untilAsserted(() -> assertThat(lakeLedger(committed.epoch())).isEqualTo(expected));
    }

    /** The equation at the end of the job, for all tables. */
    void assertCommittedTablesAreTheLakes() throws Exception {
        List<String> all = lakeLedger(Long.MAX_VALUE);
        // Flink says that the job has stopped as soon as the savepoint is there; then it tells the committers.
        await().atMost(RunProgress.PATIENCE)
                .untilAsserted(() -> assertThat(lines(live.committed("ledger").rows(), LEDGER_COLUMNS))
                        .isEqualTo(all));
        LiveReader.View ledger = live.committed("ledger");
        assertCommitted(
                "sessions",
                ledger.epoch(),
                "concat_ws('|', session_id, site_id, user_id, epoch_ms(start_time), epoch_ms(end_time), clicks, pages, orders, "
                        + "revenue, is_bounce, close_reason, revision)",
                "session_id",
                "site_id",
                "user_id",
                "start_time",
                "end_time",
                "clicks",
                "pages",
                "orders",
                "revenue",
                "is_bounce",
                "close_reason",
                "revision");
        assertCommitted(
                "page_metrics",
                ledger.epoch(),
                "concat_ws('|', site_id, page, epoch_ms(window_start), clicks, users)",
                "site_id",
                "page",
                "window_start",
                "clicks",
                "users");
        assertCommitted(
                "revenue",
                ledger.epoch(),
                "concat_ws('|', site_id, currency, epoch_ms(window_start), revenue, users)",
                "site_id",
                "currency",
                "window_start",
                "revenue",
                "users");
    }

    private void assertCommitted(String table, long epoch, String lakeExpression, String... columns) throws Exception {
        LiveReader.View committed = live.committed(table);
        assertThat(committed.epoch()).as("all tables flip together").isEqualTo(epoch);
        assertThat(committed.rows()).extracting(row -> row.get("is_final")).containsOnly(true);
        String dataset = table.equals("sessions") ? table : "metrics/" + table;
        assertThat(lines(committed.rows(), columns)).isEqualTo(lake.rows(dataset, lakeExpression));
    }

    private List<String> lakeLedger(long upToEpoch) throws SQLException {
        return lake
                .rows(
                        "ledger",
                        "CASE WHEN epoch <= %d THEN concat_ws('|', kafka_topic, kafka_partition, epoch, from_offset, to_offset, "
                                        .formatted(upToEpoch)
                                + "received, accepted, duplicate, late, malformed, future, filtered, is_drained) ELSE 'later' END")
                .stream()
                .filter(row -> !row.equals("later"))
                .toList();
    }

    private void assertLiveMetric(String table, List<String> expected, String... columns) throws Exception {
        List<Map<String, Object>> rows = live.rows(table);
        assertThat(rows).extracting(row -> row.get("is_final")).containsOnly(true);
        assertThat(lines(rows, columns)).isEqualTo(expected);
    }

    /** Every epoch's step balances, and the steps of a partition follow each other without a gap. */
    void assertLedgerIsRight(Ledger totals) throws SQLException {
        assertThat(
                        lake.rows(
                                "ledger",
                                "(received = accepted + duplicate + late + malformed + future + filtered AND received = to_offset - from_offset"
                                        + " AND from_offset = coalesce(lag(to_offset) OVER (PARTITION BY kafka_partition ORDER BY epoch), 0))::VARCHAR"))
                .isNotEmpty()
                .containsOnly("true");
        assertThat(
                        lake.rows(
                                "ledger",
                                "concat_ws('|', sum(received), sum(accepted), sum(duplicate), sum(late), sum(malformed), sum(future))"))
                .containsExactly("%d|%d|%d|%d|%d|%d"
                        .formatted(
                                totals.received(),
                                totals.accepted(),
                                totals.duplicate(),
                                totals.late(),
                                totals.malformed(),
                                totals.future()));
    }

    /**
     * What had to be refused was, for its reason and with its bytes, and nothing else was.
     *
     * @param positions where each input stands in Kafka
     */
    void assertRejectedKeepEverything(List<Input> inputs, List<RecordMetadata> positions) throws SQLException {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            if (input.refusedFor() != null) {
                RecordMetadata position = positions.get(i);
                expected.add(String.join(
                        "|",
                        input.refusedFor(),
                        position.topic(),
                        Integer.toString(position.partition()),
                        Long.toString(position.offset()),
                        HexFormat.of().withUpperCase().formatHex(input.key()),
                        input.value() == null
                                ? "none"
                                : HexFormat.of().withUpperCase().formatHex(input.value())));
            }
        }
        assertThat(
                        lake.rows(
                                "rejected",
                                "concat_ws('|', reason, kafka_topic, kafka_partition, kafka_offset, hex(raw_key), coalesce(hex(raw_value), 'none'))"))
                .isEqualTo(expected.stream().sorted().toList());
    }

    private static List<String> lines(List<Map<String, Object>> rows, String... columns) {
        return rows.stream()
                .map(row -> String.join(
                        "|",
                        Arrays.stream(columns)
                                .map(column -> text(row.get(column)))
                                .toList()))
                .sorted()
                .toList();
    }

    private static String text(Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        String text = String.valueOf(value);
        // The live table's JSON, as DuckDB writes the lake's map.
        return text.startsWith("{")
                ? text.replace("\":\"", "=").replace("\",\"", ", ").replace("\"", "")
                : text;
    }
}
