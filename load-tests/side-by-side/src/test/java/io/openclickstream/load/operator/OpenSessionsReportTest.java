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
import org.junit.jupiter.api.io.TempDir;

class OpenSessionsReportTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    @Test
    void costsAreComparedWithThoseOfTheFewestSessions() throws Exception {
        JsonNode result = JSON.readTree(report(true).result());
        assertThat(result.path("metric").asText()).contains("with 5000 open sessions", "hashmap");
        assertThat(result.path("value").asLong()).isEqualTo(2_400);
        assertThat(result.path("baseline").asText()).isEqualTo("1000 open sessions");
        assertThat(result.path("ratio").asDouble()).isEqualTo(1.2);
        assertThat(result.path("outputs_agree").asBoolean()).isTrue();
        JsonNode most = result.path("settings").path("hashmap").path("5000");
        assertThat(most.path("thread_ns").asLong()).isEqualTo(1_200);
        assertThat(most.path("bytes_per_open_session").asLong()).isEqualTo(200);
        assertThat(most.path("checkpoint_sync_ms").asLong()).isEqualTo(7);
        assertThat(most.path("next_checkpoint_async_ms").asLong()).isEqualTo(9);
        assertThat(most.path("restore_s").asDouble()).isEqualTo(1.5);
        assertThat(most.path("restore_in_new_jvm_s").asDouble()).isEqualTo(4.5);
    }

    @Test
    void theTableHasALineForEveryNumberOfSessions() throws Exception {
        assertThat(report(true).table()).hasSize(4).satisfies(lines -> {
            assertThat(lines.get(2)).contains("hashmap", "1,000", "2,000", "1.00x", "1,000", "200");
            assertThat(lines.get(3)).contains("5,000", "2,400", "1.20x", "1,200", "7 + 8", "3 + 9", "1.5 s", "4.5 s");
        });
    }

    @Test
    void oneWrongRestoreIsEnoughToSaySo() throws Exception {
        OpenSessionsReport report = report(false);
        assertThat(report.outputsAgree()).isFalse();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(new PrintStream(out, true, StandardCharsets.UTF_8));
        List<String> printed = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(printed).anyMatch(line -> line.startsWith("Not every run"));
        assertThat(JSON.readTree(printed.get(printed.size() - 1))
                        .path("outputs_agree")
                        .asBoolean(true))
                .isFalse();
    }

    @Test
    void theRawOutputIsKept() throws Exception {
        OpenSessionsReport report = report(true);
        report.write("./clickstream bench open-sessions --open-sessions=1000,5000");
        assertThat(folder.resolve("command.txt"))
                .hasContent("./clickstream bench open-sessions --open-sessions=1000,5000");
        assertThat(Files.readAllLines(folder.resolve("runs.ndjson"))).hasSize(2);
        assertThat(folder.resolve("result.json")).hasContent(report.result());
        assertThat(folder.resolve("table.txt")).hasContent(String.join("\n", report.table()));
    }

    private OpenSessionsReport report(boolean restoresRightly) throws Exception {
        OpenSessionsOptions options = OpenSessionsOptions.PROGRAM.read(
                List.of("--open-sessions=1000,5000", "--backends=hashmap", "--report.dir=" + folder), Map.of());
        JsonNode fewest = measured(1_000, 0.22);
        JsonNode most = measured(5_000, 0.26);
        return new OpenSessionsReport(
                options,
                List.of(
                        OpenSessionsRun.of(fewest, restored(true)),
                        OpenSessionsRun.of(most, restored(restoresRightly))),
                List.of(fewest.toString(), most.toString()));
    }

    /** 100,000 clicks; the feed alone takes 0.02 s of the process and half of it of the thread. */
    private static JsonNode measured(long open, double processSeconds) {
        return JSON.valueToTree(Map.ofEntries(
                Map.entry("backend", "hashmap"),
                Map.entry("open_sessions_wanted", open),
                Map.entry("open_sessions", open + 10),
                Map.entry("clicks", 100_000),
                Map.entry("process_cpu_seconds", processSeconds),
                Map.entry("thread_cpu_seconds", processSeconds / 2),
                Map.entry("frame_process_cpu_seconds", 0.02),
                Map.entry("frame_thread_cpu_seconds", 0.01),
                Map.entry("first_checkpoint", Map.of("bytes", 200 * (open + 10), "sync_millis", 7, "async_millis", 8)),
                Map.entry("next_checkpoint", Map.of("bytes", 1, "sync_millis", 3, "async_millis", 9)),
                Map.entry("restore_seconds", 1.5),
                Map.entry("outputs_agree", true)));
    }

    private static JsonNode restored(boolean rightly) {
        return JSON.valueToTree(Map.of("restore_seconds", 4.5, "outputs_agree", rightly));
    }
}
