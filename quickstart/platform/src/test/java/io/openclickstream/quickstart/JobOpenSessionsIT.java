package io.openclickstream.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of the whole job with many open sessions, with few of them: a real broker, both backends. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class JobOpenSessionsIT {
    private static final Path ROOT = Path.of(System.getProperty("clickstream.root", "."));

    private @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder;

    @Test
    void theJobAcceptsEveryClickAndMakesTheSessionsThatTheyMustMake() throws Exception {
        try (Platform platform = Platform.startWithoutJob(
                PlatformSettings.of(ROOT, folder.resolve("data"), Ports.free()), notice -> {})) {
            Path output = folder.resolve("output");
            Process benchmark = new ProcessBuilder(command(platform.addresses().kafka()))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                assertThat(benchmark.waitFor(25, TimeUnit.MINUTES)).isTrue();
            } finally {
                benchmark.descendants().forEach(ProcessHandle::destroyForcibly);
                benchmark.destroyForcibly();
            }
            assertThat(benchmark.exitValue())
                    .as(() -> "it said, in %s, why".formatted(output))
                    .isZero();
        }
        List<String> runs = Files.readAllLines(folder.resolve("report").resolve("runs.ndjson"));
        assertThat(runs).hasSize(2);
        for (String line : runs) {
            JsonNode run = new JsonMapper().readTree(line);
            // 7 clicks for each session, 9,000 to be measured, and a part of all behind them.
            assertThat(run.path("clicks_accepted").asLong()).as(line).isEqualTo(16_800);
            assertThat(run.path("clicks").asLong()).as(line).isBetween(8_800L, 9_200L);
            assertThat(run.path("process_cpu_seconds").asDouble()).as(line).isPositive();
            // A session begins with every fourth click, and three tenths of those open had begun before.
            assertThat(run.path("final_sessions").asText()).as(line).startsWith("4500:");
        }
        JsonNode result = new JsonMapper()
                .readTree(folder.resolve("report").resolve("result.json").toFile());
        assertThat(result.path("outputs_agree").asBoolean()).isTrue();
        assertThat(result.path("settings")
                        .path("rocksdb")
                        .path("1000")
                        .path("process_ns")
                        .asLong())
                .isPositive();
    }

    private List<String> command(String kafka) throws Exception {
        Path besideFlink = ROOT.resolve("load-tests").resolve("side-by-side").resolve("target");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + ROOT.resolve("jvm.options"),
                "-Xmx256m",
                "-cp",
                besideFlink.resolve("classes")
                        + File.pathSeparator
                        + Files.readString(besideFlink.resolve("classpath.txt")).strip(),
                "io.openclickstream.load.wholejob.JobOpenSessionsBenchmark"));
        command.addAll(List.of(
                "--kafka.bootstrap-servers=" + kafka,
                "--open-sessions=1000",
                "--backends=hashmap,rocksdb",
                "--warm-up=0",
                "--clicks=9000",
                "--jvm=-Xmx1g",
                "--jvm=-Xms256m",
                "--report.dir=" + folder.resolve("report")));
        return command;
    }
}
