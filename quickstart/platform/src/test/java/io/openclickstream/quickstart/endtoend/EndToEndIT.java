package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.options.ByteSize;
import io.openclickstream.quickstart.platform.ChildName;
import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import io.openclickstream.quickstart.recompute.DatasetResult;
import io.openclickstream.quickstart.recompute.Recompute;
import io.openclickstream.quickstart.recompute.RecomputeSettings;
import io.openclickstream.quickstart.recompute.Verification;
import io.openclickstream.quickstart.recompute.VerifyReport;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.RootAllocator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole road: real Kafka, S3, Flink and Flight server, with disorder, duplicates, late, broken and future clicks,
 * and with the Flink process and the Flight server killed while clicks come in. Every number is compared with the
 * {@link Oracle}.
 */
class EndToEndIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration DISORDER = Duration.ofSeconds(10);

    @Test
    void everyNumberIsRightWhateverIsKilled(@TempDir Path folder) throws Exception {
        Workload workload = new Workload(20_260_310);
        List<Input> onTime = workload.onTime();
        List<Input> second = workload.lateBrokenAndGood();
        List<Input> all = new ArrayList<>(onTime);
        all.addAll(second);
        Oracle oracle = new Oracle(all);

        Path root = Path.of(System.getProperty("clickstream.root"));
        PlatformSettings settings = PlatformSettings.of(root, folder.resolve("data"), Ports.free())
                .withCheckpointInterval(Duration.ofSeconds(1));
        try (Platform platform = Platform.start(settings, notice -> {});
                KafkaProducer<byte[], byte[]> producer = producer(platform)) {
            int third = onTime.size() / 3;
            send(producer, platform, onTime.subList(0, third));
            awaitReceived(platform, third / 2);
            platform.kill(ChildName.FLINK);
            send(producer, platform, onTime.subList(third, 2 * third));
            awaitReceived(platform, third + 1);
            platform.kill(ChildName.FLIGHT);
            send(producer, platform, onTime.subList(2 * third, onTime.size()));
            awaitReceived(platform, onTime.size());
            assertThat(platform.starts(ChildName.FLINK)).isEqualTo(2);
            assertThat(platform.starts(ChildName.FLIGHT)).isEqualTo(2);

            awaitCompleteThrough(platform);
            String before = lastRestart(platform);
            List<RecordMetadata> positions = send(producer, platform, second);
            Ledger ledger = awaitReceived(platform, all.size());
            assertThat(lastRestart(platform)).as("restarts by broken records").isEqualTo(before);
            assertThat(ledger.outcomes()).isEqualTo(ledger.received());
            assertThat(ledger.accepted()).isEqualTo(oracle.accepted());
            assertThat(ledger.duplicate()).isEqualTo(oracle.duplicates()).isPositive();
            assertThat(ledger.late()).isEqualTo(count(second, "BEHIND_WATERMARK"));
            assertThat(ledger.future()).isEqualTo(count(second, "EVENT_TIME_IN_FUTURE"));

            platform.stopJob(StopMode.DRAIN, PATIENCE);
            assertLakeIsRight(platform, oracle);
            assertLedgerIsRight(platform, ledger);
            assertRejectedKeepEverything(platform, second, positions);
            assertLiveTablesAreRight(platform, oracle);
            assertComputedAgainIsTheSame(platform, root, folder, second);
        }
    }

    /** From the lake and from Kafka; and a lake that was changed is told, with the row. */
    private static void assertComputedAgainIsTheSame(Platform platform, Path root, Path folder, List<Input> refused)
            throws Exception {
        Path fromKafka =
                recompute(root, platform.lakeFolder(), platform.addresses().kafka(), folder.resolve("kafka"));
        VerifyReport ofKafka = new Verification(platform.lakeFolder(), fromKafka, 5).run();
        assertThat(ofKafka.isEqual()).as(String.join("\n", ofKafka.lines())).isTrue();
        assertThat(equalRows(ofKafka, "rejected"))
                .isEqualTo(refused.stream()
                        .filter(input -> input.refusedFor() != null
                                && !input.refusedFor().equals("BEHIND_WATERMARK"))
                        .count())
                .isPositive();

        Path fromLake = recompute(root, platform.lakeFolder(), null, folder.resolve("lake"));
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

    private static Path recompute(Path root, Path lake, @Nullable String kafka, Path target) throws Exception {
        var settings = new RecomputeSettings(root, lake, false, kafka, target, 2, new ByteSize(1L << 30), Map.of());
        assertThat(new Recompute(settings, notice -> {}).run()).isZero();
        return target;
    }

    /** Copies a lake, and returns one file of a dataset in the copy. */
    private static Path copyOfLake(Path lake, Path copy, String dataset) throws IOException {
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

    private static List<String> sql(String sql) throws Exception {
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

    private static void assertLakeIsRight(Platform platform, Oracle oracle) throws Exception {
        assertThat(lake(platform, "clicks", "event_id")).isEqualTo(oracle.eventIds());
        assertThat(
                        lake(
                                platform,
                                "sessions",
                                "concat_ws('|', site_id, user_id, epoch_ms(start_time), epoch_ms(end_time), clicks, pages, revenue, entry_page, exit_page)"))
                .isEqualTo(oracle.sessions());
        assertThat(lake(platform, "sessions", "session_id")).doesNotHaveDuplicates();
        assertThat(lake(
                        platform,
                        "metrics/page_metrics",
                        "concat_ws('|', site_id, page, epoch_ms(window_start), clicks, users)"))
                .isEqualTo(oracle.pageMetrics());
        assertThat(lake(
                        platform,
                        "metrics/revenue",
                        "concat_ws('|', site_id, currency, epoch_ms(window_start), revenue, users)"))
                .isEqualTo(oracle.revenueMetrics());
        assertThat(lake(
                        platform,
                        "metrics/session_quality",
                        "concat_ws('|', site_id, epoch_ms(window_start), sessions, bounces, clicks, duration_ms)"))
                .isEqualTo(oracle.sessionQuality());
    }

    /** Every epoch's step balances, and the steps of a partition follow each other without a gap. */
    private static void assertLedgerIsRight(Platform platform, Ledger totals) throws Exception {
        assertThat(
                        lake(
                                platform,
                                "ledger",
                                "(received = accepted + duplicate + late + malformed + future + filtered AND from_offset = "
                                        + "coalesce(lag(to_offset) OVER (PARTITION BY kafka_partition ORDER BY epoch), 0))::VARCHAR"))
                .isNotEmpty()
                .containsOnly("true");
        assertThat(
                        lake(
                                platform,
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

    private static void assertRejectedKeepEverything(
            Platform platform, List<Input> inputs, List<RecordMetadata> positions) throws Exception {
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
                        lake(
                                platform,
                                "rejected",
                                "concat_ws('|', reason, kafka_topic, kafka_partition, kafka_offset, hex(raw_key), coalesce(hex(raw_value), 'none'))"))
                .isEqualTo(expected.stream().sorted().toList());
    }

    private static void assertLiveTablesAreRight(Platform platform, Oracle oracle) throws Exception {
        List<Map<String, Object>> sessions = live(platform, "sessions");
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
        assertLiveMetric(
                platform, "page_metrics", oracle.pageMetrics(), "site_id", "page", "window_start", "clicks", "users");
        assertLiveMetric(
                platform,
                "revenue",
                oracle.revenueMetrics(),
                "site_id",
                "currency",
                "window_start",
                "revenue",
                "users");
        assertLiveMetric(
                platform,
                "session_quality",
                oracle.sessionQuality(),
                "site_id",
                "window_start",
                "sessions",
                "bounces",
                "clicks",
                "duration_ms");
    }

    private static void assertLiveMetric(Platform platform, String table, List<String> expected, String... columns)
            throws Exception {
        List<Map<String, Object>> rows = live(platform, table);
        assertThat(rows).extracting(row -> row.get("is_final")).containsOnly(true);
        assertThat(lines(rows, columns)).isEqualTo(expected);
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

    private static List<String> lake(Platform platform, String dataset, String expression) throws Exception {
        List<String> rows = new ArrayList<>();
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement();
                var results = statement.executeQuery("SELECT %s FROM read_parquet('%s/%s/**/*.parquet')"
                        .formatted(expression, platform.lakeFolder(), dataset))) {
            while (results.next()) {
                rows.add(results.getString(1));
            }
        }
        return rows.stream().sorted().toList();
    }

    private static List<Map<String, Object>> live(Platform platform, String table) throws Exception {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (var allocator = new RootAllocator();
                var client = FlightClient.builder(
                                allocator, new Location(platform.addresses().flight()))
                        .build()) {
            var info = client.getInfo(FlightDescriptor.path(table));
            try (var stream = client.getStream(info.getEndpoints().get(0).getTicket())) {
                while (stream.next()) {
                    var root = stream.getRoot();
                    for (int row = 0; row < root.getRowCount(); row++) {
                        Map<String, Object> values = new HashMap<>();
                        for (var column : root.getFieldVectors()) {
                            Object value = column.getObject(row);
                            values.put(column.getName(), value);
                        }
                        rows.add(values);
                    }
                }
            }
        }
        return rows;
    }

    private static KafkaProducer<byte[], byte[]> producer(Platform platform) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        platform.addresses().kafka(),
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        16 << 20),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static List<RecordMetadata> send(
            KafkaProducer<byte[], byte[]> producer, Platform platform, List<Input> inputs) throws Exception {
        List<Future<RecordMetadata>> sending = new ArrayList<>();
        for (Input input : inputs) {
            sending.add(producer.send(new ProducerRecord<>(platform.addresses().topic(), input.key(), input.value())));
        }
        producer.flush();
        List<RecordMetadata> positions = new ArrayList<>();
        for (Future<RecordMetadata> sent : sending) {
            positions.add(sent.get());
        }
        return positions;
    }

    private static Ledger awaitReceived(Platform platform, long records) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> platform.live().ledger().orElse(Ledger.NOTHING), ledger -> ledger.received() >= records);
    }

    private static void awaitCompleteThrough(Platform platform) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> platform.live()
                .sessions()
                .flatMap(sessions -> sessions.completeThrough())
                .filter(time ->
                        !time.isBefore(Workload.LAST_ON_TIME.minus(DISORDER).minusMillis(1)))
                .isPresent());
    }

    /** The process and the moment in it when the job last restarted; both stay the same while nothing restarts. */
    private static String lastRestart(Platform platform) throws Exception {
        String job = platform.flink().job().orElseThrow().id();
        URI details = platform.addresses().flinkPage().resolve("/jobs/" + job);
        String answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(details).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        JsonNode restarting = new JsonMapper().readTree(answer).at("/timestamps/RESTARTING");
        assertThat(restarting.isNumber()).as(answer).isTrue();
        return platform.starts(ChildName.FLINK) + "/" + restarting.asLong();
    }

    private static long count(List<Input> inputs, String reason) {
        return inputs.stream()
                .filter(input -> reason.equals(input.refusedFor()))
                .count();
    }
}
