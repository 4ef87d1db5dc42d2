package io.openclickstream.load.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both benchmarks whole, only small: with JVMs of their own, both backends, real checkpoints and restores. */
@Timeout(600)
class SmallRunsTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void bothOperatorsMakeTheSameSessionsOfTheSameClicks() throws Exception {
        SessionOperatorOptions options = SessionOperatorOptions.PROGRAM.read(
                List.of("--clicks=5000", "--rounds=1", "--report.dir=" + folder), Map.of());
        int exitCode = new SessionOperatorBenchmark(options, printed()).run("small");

        JsonNode result = lastLine();
        assertThat(exitCode).isZero();
        assertWhole(result, "session-operator");
        List<String> runs = Files.readAllLines(folder.resolve("runs.ndjson"));
        assertThat(runs).hasSize(6);
        for (String line : runs) {
            JsonNode run = new JsonMapper().readTree(line);
            boolean isFrame = run.path("contestant").asText().equals("FRAME");
            String sessions = run.path("sessions").asText();
            assertThat(Long.parseLong(sessions.substring(0, sessions.indexOf(':'))))
                    .as(line)
                    .isBetween(isFrame ? 0L : 500L, isFrame ? 0L : 5_000L);
            assertThat(run.path("vertices")).hasSize(1);
        }
    }

    @Test
    void openSessionsGoOnAfterEveryRestoreAsIfNothingHadBeen() throws Exception {
        OpenSessionsOptions options = OpenSessionsOptions.PROGRAM.read(
                List.of("--open-sessions=1000,2000", "--clicks=3000", "--report.dir=" + folder), Map.of());
        int exitCode = new OpenSessionsBenchmark(options, printed()).run("small");

        JsonNode result = lastLine();
        assertThat(exitCode).isZero();
        assertWhole(result, "open-sessions");
        List<String> runs = Files.readAllLines(folder.resolve("runs.ndjson"));
        assertThat(runs).hasSize(8);
        for (String line : runs) {
            JsonNode run = new JsonMapper().readTree(line);
            assertThat(run.path("outputs_agree").asBoolean()).as(line).isTrue();
            assertThat(run.path("restore_seconds").asDouble()).as(line).isPositive();
            if (run.has("first_checkpoint")) {
                assertThat(run.path("first_checkpoint").path("bytes").asLong())
                        .as(line)
                        .isPositive();
            }
        }
    }

    private static void assertWhole(JsonNode result, String name) {
        assertThat(result.path("name").asText()).isEqualTo(name);
        assertThat(result.fieldNames())
                .toIterable()
                .containsExactly("name", "metric", "value", "unit", "baseline", "ratio", "outputs_agree", "settings");
        assertThat(result.path("outputs_agree").asBoolean()).isTrue();
        assertThat(result.path("unit").asText()).isEqualTo("ns/click");
        assertThat(result.path("settings").path("hashmap").isObject()).isTrue();
        assertThat(result.path("settings").path("rocksdb").isObject()).isTrue();
    }

    private PrintStream printed() {
        return new PrintStream(out, true, StandardCharsets.UTF_8);
    }

    private JsonNode lastLine() throws Exception {
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        return new JsonMapper().readTree(lines.get(lines.size() - 1));
    }
}
