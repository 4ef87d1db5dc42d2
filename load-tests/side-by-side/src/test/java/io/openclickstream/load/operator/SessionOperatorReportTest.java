package io.openclickstream.load.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionOperatorReportTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    @Test
    void theOperatorsAreComparedWithoutWhatTheFrameCosts() throws Exception {
        JsonNode result = JSON.readTree(report("7:ab", "7:cd").result());
        // The medians of three rounds: 1 s for 1,000,000 clicks is 1,000 ns; the frame takes 100 ns of its process.
        assertThat(result.path("value").asLong()).isEqualTo(1_000);
        assertThat(result.path("ratio").asDouble()).isEqualTo(5.9);
        assertThat(result.path("baseline").asText()).isEqualTo("EventTimeSessionWindows, whole");
        assertThat(result.path("outputs_agree").asBoolean()).isTrue();
        JsonNode heap = result.path("settings").path("hashmap");
        assertThat(heap.path("session_windows_process_ns").asLong()).isEqualTo(3_900);
        assertThat(heap.path("whole_session_windows_process_ns").asLong()).isEqualTo(5_900);
        assertThat(heap.path("clickstream_thread_ns").asLong()).isEqualTo(750);
        assertThat(heap.path("ratio_of_threads").asDouble()).isEqualTo(3.93);
    }

    @Test
    void theTableHasEveryOperatorAndTheFrame() throws Exception {
        assertThat(report("7:ab", "7:cd").table()).hasSize(5).satisfies(lines -> {
            assertThat(lines.get(1)).contains("the same, whole", "hashmap", "5,900", "1.00x", "2,950");
            assertThat(lines.get(2)).contains("session windows", "hashmap", "3,900", "1.51x", "1,950");
            assertThat(lines.get(3)).contains("Open Clickstream", "1,000", "5.90x", "750", "3.93x");
            assertThat(lines.get(4)).contains("(frame)", "100", "50");
        });
    }

    @Test
    void sessionsThatDifferAreNotComparedInSilence() throws Exception {
        assertThat(report("7:ab", "7:ce").outputsAgree()).isFalse();
        SessionOperatorReport report = report("7:ac", "7:cd");
        assertThat(report.outputsAgree()).isFalse();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(new PrintStream(out, true, StandardCharsets.UTF_8));
        List<String> printed = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(printed).anyMatch(line -> line.contains("The final sessions differ"));
        assertThat(JSON.readTree(printed.get(printed.size() - 1))
                        .path("outputs_agree")
                        .asBoolean(true))
                .isFalse();
    }

    @Test
    void theRawOutputIsKept() throws Exception {
        SessionOperatorReport report = report("7:ab", "7:cd");
        report.write("./clickstream bench session-operator --clicks=1000000");
        assertThat(folder.resolve("command.txt")).hasContent("./clickstream bench session-operator --clicks=1000000");
        assertThat(Files.readAllLines(folder.resolve("runs.ndjson"))).hasSize(12);
        assertThat(folder.resolve("result.json")).hasContent(report.result());
        assertThat(folder.resolve("table.txt")).hasContent(String.join("\n", report.table()));
        assertThat(folder.resolve("machine.json")).content().contains("processor");
    }

    /** Ours says 7:ab of counts and 7:cd of facts. */
    private SessionOperatorReport report(String ofWindows, String factsOfWhole) throws Exception {
        SessionOperatorOptions options = SessionOperatorOptions.PROGRAM.read(
                List.of("--clicks=1000000", "--backends=hashmap", "--report.dir=" + folder), Map.of());
        List<SessionOperatorRun> runs = new ArrayList<>();
        for (double factor : new double[] {1, 0.5, 9}) {
            runs.add(run(Contestant.FRAME, 0.1 * factor, 0.05 * factor, "0:0", "0:0"));
            runs.add(run(Contestant.SESSION_WINDOWS, 4.0 * factor, 2.0 * factor, ofWindows, "0:0"));
            runs.add(run(Contestant.WHOLE_SESSION_WINDOWS, 6.0 * factor, 3.0 * factor, "7:ab", factsOfWhole));
            runs.add(run(Contestant.CLICKSTREAM, 1.1 * factor, 0.8 * factor, "7:ab", "7:cd"));
        }
        return new SessionOperatorReport(options, runs);
    }

    private static SessionOperatorRun run(
            Contestant contestant, double process, double thread, String sessions, String facts) {
        JsonNode seen = JSON.valueToTree(Map.of(
                "contestant",
                contestant.name(),
                "backend",
                "hashmap",
                "process_cpu_seconds",
                process,
                "thread_cpu_seconds",
                thread,
                "wall_seconds",
                2.0,
                "sessions",
                sessions,
                "facts",
                facts,
                "vertices",
                List.of("1 x all of it")));
        return SessionOperatorRun.of(seen);
    }
}
