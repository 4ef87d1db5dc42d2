package io.openclickstream.load.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.Goal;
import io.openclickstream.load.benchmark.Numbers;
import io.openclickstream.load.benchmark.ReportFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Table, raw output and the result. */
record PutReport(PutOptions options, List<PutRun> runs) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final double GOAL_ROWS_PER_SECOND = 1_000_000;

    /** Prints the table and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws JsonProcessingException {
        out.println();
        table().forEach(out::println);
        out.println();
        out.println(result());
    }

    void write(String command) throws IOException {
        List<String> seen = new ArrayList<>();
        for (PutRun run : runs) {
            seen.add(JSON.writeValueAsString(run.facts()));
        }
        new ReportFolder(options.reportDir()).write(command, seen, table(), result());
    }

    private List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-14s %12s %14s %14s %14s %20s %18s",
                "",
                "bytes/row",
                "rows/s",
                "slowest",
                "fastest",
                "server CPU us/row",
                "disk alone rows/s"));
        for (PutRun run : runs) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-14s %12.0f %,14.0f %,14.0f %,14.0f %20.2f %,18.0f",
                    run.form().table().name(),
                    run.bytesPerRow(),
                    run.rowsPerSecond(),
                    run.slowest(),
                    run.fastest(),
                    run.cpuMicrosPerRow(),
                    run.diskRows()));
        }
        lines.add("");
        lines.addAll(Goal.lines(goals()));
        return lines;
    }

    private List<Goal> goals() {
        return runs.stream()
                .map(run -> Goal.atLeast(
                        "durable rows/s of " + run.form().table().name(), run.rowsPerSecond(), GOAL_ROWS_PER_SECOND))
                .toList();
    }

    /** The narrower table stands for the result, the other one beside it. */
    String result() throws JsonProcessingException {
        PutRun quoted = runs.get(runs.size() - 1);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", "live-put");
        result.put(
                "metric",
                "rows per second that DoPut makes durable, "
                        + quoted.form().table().name());
        result.put("value", Math.round(quoted.rowsPerSecond()));
        result.put("unit", "rows/s");
        result.put("baseline", "write and fsync alone");
        result.put("ratio", Numbers.rounded(quoted.rowsPerSecond() / quoted.diskRows()));
        result.put("goals", Goal.facts(goals()));
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("writers", options.writers());
        settings.put("in_flight", options.inFlight());
        settings.put("batch_rows", options.batchRows());
        settings.put("keys", options.keys());
        settings.put("round_ms", options.round().toMillis());
        settings.put("rounds", options.rounds());
        settings.put("server_jvm", String.join(" ", PutBenchmark.SERVER_JVM));
        Map<String, Double> bytes = new LinkedHashMap<>();
        Map<String, Double> cpu = new LinkedHashMap<>();
        for (PutRun run : runs) {
            String name = run.form().table().name();
            bytes.put(name, Numbers.rounded(run.bytesPerRow()));
            cpu.put(name, Numbers.rounded(run.cpuMicrosPerRow()));
            Map<String, Long> speeds = new LinkedHashMap<>();
            speeds.put("write_and_fsync_alone", Math.round(run.diskRows()));
            speeds.put("clickstream", Math.round(run.rowsPerSecond()));
            settings.put(name, speeds);
        }
        settings.put("bytes_a_row", bytes);
        settings.put("server_cpu_us_a_row", cpu);
        result.put("settings", settings);
        return JSON.writeValueAsString(result);
    }
}
