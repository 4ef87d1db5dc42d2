package io.openclickstream.load.parquet;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Table, raw output and the result.
 *
 * @param outputsAgree whether both files hold the same rows
 */
record ParquetWriterReport(ParquetWriterOptions options, WriterRun baseline, WriterRun ours, boolean outputsAgree) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Prints the table and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws IOException {
        out.println();
        table().forEach(out::println);
        out.println();
        if (!outputsAgree) {
            out.printf("The rows differ; see the files in %s.%n", options.reportDir());
        }
        out.println(result());
    }

    private List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT, "%-20s %18s %9s %14s %10s", "", "rows/s of CPU", "ratio", "bytes per row", "wall"));
        for (WriterRun run : List.of(baseline, ours)) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-20s %,18.0f %8.2fx %14.1f %8.2f s",
                    run.writer().shownAs(),
                    run.rowsPerCpuSecond(),
                    run.rowsPerCpuSecond() / baseline.rowsPerCpuSecond(),
                    run.bytesPerRow(),
                    run.wallSeconds()));
        }
        return lines;
    }

    private String result() throws IOException {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", "parquet-writer");
        result.put("metric", "rows per second of CPU time, clicks with all columns");
        result.put("value", Math.round(ours.rowsPerCpuSecond()));
        result.put("unit", "rows/s/core");
        result.put("baseline", baseline.writer().shownAs());
        result.put("ratio", rounded(ours.rowsPerCpuSecond() / baseline.rowsPerCpuSecond()));
        result.put("outputs_agree", outputsAgree);
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("rows", options.rows());
        settings.put("rounds", options.rounds());
        settings.put("seed", options.seed());
        settings.put("warm_up_rounds", WriterProcess.WARM_UP_ROUNDS);
        settings.put("jvm", String.join(" ", ParquetWriterBenchmark.JVM));
        Map<String, Object> speeds = new LinkedHashMap<>();
        Map<String, Object> sizes = new LinkedHashMap<>();
        for (WriterRun run : List.of(baseline, ours)) {
            speeds.put(run.writer().key(), Math.round(run.rowsPerCpuSecond()));
            sizes.put(run.writer().key(), rounded(run.bytesPerRow()));
        }
        settings.put("rows_per_second_per_core", speeds);
        settings.put("bytes_per_row", sizes);
        result.put("settings", settings);
        return JSON.writeValueAsString(result);
    }

    private static double rounded(double value) {
        return Math.round(100 * value) / 100.0;
    }

    /** Keeps {@code command.txt}, {@code machine.json}, {@code runs.ndjson}, {@code table.txt} and {@code result.json}. */
    void write(String command) throws IOException {
        Path folder = options.reportDir();
        Files.writeString(folder.resolve("command.txt"), command + "\n");
        Files.writeString(
                folder.resolve("machine.json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(Machine.facts()) + "\n");
        Files.write(
                folder.resolve("runs.ndjson"),
                List.of(baseline.seen().toString(), ours.seen().toString()));
        Files.write(folder.resolve("table.txt"), table());
        Files.writeString(folder.resolve("result.json"), result() + "\n");
    }
}
