package io.openclickstream.load.wholejob;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobOpenSessionsReportTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    @Test
    void costsAreComparedWithThoseOfTheFewestSessions() throws Exception {
        JsonNode result = JSON.readTree(report(measured(5_000, 0.48)).result());
        assertThat(result.fieldNames())
                .toIterable()
                .containsExactly("name", "metric", "value", "unit", "baseline", "ratio", "outputs_agree", "settings");
        assertThat(result.path("name").asText()).isEqualTo("job-open-sessions");
        assertThat(result.path("metric").asText()).contains("with 5000 open sessions", "hashmap");
        assertThat(result.path("value").asLong()).isEqualTo(4_800);
        assertThat(result.path("unit").asText()).isEqualTo("ns/click");
        assertThat(result.path("baseline").asText()).isEqualTo("1000 open sessions");
        assertThat(result.path("ratio").asDouble()).isEqualTo(1.2);
        assertThat(result.path("outputs_agree").asBoolean()).isTrue();
        assertThat(result.path("settings").path("clicks_before").asLong()).isEqualTo(35_000);
        JsonNode most = result.path("settings").path("hashmap").path("5000");
        assertThat(most.path("process_ns").asLong()).isEqualTo(4_800);
        assertThat(most.path("open_at_begin").asLong()).isEqualTo(5_010);
        assertThat(most.path("open_at_end").asLong()).isEqualTo(5_020);
        assertThat(most.path("clicks_per_s").asLong()).isEqualTo(50_000);
        assertThat(most.path("checkpoints").asDouble()).isEqualTo(1.5);
    }

    @Test
    void tablesTellWhatAClickCostsAndWhichThreadsItCosts() throws Exception {
        List<String> table = report(measured(5_000, 0.48)).table();
        assertThat(table.get(2)).contains("hashmap", "1,000", "1,010", "1,020", "4.00", "1.00x", "50,000", "1.5");
        assertThat(table.get(3)).contains("5,000", "4.80", "1.20x");
        assertThat(table.get(5)).contains("microseconds of CPU per click by thread");
        // Half of the time is the session thread's, a quarter the collector's.
        assertThat(table.get(7).split(" +")).containsExactly("", "sessionize", "2.00", "2.40");
        assertThat(table.get(8).split(" +")).containsExactly("", "G#", "1.00", "1.20");
        assertThat(table).hasSize(9);
    }

    @Test
    void whatIsNotAsItMustBeIsSaid() throws Exception {
        assertThat(report(measured(5_000, 1).put("clicks_accepted", 199_999)).outputsAgree())
                .isFalse();
        assertThat(report(measured(5_000, 1).put("clicks_received", 199_999)).outputsAgree())
                .isFalse();
        assertThat(report(measured(5_000, 1).put("open_sessions_at_end", 4_749)).outputsAgree())
                .isFalse();
        JobOpenSessionsReport wrong = report(measured(5_000, 1).put("final_sessions", "9:b"));
        assertThat(wrong.outputsAgree()).isFalse();

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        wrong.print(new PrintStream(out, true, StandardCharsets.UTF_8));
        List<String> printed = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(printed).contains("  2 x source");
        assertThat(printed).anyMatch(line -> line.startsWith("Not every run"));
        assertThat(JSON.readTree(printed.get(printed.size() - 1))
                        .path("outputs_agree")
                        .asBoolean(true))
                .isFalse();
    }

    @Test
    void theRawOutputIsKept() throws Exception {
        JobOpenSessionsReport report = report(measured(5_000, 0.48));
        report.write("./clickstream bench job-open-sessions");
        assertThat(folder.resolve("command.txt")).hasContent("./clickstream bench job-open-sessions");
        assertThat(Files.readAllLines(folder.resolve("runs.ndjson"))).hasSize(2);
        assertThat(folder.resolve("result.json")).hasContent(report.result());
        assertThat(folder.resolve("table.txt")).hasContent(String.join("\n", report.table()));
    }

    private JobOpenSessionsReport report(JsonNode most) throws Exception {
        JobOpenSessionsOptions options = JobOpenSessionsOptions.PROGRAM.read(
                List.of("--open-sessions=1000,5000", "--warm-up=0", "--clicks=100000", "--report.dir=" + folder),
                Map.of());
        return new JobOpenSessionsReport(options, List.of(measured(1_000, 0.4), most));
    }

    /** 100,000 clicks measured in 2 s, of 200,000. */
    private static ObjectNode measured(long open, double processSeconds) {
        ObjectNode seen = JSON.createObjectNode()
                .put("backend", "hashmap")
                .put("open_sessions_wanted", open)
                .put("open_sessions_at_begin", open + 10)
                .put("open_sessions_at_end", open + 20)
                .put("clicks", 100_000)
                .put("process_cpu_seconds", processSeconds)
                .put("wall_seconds", 2)
                .put("checkpoints", 1.5)
                .put("clicks_sent", 200_000)
                .put("clicks_received", 200_000)
                .put("clicks_accepted", 200_000)
                .put("final_sessions", "9:a")
                .put("final_sessions_expected", "9:a");
        seen.putObject("cpu_seconds_by_thread").put("G#", processSeconds / 4).put("sessionize", processSeconds / 2);
        seen.putArray("vertices").add("2 x source");
        return seen;
    }
}
