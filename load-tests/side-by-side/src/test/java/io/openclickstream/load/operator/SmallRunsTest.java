package io.openclickstream.load.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both benchmarks whole, only small, and in this JVM but for one run: both backends, real checkpoints and restores. */
@Timeout(300)
class SmallRunsTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void allOperatorsMakeTheSameSessionsOfTheSameClicks() throws Exception {
        SessionOperatorOptions options = SessionOperatorOptions.PROGRAM.read(
                List.of("--clicks=5000", "--rounds=1", "--report.dir=" + folder), Map.of());
        int exitCode = new SessionOperatorBenchmark(
                        options, printed(), (arguments, log) -> seen(() -> SessionOperatorProcess.run(arguments)))
                .run("small");

        JsonNode result = lastLine();
        assertThat(exitCode).isZero();
        assertWhole(result, "session-operator");
        List<String> runs = Files.readAllLines(folder.resolve("runs.ndjson"));
        assertThat(runs).hasSize(8);
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
                List.of("--open-sessions=1000", "--clicks=3000", "--report.dir=" + folder), Map.of());
        int exitCode = new OpenSessionsBenchmark(
                        options, printed(), (arguments, log) -> seen(() -> OpenSessionsProcess.run(arguments)))
                .run("small");

        JsonNode result = lastLine();
        assertThat(exitCode).isZero();
        assertWhole(result, "open-sessions");
        List<String> runs = Files.readAllLines(folder.resolve("runs.ndjson"));
        assertThat(runs).hasSize(4);
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

    @Test
    void aRunInAFreshJvmHandsBackWhatItSaw() throws Exception {
        Path clicks = folder.resolve("clicks");
        RecordedClicks.write(clicks, 1, 100, 2_000);
        JsonNode seen = SessionOperatorBenchmark.inFreshJvms(null)
                .run(List.of("CLICKSTREAM", "hashmap", clicks.toString(), "2000"), folder.resolve("log"));
        assertThat(SessionOperatorRun.of(seen).contestant()).isEqualTo(Contestant.CLICKSTREAM);
        assertThat(seen.path("sessions").asText()).matches("[1-9][0-9]*:[0-9a-f]+");

        assertThatThrownBy(() ->
                        SessionOperatorBenchmark.inFreshJvms(null).run(List.of("NOBODY"), folder.resolve("failed")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("SessionOperatorProcess NOBODY gave no result; see " + folder.resolve("failed"));
    }

    private static JsonNode seen(Callable<Map<String, Object>> process) {
        try {
            return new JsonMapper().valueToTree(process.call());
        } catch (Exception e) {
            throw new IllegalStateException(e);
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
