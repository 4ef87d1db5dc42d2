package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.quickstart.Quickstart;
import io.openclickstream.quickstart.endtoend.JavaCommand.Ended;
import io.openclickstream.quickstart.platform.DataFolder;
import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A person is erased by one command while the job runs and the person goes on clicking. Afterwards nothing of them is in
 * any place that has rows, all others are as if the person had never been, and the lake is found to be right.
 */
class EraseIT {
    private static final String USER = "user-7";

    private final Path root = Path.of(System.getProperty("clickstream.root"));

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void oneRunBesideTheRunningJobIsEnough() throws Exception {
        List<Input> inputs = new ArrayList<>(new Workload(20_260_314).onTime());
        String site = inputs.stream()
                .map(Input::click)
                .filter(click -> click.user().equals(USER))
                .findFirst()
                .orElseThrow()
                .site();
        int half = inputs.size() / 2;
        Input late = new InputMaker(new Random(1))
                .click(USER, Workload.LAST_ON_TIME.minus(Duration.ofHours(5)).toEpochMilli());
        Oracle others = new Oracle(inputs.stream().filter(not(USER)).toList());

        Path data = folder.resolve("data");
        Files.writeString(ticketKeys(), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        PlatformSettings settings = PlatformSettings.of(root, data, Ports.free())
                .withCheckpointInterval(Duration.ofSeconds(1))
                .withPipelineOption("erasures.poll", "1s")
                .withFlightOption("ticket.keys", ticketKeys().toString());
        try (Platform platform = Platform.start(settings, notice -> {});
                Sender sender = new Sender(platform);
                Feeder feeder = new Feeder(sender, inputs)) {
            int replicaPort = Ports.free().flight();
            Process replica = startReplica(platform, replicaPort);
            try {
                LakeReader lake = new LakeReader(platform.lakeFolder());
                TablesOfLake tables = new TablesOfLake(platform);
                LiveReader leader = new LiveReader(platform.addresses().flight());
                LiveReader follower = new LiveReader(URI.create("grpc://localhost:" + replicaPort));
                RunProgress progress = new RunProgress(platform);
                feeder.raiseTo(half);
                feeder.awaitLimit();
                progress.awaitReceived(half);
                for (LiveReader live : List.of(leader, follower)) {
                    await().atMost(RunProgress.PATIENCE)
                            .ignoreExceptions()
                            .until(() -> hasPerson(live.rows("sessions")));
                }
                await().atMost(RunProgress.PATIENCE)
                        .ignoreExceptions()
                        .until(() -> lake.rows("clicks", "user_id").contains(USER)
                                && lake.rows("sessions", "user_id").contains(USER));

                feeder.raiseTo(inputs.size());
                Ended erased = erase(
                        platform,
                        "--user",
                        site + "/" + USER,
                        "--receipt",
                        receipt(),
                        "--wait",
                        "2m",
                        "--kafka.retention",
                        "7d");
                assertThat(erased.exitCode()).as(erased.output()).isZero();
                assertThat(erased.output())
                        .contains("Since epoch ", "REMAINS checkpoints: ", "REMAINS kafka: ")
                        .doesNotContain("OPEN ");
                feeder.awaitLimit();
                RecordMetadata lateAt = sender.send(List.of(late)).get(0);
                progress.awaitReceived(inputs.size() + 1);

                for (LiveReader live : List.of(leader, follower)) {
                    await().atMost(RunProgress.PATIENCE).untilAsserted(() -> assertThat(live.rows("sessions"))
                            .isNotEmpty()
                            .noneMatch(row -> USER.equals(row.get("user_id"))));
                }
                Ended verified = erase(platform, "--verify", receipt());
                assertThat(verified.exitCode()).as(verified.output()).isZero();

                String savepoint = platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);
                await().atMost(RunProgress.PATIENCE).untilAsserted(() -> assertThat(lake.rows("clicks", "event_id"))
                        .isEqualTo(others.eventIds()));
                assertOnlyOthersAreIn(lake, tables, others);
                assertThat(lake.rows("rejected", "outcome || ' ' || reason"))
                        .isNotEmpty()
                        .containsOnly("FILTERED ERASED_PERSON");
                assertThat(lake.rows("rejected", "kafka_partition || '-' || kafka_offset"))
                        .as("also the late one")
                        .contains(lateAt.partition() + "-" + lateAt.offset());
                assertSavepointHasNobody(platform, savepoint, site);
                assertTheLakeIsRight(data, platform.addresses().kafka());
            } finally {
                replica.destroyForcibly().waitFor();
            }
        }
    }

    private static Predicate<Input> not(String user) {
        return input -> !input.click().user().equals(user);
    }

    private static boolean hasPerson(List<Map<String, Object>> rows) {
        return rows.stream().anyMatch(row -> String.valueOf(row.get("user_id")).equals(USER));
    }

