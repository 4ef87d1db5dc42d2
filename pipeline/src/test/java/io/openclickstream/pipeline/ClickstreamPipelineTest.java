package io.openclickstream.pipeline;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.lake.EpochMark;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.erasure.TestErasures;
import io.openclickstream.pipeline.sink.lake.LakeTarget;
import io.openclickstream.pipeline.sink.live.KeepingFlightServer;
import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.pipeline.source.WireType;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.live.EpochCommit;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The topology on a real Flink cluster, from decoded records to Parquet files and a Flight server. */
class ClickstreamPipelineTest {
    @RegisterExtension
    static final MiniClusterExtension FLINK = TestCluster.withSlots(4);

    @TempDir
    Path lake;

    @ParameterizedTest
    @CsvSource({"hashmap, 1", "hashmap, 3", "rocksdb, 2"})
    void clicksBecomeSessionsMetricsAndRejectedRecords(String backend, int parallelism) throws Exception {
        try (KeepingFlightServer flight = new KeepingFlightServer()) {
            run(backend, parallelism, flight, ErasureList.NONE);

            assertThat(mark("sessions").erasuresApplied())
                    .as("nobody was erased")
                    .hasValue(0);
            assertThat(lake("clicks", "event_id")).containsExactly("a1", "a2", "a3", "b1");
            assertThat(lake("sessions", "concat_ws('|', user_id, clicks, duration_ms, revenue, close_reason)"))
                    .containsExactly("ada|1|0|{}|GAP", "ada|2|60000|{EUR=12.500000000}|GAP", "bob|1|0|{}|GAP");
            assertThat(lake("metrics/page_metrics", "page || '|' || clicks || '|' || views || '|' || users"))
                    .containsExactly("/cart|2|2|2", "/home|1|1|1", "/home|1|1|1");
            assertThat(lake("metrics/revenue", "currency || '|' || revenue || '|' || orders"))
                    .containsExactly("EUR|12.500000000|0");
            assertThat(lake(
                            "metrics/session_quality",
                            "sessions || '|' || bounces || '|' || clicks || '|' || duration_ms"))
                    .containsExactly("1|1|1|0", "2|1|3|60000");
            assertThat(lake("rejected", "reason")).containsExactly("NOT_JSON");

            assertThat(sums(last(flight, "ledger"))).containsExactly(6, 4, 1, 0, 1, 0, 0);
            assertThat(lake(
                            "ledger",
                            "(received = accepted + duplicate + late + malformed + future + filtered)::VARCHAR"
                                    + " || ((received > 0) = (to_offset > from_offset))::VARCHAR"))
                    .isNotEmpty()
                    .containsOnly("truetrue");
            assertThat(last(flight, "sessions"))
                    .hasSize(3)
                    .allMatch(row -> row.contains("|true|") && row.endsWith("|0"));
            for (String table : List.of("sessions", "page_metrics", "ledger")) {
                assertThat(flight.commits().get(flight.commits().size() - 1).lanes().stream()
                                .filter(lane -> lane.table().equals(table))
                                .mapToLong(EpochCommit.Lane::batches)
                                .sum())
                        .as("batches of %s in the last commit", table)
                        .isEqualTo(flight.puts().stream()
                                .filter(put -> put.header().table().equals(table))
                                .count());
            }
            assertThat(last(flight, "page_metrics")).hasSize(3).allMatch(row -> row.endsWith("|true|0"));
        }
    }

    @ParameterizedTest
    @CsvSource({"hashmap, 1", "rocksdb, 2"})
    void erasedPersonIsInNoFileAndTheLedgerAddsUp(String backend, int parallelism) throws Exception {
        var erasures = new TestErasures(lake);
        erasures.add("shop", "ada");
        try (KeepingFlightServer flight = new KeepingFlightServer()) {
            run(backend, parallelism, flight, erasures.list(Duration.ofSeconds(1)));

            assertThat(mark("clicks").erasuresApplied()).hasValue(1);
            assertThat(lake("clicks", "user_id")).containsExactly("bob");
            assertThat(lake("sessions", "user_id")).containsExactly("bob");
            assertThat(lake("rejected", "concat_ws('|', outcome, reason, raw_key IS NULL AND raw_value IS NULL)"))
                    .containsExactly(
                            "FILTERED|ERASED_PERSON|true",
                            "FILTERED|ERASED_PERSON|true",
                            "FILTERED|ERASED_PERSON|true",
                            "FILTERED|ERASED_PERSON|true",
                            "MALFORMED|NOT_JSON|false");
            assertThat(lake("rejected", "detail")).noneMatch(detail -> detail.contains("ada"));
            assertThat(lake(
                            "ledger",
                            "concat_ws('|', received, accepted + duplicate + late + malformed + future, filtered)"))
                    .contains("6|2|4");
            assertThat(sums(last(flight, "ledger"))).containsExactly(6, 1, 0, 0, 1, 0, 4);
            assertThat(flight.puts().stream().flatMap(put -> put.rows().stream()))
                    .isNotEmpty()
                    .noneMatch(row -> row.contains("|ada|"));
        }
    }

