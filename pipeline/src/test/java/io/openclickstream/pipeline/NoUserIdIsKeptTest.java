package io.openclickstream.pipeline;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.operator.PseudonymSettings;
import io.openclickstream.pipeline.sink.lake.LakeTarget;
import io.openclickstream.pipeline.sink.live.KeepingFlightServer;
import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.pipeline.source.ClickDecoder;
import io.openclickstream.pipeline.source.ClickFormat;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.pipeline.source.WireType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole job on a real Flink cluster: what it keeps is searched for the ids that were sent, byte by byte. */
class NoUserIdIsKeptTest {
    private static final String PERSON = "person-who-was-sent";
    private static final String SECRET =
            Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final long START = 1_700_000_000_000L;
    private static final long STEP_MILLIS = 100;

    @RegisterExtension
    static final MiniClusterExtension FLINK = TestCluster.withSlots(4);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"hashmap", "rocksdb"})
    void noPlaceHoldsAnIdOrASecretWithPseudonyms(String backend) throws Exception {
        Path keys = folder.resolve("pseudonyms.json");
        Files.writeString(
                keys, """
                {"grouping": "%s", "keys": [{"id": "one", "from": "2020-01-01T00:00:00Z", "secret": "%s"},
                  {"id": "two", "from": "%s", "secret": "%s"}]}
                """.formatted(SECRET, secret(1), Instant.ofEpochMilli(START + 100 * STEP_MILLIS), secret(2)));
        var settings =
                new PseudonymSettings(keys.toString(), Duration.ofMillis(500), false, PseudonymSettings.Source.SENT);
        assertThat(placesThatHoldIt(backend, settings, PERSON, SECRET, secret(1), secret(2)))
                .isEmpty();
    }

    /** Otherwise the other test would only show that nobody looked. */
    @ParameterizedTest
    @CsvSource({"hashmap"})
    void everyPlaceHoldsItWithoutThem(String backend) throws Exception {
        assertThat(placesThatHoldIt(backend, null, PERSON))
                .contains("live", "clicks", "sessions", "rejected", "savepoint", "checkpoint");
    }

    private Set<String> placesThatHoldIt(String backend, @Nullable PseudonymSettings pseudonyms, String... looked)
            throws Exception {
        var places = new TreeSet<String>();
        try (var flight = new KeepingFlightServer();
                var log = new KeptLog()) {
            JobClient job = start(backend, flight, pseudonyms);
            for (String dataset : List.of("clicks", "sessions", "rejected")) {
                await().atMost(PATIENCE).until(() -> !files(folder.resolve("lake/" + dataset), ".parquet")
                        .isEmpty());
            }
            await().atMost(PATIENCE).until(() -> flight.puts().stream()
                    .anyMatch(put -> put.header().table().equals("sessions")
                            && !put.rows().isEmpty()));
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(
                            () -> job.triggerSavepoint(
                                            folder.resolve("savepoint").toUri().toString(),
                                            SavepointFormatType.CANONICAL)
                                    .get(PATIENCE.toSeconds(), SECONDS),
                            Objects::nonNull);
            job.cancel().get(PATIENCE.toSeconds(), SECONDS);
            await().atMost(PATIENCE)
                    .until(() -> job.getJobStatus().get(PATIENCE.toSeconds(), SECONDS) == JobStatus.CANCELED);
            for (String text : looked) {
                if (flight.puts().stream().anyMatch(put -> put.rows().toString().contains(text))) {
                    places.add("live");
                }
                if (log.lines.stream().anyMatch(line -> line.contains(text))) {
                    places.add("log");
                }
                for (String place : List.of("savepoint", "checkpoint", "lake")) {
                    if (isInAFile(folder.resolve(place), text)) {
                        places.add(place);
                    }
                }
                for (String dataset : List.of("clicks", "sessions", "rejected", "ledger", "metrics")) {
                    if (isInARow(folder.resolve("lake/" + dataset), text)) {
                        places.add(dataset);
                    }
                }
            }
            assertThat(log.lines).as("there is a log").isNotEmpty();
        }
        return places;
    }

    private JobClient start(String backend, KeepingFlightServer flight, @Nullable PseudonymSettings pseudonyms)
            throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        ClickstreamJob.configure(env);
        env.configure(new Configuration()
                .set(ExecutionOptions.SNAPSHOT_COMPRESSION, false) // so that bytes are what they say
                .set(RestartStrategyOptions.RESTART_STRATEGY, "none")
                .set(StateBackendOptions.STATE_BACKEND, backend)
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500))
                .set(
                        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION)
                .set(
                        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                        Files.createDirectories(folder.resolve("checkpoint"))
                                .toUri()
                                .toString()));
        env.setParallelism(2);
        var source = new DataGeneratorSource<>(
                NoUserIdIsKeptTest::record,
                Long.MAX_VALUE / 4,
                RateLimiterStrategy.perSecond(400),
                WireType.SOURCE_RECORD);
        var records = env.fromSource(
                        source,
                        WatermarkStrategy.<SourceRecord>forMonotonousTimestamps()
                                .withTimestampAssigner((record, timestamp) -> record.click() == null
                                        ? START
                                        : record.click().click().eventTimeMillis()),
                        "records")
                .uid("records");
        var live = new LivePushOperator.Settings(
                flight.uri(), new UUID(1, 2).toString(), Duration.ofMillis(200), 100, Duration.ofSeconds(30), 64 << 20);
        ClickstreamResults results = new ClickstreamPipeline(
                        new SessionRules(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(60)),
                        MetricFiles.read(null),
                        live.flushInterval(),
                        true,
                        pseudonyms,
                        ErasureList.NONE)
                .connect(records);
        results.storeIn(LakeTarget.embedded(folder.resolve("lake").toUri().toString(), new UUID(1, 2).toString()));
        results.pushTo(live);
        return env.executeAsync("nothing is kept");
    }

    /** Clicks of a few persons, some of them late, from the future or broken, as the decoder makes them of their bytes. */
    private static SourceRecord record(Long number) throws Exception {
        long index = number % (Long.MAX_VALUE / 8); // the second subtask begins in the middle
        String user = PERSON + "-" + index % 40 / 8;
        long eventTime = START + index * STEP_MILLIS;
        if (index % 17 == 16) {
            eventTime -= 3_600_000; // late
        } else if (index % 19 == 18) {
            eventTime += 7_200_000; // from the future
        }
        String json = index % 23 == 22
                ? "{\"user_id\": [\"" + user + "\"]}"
                : "{\"event_id\":\"e%d\",\"site_id\":\"shop\",\"user_id\":\"%s\",\"event_time\":%d,\"page\":\"/\"}"
                        .formatted(number, user, eventTime);
        List<SourceRecord> decoded = new ArrayList<>();
        new ClickDecoder(new ClickDecoder.Settings(
                        ClickFormat.JSON, null, 1 << 20, new ClickRules("shop", Duration.ofMinutes(5))))
                .deserialize(
                        new ConsumerRecord<>(
                                "clicks",
                                0,
                                number,
                                START + index * STEP_MILLIS,
                                TimestampType.CREATE_TIME,
                                0,
                                0,
                                user.getBytes(StandardCharsets.UTF_8),
                                json.getBytes(StandardCharsets.UTF_8),
                                new RecordHeaders(),
                                Optional.empty()),
                        new ListCollector<>(decoded));
        return decoded.get(0);
    }

    private static String secret(int number) {
        byte[] secret = new byte[32];
        secret[31] = (byte) number;
        secret[0] = 7;
        return Base64.getEncoder().encodeToString(secret);
    }

    /** The files there are now; Flink deletes what belongs to no checkpoint behind the end of a job. */
    private static List<Path> files(Path place, String ending) throws IOException {
        while (true) {
            try {
                return filesOf(place, ending);
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof NoSuchFileException)) {
                    throw e;
                }
            }
        }
    }

    private static List<Path> filesOf(Path place, String ending) throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(place)) {
            return all.filter(file -> Files.isRegularFile(file)
                            && file.toString().endsWith(ending)
                            && !file.getFileName().toString().startsWith("."))
                    .toList();
        }
    }

    private static boolean isInAFile(Path place, String text) throws IOException {
        for (Path file : files(place, "")) {
            try {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            } catch (NoSuchFileException e) {
                // deleted since
            }
        }
        return false;
    }

    /** Parquet is compressed, so its rows are read. */
    private static boolean isInARow(Path place, String text) throws IOException, SQLException {
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement()) {
            for (Path file : files(place, ".parquet")) {
                try (var rows = statement.executeQuery(
                        "SELECT count(*) FROM '%s' AS row WHERE contains(to_json(row)::VARCHAR, '%s')"
                                .formatted(file, text))) {
                    rows.next();
                    if (rows.getLong(1) > 0) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** All that is logged meanwhile from INFO on, kept here instead of shown. */
    private static final class KeptLog extends AbstractAppender implements AutoCloseable {
        private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
        private final Logger root = (Logger) LogManager.getRootLogger();
        private final List<Appender> others = List.copyOf(root.getAppenders().values());
        private final Level before = root.getLevel();

        KeptLog() {
            super("kept", null, null, false, Property.EMPTY_ARRAY);
            start();
            others.forEach(root::removeAppender);
            root.addAppender(this);
            Configurator.setRootLevel(Level.INFO);
        }

        @Override
        public void append(LogEvent event) {
            lines.add(event.getMessage().getFormattedMessage() + " " + event.getThrown());
        }

        @Override
        public void close() {
            Configurator.setRootLevel(before);
            root.removeAppender(this);
            others.forEach(root::addAppender);
            stop();
        }
    }
}
