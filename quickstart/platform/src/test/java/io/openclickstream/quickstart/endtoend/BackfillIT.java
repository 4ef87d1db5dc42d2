package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.quickstart.Quickstart;
import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * History is added from a file and from a topic at the same time, while the job runs, by the command that a person types;
 * one run is killed. What the lake holds then is what three oracles count that know nothing of each other.
 */
class BackfillIT {
    private static final Instant BORDER = Instant.parse("2024-03-10T00:00:00Z");
    private static final Instant FROM = Instant.parse("2024-03-08T00:00:00Z");
    private static final Duration LATENESS = Duration.ofMinutes(5);
    private static final int PARTITIONS = 2;

    /** When the archive's records of the range were received, as they say. */
    private static final Instant ARCHIVED_FROM = Instant.parse("2026-01-01T00:00:00Z");

    private static final Instant ARCHIVED_TO = ARCHIVED_FROM.plus(Duration.ofHours(1));

    /** A process that lives for seconds has no use for the best code or many threads. */
    private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    private final Path root = Path.of(System.getProperty("clickstream.root"));
    private final InputMaker maker = new InputMaker(new Random(20_240_310));

    /** Several commands share the machine. */
    private static final Duration COMMAND_PATIENCE = Duration.ofMinutes(6);

    private record Run(int exitCode, String output) {}

    private record Started(Process process, Path output) {}