    private void run(String backend, int parallelism, KeepingFlightServer flight, ErasureList erasures)
            throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        ClickstreamJob.configure(env);
        env.configure(new Configuration()
                .set(RestartStrategyOptions.RESTART_STRATEGY, "none")
                .set(StateBackendOptions.STATE_BACKEND, backend)
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200)));
        env.setParallelism(parallelism);
        var records = env.fromData(records(), WireType.SOURCE_RECORD)
                .uid("records")
                .assignTimestampsAndWatermarks(WatermarkStrategy.<SourceRecord>forMonotonousTimestamps()
                        .withTimestampAssigner((record, timestamp) -> record.click() == null
                                ? 0
                                : record.click().click().eventTimeMillis()))
                .uid("watermarks");
        var live = new LivePushOperator.Settings(
                flight.uri(), new UUID(1, 2).toString(), Duration.ofSeconds(1), 100, Duration.ofSeconds(30), 64 << 20);
        ClickstreamResults results = new ClickstreamPipeline(
                        new SessionRules(Duration.ofMinutes(30), Duration.ofMinutes(5), Duration.ofHours(1)),
                        MetricFiles.read(null),
                        live.flushInterval(),
                        true,
                        null,
                        erasures)
                .connect(records);
        results.storeIn(LakeTarget.embedded(lake.toUri().toString(), new UUID(1, 2).toString()));
        results.pushTo(live);
        env.execute("test");
    }

    private static List<SourceRecord> records() {
        long start = 1_700_000_000_000L;
        Click second = click("a2", "ada", start + 60_000, "/cart", "12.50", "EUR");
        List<SourceRecord> records = new ArrayList<>(Stream.of(
                        click("a1", "ada", start, "/home", null, null),
                        second,
                        second,
                        click("b1", "bob", start + 60_000, "/cart", null, null),
                        click("a3", "ada", start + 60_000 + 1_800_001, "/home", null, null))
                .map(click -> new SourceRecord(received(click), null))
                .toList());
        var position = new SourcePosition("clicks", 0, 9, 1_000);
        records.add(new SourceRecord(null, new Rejected(Reason.NOT_JSON, "why", position, null, null, new byte[] {1})));
        return records;
    }

    /** Of the ledger's steps: received, and each outcome. */
    private static List<Integer> sums(List<String> steps) {
        int[] sums = new int[7];
        for (String step : steps) {
            String[] columns = step.split("\\|", -1);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += Integer.parseInt(columns[4 + i]);
            }
        }
        return Arrays.stream(sums).boxed().toList();
    }

    /** The latest row of each key that was not deleted, for a table whose keys are the columns before the first that changes. */
    private static List<String> last(KeepingFlightServer flight, String table) {
        int keyColumns = table.equals("sessions") ? 1 : table.equals("ledger") ? 3 : 4;
        List<String> rows = flight.puts().stream()
                .filter(put -> put.header().table().equals(table))
                .flatMap(put -> put.rows().stream())
                .toList();
        return rows.stream()
                .collect(Collectors.toMap(
                        row -> List.of(row.split("\\|", -1)).subList(0, keyColumns),
                        row -> row,
                        (earlier, later) -> later))
                .values()
                .stream()
                .filter(row -> row.endsWith("|" + Change.UPSERT.code()))
                .toList();
    }

    private EpochMark mark(String table) throws Exception {
        try (var catalog = LakeCatalog.open(LakeSettings.embedded(lake.toUri().toString(), S3Access.DEFAULT))) {
            return EpochMark.of(catalog.load(table).orElseThrow().properties());
        }
    }

    private List<String> lake(String dataset, String expression) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement();
                var results = statement.executeQuery("SELECT %s FROM read_parquet('%s/%s/*/*.parquet') ORDER BY 1"
                        .formatted(expression, lake, dataset))) {
            while (results.next()) {
                rows.add(results.getString(1));
            }
        }
        return rows;
    }
}