    private static void assertOnlyOthersAreIn(LakeReader lake, TablesOfLake tables, Oracle others) throws Exception {
        String session =
                "concat_ws('|', site_id, user_id, epoch_ms(start_time), epoch_ms(end_time), clicks, pages, revenue, entry_page, exit_page)";
        assertThat(lake.rows("sessions", session)).isEqualTo(others.sessions());
        assertThat(tables.rows("clicks", "event_id").stream().sorted()).containsExactlyElementsOf(others.eventIds());
        assertThat(tables.rows("sessions", session).stream().sorted()).containsExactlyElementsOf(others.sessions());
    }

    private Path ticketKeys() {
        return folder.resolve("ticket.keys");
    }

    private String receipt() {
        return folder.resolve("receipt.json").toString();
    }

    private Ended erase(Platform platform, String... arguments) throws Exception {
        DataFolder.S3Keys keys = DataFolder.s3Keys(platform.dataFolder());
        List<String> all = new ArrayList<>(List.of(
                "--s3.endpoint",
                platform.addresses().s3().toString(),
                "--s3.path-style-access",
                "--flight",
                platform.addresses().flight().toString()));
        all.addAll(List.of(arguments));
        return JavaCommand.of(root, "lake-maintenance", "lake-maintenance", "io.openclickstream.maintenance.EraseMain")
                .run(
                        folder.resolve("erase.txt"),
                        Map.of(
                                "CLICKSTREAM_S3_ACCESS_KEY",
                                keys.accessKey(),
                                "CLICKSTREAM_S3_SECRET_KEY",
                                keys.secretKey()),
                        all.toArray(String[]::new));
    }

    private Process startReplica(Platform platform, int port) throws Exception {
        return JavaCommand.of(root, "flight-server", "quickstart/flight", "io.openclickstream.flight.FlightServerMain")
                .start(
                        folder.resolve("replica.txt"),
                        Map.of(
                                "JAVA_TOOL_OPTIONS",
                                "-XX:MaxDirectMemorySize=1536m"), // twice its tables, while it loads
                        "--ticket.keys",
                        ticketKeys().toString(),
                        "--data.dir",
                        folder.resolve("replica").toString(),
                        "--flight.port",
                        String.valueOf(port),
                        "--http.port",
                        "0",
                        "--follow",
                        platform.addresses().flight().toString());
    }

    /** Where the job has put it, in the store. */
    private void assertSavepointHasNobody(Platform platform, String savepoint, String site) throws Exception {
        assertThat(savepoint).startsWith("s3://");
        DataFolder.S3Keys keys = DataFolder.s3Keys(platform.dataFolder());
        Ended looked = JavaCommand.of(
                        root,
                        "quickstart/flink",
                        "quickstart/flink",
                        "io.openclickstream.pipeline.savepoint.PrintSavepoint")
                .run(
                        folder.resolve("savepoint.txt"),
                        Map.of(
                                "JAVA_TOOL_OPTIONS",
                                "-Dclickstream.log.level=WARN",
                                "FLINK_PLUGINS_DIR",
                                root.resolve("quickstart/flink/target/plugins").toString(),
                                "CLICKSTREAM_S3_ENDPOINT",
                                platform.addresses().s3().toString(),
                                "CLICKSTREAM_S3_ACCESS_KEY",
                                keys.accessKey(),
                                "CLICKSTREAM_S3_SECRET_KEY",
                                keys.secretKey()),
                        savepoint,
                        "--s3.path-style-access",
                        "--user",
                        site + "/" + USER);
        assertThat(looked.exitCode()).as(looked.output()).isZero();
        assertThat(looked.output())
                .containsPattern("sessionize/erasures-applied +[1-9][0-9]* entries, 0 of them")
                .contains("It holds nothing of them.");
    }

    private void assertTheLakeIsRight(Path data, String kafka) throws Exception {
        var quickstart = new JavaCommand(root, System.getProperty("java.class.path"), Quickstart.class.getName());
        for (List<String> source : List.of(List.<String>of(), List.of("--from", "KAFKA", "--kafka", kafka))) {
            String[] arguments = Stream.concat(Stream.of("verify", "--data.dir", data.toString()), source.stream())
                    .toArray(String[]::new);
            Ended verified = quickstart.run(folder.resolve("verify.txt"), Map.of(), arguments);
            assertThat(verified.exitCode()).as(verified.output()).isZero();
            assertThat(verified.output()).contains("Equal: ", "1 persons were erased");
        }
        Ended recomputed = quickstart.run(
                folder.resolve("recompute.txt"),
                Map.of(),
                "recompute",
                "--data.dir",
                data.toString(),
                "--target",
                folder.resolve("recomputed").toString());
        assertThat(recomputed.exitCode()).as(recomputed.output()).isZero();
        assertThat(new LakeReader(folder.resolve("recomputed")).rows("sessions", "user_id"))
                .isNotEmpty()
                .doesNotContain(USER);
    }
}