    @Test
    void historyIsAddedOnceWhileTheJobGoesOn(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
        List<Input> live = new Workload(20_260_313).onTime();
        List<Input> days = past("past", FROM, BORDER);
        days.add(maker.click("past-1", BORDER.toEpochMilli() - 1));
        List<Input> atTheBorder = List.of(
                maker.click("past-1", BORDER.toEpochMilli()), maker.click("past-2", BORDER.toEpochMilli() + 60_000));
        List<Input> dayBefore = past("old", FROM.minus(Duration.ofDays(1)), FROM);
        List<Input> earlier =
                List.of(maker.click("old-1", FROM.minus(Duration.ofDays(3)).toEpochMilli()));
        // Whoever exports history does not stop where the job begins.
        Path file = folder.resolve("days.ndjson.gz");
        write(
                file,
                Stream.of(days, atTheBorder, live.subList(0, 300))
                        .flatMap(List::stream)
                        .toList());

        Path data = folder.resolve("data");
        Ports ports = Ports.free();
        PlatformSettings settings = PlatformSettings.of(root, data, ports)
                .withCheckpointInterval(Duration.ofSeconds(1))
                .withPipelineOption("watermark.idle-timeout", "366d");
        try (Platform platform = Platform.start(settings, notice -> {});
                Sender sender = new Sender(platform)) {
            LakeReader lake = new LakeReader(platform.lakeFolder());
            RunProgress progress = new RunProgress(platform);
            sender.send(live.subList(0, live.size() / 4));
            awaitCompleteInLake(lake, BORDER.plus(LATENESS), 1);
            sender.send(live.subList(live.size() / 4, live.size() / 2));
            awaitCompleteInLake(lake, BORDER.plus(LATENESS), 2);

            Input ofErased = maker.click("gone", FROM.minusSeconds(3_600).toEpochMilli());
            erase(platform.lakeFolder(), ofErased);
            List<Input> outOfRange = past("not-asked-for", FROM.minus(Duration.ofDays(1)), FROM);
            archive(
                    platform,
                    Stream.of(earlier, dayBefore, List.of(ofErased))
                            .flatMap(List::stream)
                            .toList(),
                    outOfRange);

            String[] place = {"--data.dir", data.toString(), "--s3.port", String.valueOf(ports.s3())};
            String[] fromFile = with(
                    place,
                    "--name",
                    "days",
                    "--work.dir",
                    folder.resolve("days").toString(),
                    "--from",
                    FROM.toString(),
                    "--until",
                    BORDER.toString(),
                    file.toString());
            String[] fromKafka = with(
                    place,
                    "--name",
                    "day-before",
                    "--work.dir",
                    folder.resolve("old").toString(),
                    "--from",
                    FROM.minus(Duration.ofDays(1)).toString(),
                    "--until",
                    FROM.toString(),
                    "--kafka",
                    platform.addresses().kafka(),
                    "--kafka.topic",
                    "archive",
                    "--kafka.from",
                    ARCHIVED_FROM.toString(),
                    "--kafka.to",
                    ARCHIVED_TO.toString());
            Started refusing = backfill(
                    folder.resolve("refused.txt"),
                    with(
                            place,
                            "--name",
                            "days",
                            "--work.dir",
                            folder.resolve("refused").toString(),
                            "--until",
                            "2024-03-10T07:30:30Z",
                            "--dry-run",
                            file.toString()));
            killWhileItComputes(folder, fromFile);
            Run refused = ended(refusing);
            assertThat(refused.exitCode()).as(refused.output()).isEqualTo(2);
            assertThat(refused.output())
                    .contains(
                            "in the middle of a window of the metric active_users_daily",
                            "The job has clicks of that time");

            Started adding = backfill(folder.resolve("days.txt"), fromFile);
            Started archiving = backfill(folder.resolve("day-before.txt"), fromKafka);
            sender.send(live.subList(live.size() / 2, live.size()));
            Run added = ended(adding);
            assertThat(added.exitCode()).as(added.output()).isZero();
            assertThat(added.output())
                    .contains("left out 302 records outside of that span")
                    .contains("left out 1 line(s) that make no click");
            Run archived = ended(archiving);
            assertThat(archived.exitCode()).as(archived.output()).isZero();
            assertThat(archived.output()).contains("left out 1 records outside of that span");

            progress.awaitReceived(live.size());
            platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);
            List<Oracle> oracles = List.of(new Oracle(live), new Oracle(days), new Oracle(dayBefore));
            await().atMost(RunProgress.PATIENCE).untilAsserted(() -> assertIsTheSumOf(oracles, lake));
            assertThat(lake.rows("rejected", "kafka_topic || ' ' || reason"))
                    .containsExactly(
                            "backfill/day-before/archive ERASED_PERSON", "backfill/day-before/archive NOT_JSON");

            Map<String, List<String>> all = lake.allThatIsFinal();
            List<Started> again = List.of(
                    backfill(folder.resolve("days-again.txt"), fromFile),
                    backfill(folder.resolve("day-before-again.txt"), fromKafka));
            Started verifying = command(
                    folder.resolve("verify.txt"),
                    "verify",
                    "--data.dir",
                    data.toString(),
                    "--flight",
                    platform.addresses().flight().toString());
            Started verifyingDays = command(
                    folder.resolve("verify-days.txt"), "verify", "--data.dir", data.toString(), "--backfill", "days");
            for (Started second : again) {
                Run run = ended(second);
                assertThat(run.exitCode()).as(run.output()).isZero();
                assertThat(run.output()).contains("has the backfill", "nothing was changed");
            }
            assertThat(lake.allThatIsFinal()).isEqualTo(all);
            new TablesOfLake(platform).assertAreTheFolders();

            Run verified = ended(verifying);
            assertThat(verified.exitCode()).as(verified.output()).isZero();
            assertThat(verified.output())
                    .contains("The rows of the backfill days", "The rows of the backfill day-before");
            Run ofDays = ended(verifyingDays);
            assertThat(ofDays.exitCode()).as(ofDays.output()).isZero();
            assertThat(ofDays.output()).contains("Equal: all", "all that was read is final");
        }
    }

    private static void assertIsTheSumOf(List<Oracle> oracles, LakeReader lake) throws Exception {
        assertThat(lake.rows("clicks", "event_id || user_id")).doesNotHaveDuplicates();
        assertSame("clicks", sum(oracles, Oracle::eventIds), lake.rows("clicks", "event_id"));
        assertSame(
                "sessions",
                sum(oracles, Oracle::sessions),
                lake.rows(
                        "sessions",
                        "concat_ws('|', site_id, user_id, epoch_ms(start_time), epoch_ms(end_time), clicks, pages, revenue, entry_page, exit_page)"));
        assertSame(
                "page metrics",
                sum(oracles, Oracle::pageMetrics),
                lake.rows(
                        "metrics/page_metrics",
                        "concat_ws('|', site_id, page, epoch_ms(window_start), clicks, users)"));
        assertSame(
                "session quality",
                sum(oracles, Oracle::sessionQuality),
                lake.rows(
                        "metrics/session_quality",
                        "concat_ws('|', site_id, epoch_ms(window_start), sessions, bounces, clicks, duration_ms)"));
        assertThat(lake.rows("metrics/active_users_daily", "concat_ws('|', site_id, epoch_ms(window_start))"))
                .as("windows of a day, each of one side")
                .doesNotHaveDuplicates();
    }

    /** As often as each is expected; thousands are equal, so only those are told that are not. */
    private static void assertSame(String what, List<String> expected, List<String> actual) {
        assertThat(List.of(without(expected, actual), without(actual, expected)))
                .as("%s: missing, and one too many", what)
                .containsExactly(List.of(), List.of());
    }

    private static List<String> without(List<String> all, List<String> others) {
        Map<String, Integer> counts = new HashMap<>();
        others.forEach(row -> counts.merge(row, 1, Integer::sum));
        return all.stream()
                .filter(row -> counts.merge(row, -1, Integer::sum) < 0)
                .toList();
    }

    private static List<String> sum(List<Oracle> oracles, Function<Oracle, List<String>> rows) {
        return oracles.stream()
                .flatMap(oracle -> rows.apply(oracle).stream())
                .sorted()
                .toList();
    }

    /** Clicks of users of their own, some of them twice, by time. */
    private List<Input> past(String user, Instant from, Instant until) {
        List<Input> inputs = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            long time = from.toEpochMilli() + i * 2_000_000L;
            for (int click = 0; click < 40 && time < until.toEpochMilli(); click++) {
                Input input = maker.click(user + "-" + i, time);
                inputs.add(input);
                if (click % 10 == 3) {
                    inputs.add(input);
                }
                time += maker.pauseMillis();
            }
        }
        inputs.sort(Comparator.comparingLong(input -> input.click().timeMillis()));
        return inputs;
    }

    private static void write(Path file, List<Input> inputs) throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Input input : inputs) {
            lines.write(input.value());
            lines.write('\n');
        }
        lines.write("{no click\n".getBytes(StandardCharsets.UTF_8));
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(lines.toByteArray());
        }
    }

    /** Puts somebody on the lake's list of erased persons, as {@code ./clickstream erase} does. */
    private static void erase(Path lake, Input click) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (String id : List.of(click.click().site(), click.click().user())) {
            byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            digest.update(bytes);
        }
        String person = HexFormat.of().formatHex(digest.digest(), 0, 16);
        Path list = Files.createDirectories(lake.resolve("erasures"));
        Files.writeString(list.resolve("000000000001.json"), """
                {"version":1,"id":"test","number":1,"at":"2026-01-01T00:00:00Z","persons":["%s"]}""".formatted(person));
    }

    /** Fills a topic with records of the range, and around it others that were received a moment too early or too late. */
    private static void archive(Platform platform, List<Input> inputs, List<Input> outOfRange) throws Exception {
        // A broker forgets at once whose batch of so long ago it was, so it must not be asked to count them. Then only
        // one request at a time keeps the order: a topic's first batches are often refused, for it has no leader yet.
        Map<String, Object> brokers = Map.of(
                "bootstrap.servers",
                platform.addresses().kafka(),
                "enable.idempotence",
                false,
                "max.in.flight.requests.per.connection",
                1);
        try (Admin admin = Admin.create(brokers);
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(brokers, new ByteArraySerializer(), new ByteArraySerializer())) {
            // What was received so long ago would be deleted otherwise.
            NewTopic topic = new NewTopic("archive", PARTITIONS, (short) 1).configs(Map.of("retention.ms", "-1"));
            admin.createTopics(List.of(topic)).all().get(1, TimeUnit.MINUTES);
            int half = outOfRange.size() / 2;
            outOfRange.subList(0, half).forEach(input -> send(producer, ARCHIVED_FROM.minusMillis(1), input));
            Instant received = ARCHIVED_FROM;
            for (Input input : inputs) {
                send(producer, received, input);
                received = received.plusMillis(1);
            }
            var unused = producer.send(new ProducerRecord<>(
                    "archive", 1, ARCHIVED_TO.toEpochMilli() - 1, null, "{broken".getBytes(StandardCharsets.UTF_8)));
            outOfRange.subList(half, outOfRange.size()).forEach(input -> send(producer, ARCHIVED_TO, input));
            producer.flush();
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, Instant received, Input input) {
        int partition = input.click().user().hashCode() & 1;
        var unused = producer.send(
                new ProducerRecord<>("archive", partition, received.toEpochMilli(), input.key(), input.value()));
    }

    /** So many epochs of the lake say so. When the files of the second one are there, the tables know of the first. */
    private static void awaitCompleteInLake(LakeReader lake, Instant time, int count) {
        String epochs = "CASE WHEN coalesce(epoch_ms(complete_through), 0) >= %d THEN epoch ELSE 0 END"
                .formatted(time.toEpochMilli());
        await().atMost(RunProgress.PATIENCE)
                .ignoreExceptions()
                .until(() -> lake.rows("ledger", epochs).stream()
                                .filter(epoch -> !epoch.equals("0"))
                                .distinct()
                                .count()
                        >= count);
    }

    private void killWhileItComputes(Path folder, String[] arguments) throws Exception {
        Started killed = backfill(folder.resolve("killed.txt"), arguments);
        await().atMost(RunProgress.PATIENCE)
                .until(() -> !killed.process().isAlive() || hasBegunToCompute(folder.resolve("days")));
        assertThat(killed.process().isAlive())
                .as(Files.readString(killed.output()))
                .isTrue();
        killed.process().destroyForcibly().waitFor();
    }

    private static boolean hasBegunToCompute(Path work) throws IOException {
        if (!Files.isDirectory(work)) {
            return false;
        }
        try (DirectoryStream<Path> runs = Files.newDirectoryStream(work, "run-*")) {
            for (Path run : runs) {
                if (Files.isDirectory(run.resolve("flink"))) {
                    return true;
                }
            }
            return false;
        }
    }

    private Started backfill(Path output, String[] arguments) throws IOException {
        return command(output, with(new String[] {"backfill"}, arguments));
    }

    /** As the launcher does. */
    private Started command(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("jvm.options"),
                "-Xmx512m",
                "-Dclickstream.root=" + root,
                "-cp",
                System.getProperty("java.class.path"),
                Quickstart.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("JDK_JAVA_OPTIONS", SHORT_LIVED);
        return new Started(builder.start(), output);
    }

    private static Run ended(Started started) throws Exception {
        try {
            assertThat(started.process().waitFor(COMMAND_PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(Files.readString(started.output()))
                    .isTrue();
        } finally {
            started.process().destroyForcibly();
        }
        return new Run(started.process().exitValue(), Files.readString(started.output()));
    }

    private static String[] with(String[] first, String... others) {
        return Stream.concat(Stream.of(first), Stream.of(others)).toArray(String[]::new);
    }
}
