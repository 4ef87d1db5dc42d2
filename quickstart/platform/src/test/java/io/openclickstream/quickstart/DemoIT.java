package io.openclickstream.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.quickstart.platform.Ports;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a person runs it, in a process of its own. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class DemoIT {
    private static final Path ROOT =
            Path.of(System.getProperty("clickstream.root", ".")).toAbsolutePath();
    private static final Pattern READ = Pattern.compile("Clicks +([\\d,]+) read");
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    @TempDir
    Path folder;

    private final Ports ports = Ports.free();
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatIsLeft() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void showsTrueNumbersStopsOnCtrlCAndGoesOnWhereItStopped() throws Exception {
        Path firstOutput = folder.resolve("first.txt");
        Process first = demo(firstOutput);
        awaitClicks(firstOutput, 200);
        // Clicks are told as soon as they are pushed, the first checkpoint once it is complete.
        awaitShown(firstOutput, "Last checkpoint  \\d+, \\d+ s ago");
        awaitShown(firstOutput, "Complete up to   20\\d\\d-");
        long read = stop(first, firstOutput);
        assertThat(Files.readString(firstOutput))
                .contains("http://localhost:" + ports.flinkPage())
                .contains("fl.connect(\"grpc://localhost:" + ports.flight() + "\")")
                .doesNotContain("\u001b")
                .endsWith("stopped" + System.lineSeparator());

        Path secondOutput = folder.resolve("second.txt");
        Process second = demo(secondOutput);
        awaitClicks(secondOutput, read + 200);
        stop(second, secondOutput);
        assertThat(Files.readString(folder.resolve("data/logs/flink.log"))).contains("restoring checkpoint");
        assertThat(clicksInTheLake("count(*)"))
                .isEqualTo(clicksInTheLake("count(DISTINCT event_id)"))
                .isPositive();
        assertThat(clicksInTheLake("count(*)")).isGreaterThanOrEqualTo(read * 9 / 10);
    }

    @Test
    void noProcessOutlivesAPlatformThatIsKilled() throws Exception {
        Path output = folder.resolve("killed.txt");
        Process demo = demo(output);
        Awaitility.await().atMost(PATIENCE).until(() -> Files.readString(output).contains("starting Flink"));
        List<ProcessHandle> children = demo.descendants().toList();
        assertThat(children).hasSizeGreaterThanOrEqualTo(3);
        demo.destroyForcibly().waitFor();
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(children)
                .noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void anotherDemoOnTheSameFolderOrPortsIsToldWhy() throws Exception {
        Path output = folder.resolve("one.txt");
        demo(output);
        Awaitility.await().atMost(PATIENCE).until(() -> Files.readString(output).contains("starting Flink"));
        Path sameFolder = folder.resolve("same-folder.txt");
        assertThat(demo(sameFolder).waitFor()).isEqualTo(2);
        assertThat(Files.readString(sameFolder))
                .contains("another platform that is running uses it")
                .hasLineCount(1);
        Path samePorts = folder.resolve("same-ports.txt");
        assertThat(demo(samePorts, "--data.dir", folder.resolve("other").toString())
                        .waitFor())
                .isEqualTo(2);
        assertThat(Files.readString(samePorts)).contains("is taken by another process", "--kafka.port");
    }

    private Process demo(Path output, String... more) throws IOException {
        List<String> command = new ArrayList<>(hearingCtrlC());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + ROOT.resolve("jvm.options"),
                "-Xmx512m",
                "-Dclickstream.root=" + ROOT,
                "-cp",
                System.getProperty("java.class.path"),
                Quickstart.class.getName(),
                "demo",
                "--rate=100",
                "--checkpoint.interval=2s",
                "--kafka.port=" + ports.kafka(),
                "--kafka.controller-port=" + ports.kafkaController(),
                "--s3.port=" + ports.s3(),
                "--flink.rest-port=" + ports.flinkPage(),
                "--flight.port=" + ports.flight(),
                "--http.port=" + ports.flightHttp()));
        if (more.length == 0) {
            command.add("--data.dir=" + folder.resolve("data"));
        }
        command.addAll(List.of(more));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.to(output.toFile()));
        builder.environment().remove("JDK_JAVA_OPTIONS"); // a JVM that has it says so, among what the demo shows
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /**
     * What starts a process that hears Ctrl-C. A shell that runs a build in the background lets it ignore SIGINT; children
     * inherit that, and a JVM then leaves it so.
     */
    private static List<String> hearingCtrlC() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return List.of();
        }
        String ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> line.substring(line.length() - 1))
                .findFirst()
                .orElse("0");
        boolean isIgnored = (Integer.parseInt(ignored, 16) & 0b10) != 0; // signal 2
        return isIgnored ? List.of("env", "--default-signal=INT") : List.of();
    }

    private static void awaitClicks(Path output, long atLeast) {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(clicksRead(output))
                .isGreaterThanOrEqualTo(atLeast));
    }

    private static void awaitShown(Path output, String pattern) {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(Files.readString(output))
                .containsPattern(pattern));
    }

    private static long stop(Process demo, Path output) throws Exception {
        new ProcessBuilder("kill", "-INT", String.valueOf(demo.pid())).start().waitFor();
        assertThat(demo.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).isEqualTo(130);
        return clicksRead(output);
    }

    private static long clicksRead(Path output) throws IOException {
        Matcher matcher = READ.matcher(Files.readString(output));
        long last = 0;
        while (matcher.find()) {
            last = Long.parseLong(matcher.group(1).replace(",", ""));
        }
        return last;
    }

    private long clicksInTheLake(String what) throws Exception {
        String files =
                folder.resolve("data/s3/clickstream/lake/clicks/**/*.parquet").toString();
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement();
                var result = statement.executeQuery("SELECT %s FROM read_parquet('%s')".formatted(what, files))) {
            result.next();
            return result.getLong(1);
        }
    }
}
