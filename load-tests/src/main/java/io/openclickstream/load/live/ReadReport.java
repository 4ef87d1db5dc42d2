package io.openclickstream.load.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.Goal;
import io.openclickstream.load.benchmark.Medians;
import io.openclickstream.load.benchmark.Numbers;
import io.openclickstream.load.benchmark.ReportFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Table, raw output and the result.
 *
 * @param reads what the reader said of each read
 */
record ReadReport(ReadOptions options, List<JsonNode> reads) {
    static final String OURS = "clickstream";
    static final String THEIRS = "pyarrow_server";
    static final String COMMITTED = "clickstream_committed";
    static final String FILTERED = "clickstream_filtered";
    static final String PLAIN_TCP = "loopback_tcp";

    private static final JsonMapper JSON = new JsonMapper();
    private static final double GOAL_RATIO = 0.9;
    private static final List<String> ALL = List.of(THEIRS, OURS, COMMITTED, FILTERED, PLAIN_TCP);

    /**
     * Whether every read of the whole table, live or committed, ours or theirs, gave the same values and as many rows as
     * were put, and every filtered one the half that was asked for.
     */
    boolean outputsAgree() {
        return Stream.of(OURS, THEIRS, COMMITTED).allMatch(name -> allHave(name, options.rows()))
                && allHave(FILTERED, (options.rows() + 1) / 2)
                && checksums(OURS, THEIRS, COMMITTED) == 1
                && checksums(FILTERED) == 1;
    }

    private boolean allHave(String name, int rows) {
        return of(name).findAny().isPresent()
                && of(name).allMatch(read -> read.path("rows").asInt() == rows);
    }

    private long checksums(String... names) {
        return Stream.of(names)
                .flatMap(this::of)
                .map(read -> read.path("checksum").asText())
                .distinct()
                .count();
    }

    private Stream<JsonNode> of(String name) {
        return reads.stream().filter(read -> read.path("read").asText().equals(name));
    }

    /** Prints the table and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws JsonProcessingException {
        out.println();
        table().forEach(out::println);
        out.println();
        if (!outputsAgree()) {
            out.printf(
                    "The rows differ; see rows and checksums in %s.%n",
                    options.reportDir().resolve("runs.ndjson"));
        }
        out.println(result());
    }

    void write(String command) throws IOException {
        new ReportFolder(options.reportDir())
                .write(command, reads.stream().map(JsonNode::toString).toList(), table(), result());
    }

    private List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-24s %10s %12s %9s %9s %9s %14s %8s",
                "",
                "rows",
                "rows/s",
                "MB/s",
                "fastest",
                "slowest",
                "server's CPU",
                "ratio"));
        for (String name : ALL) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-24s %,10.0f %,12.0f %,9.0f %7.3f s %7.3f s %12.3f s %7.2fx",
                    name.replace('_', ' '),
                    Medians.of(values(name, "rows")),
                    Medians.of(values(name, "rows")) / seconds(name),
                    Medians.of(values(name, "bytes")) / seconds(name) / 1e6,
                    values(name, "seconds").min().orElse(Double.NaN),
                    values(name, "seconds").max().orElse(Double.NaN),
                    Medians.of(values(name, "server_cpu_seconds")),
                    seconds(THEIRS) / seconds(name)));
        }
        lines.add("");
        lines.addAll(Goal.lines(goals()));
        return lines;
    }

    private List<Goal> goals() {
        return List.of(Goal.atLeast("speed of a read, of that from pyarrow's server", ratio(), GOAL_RATIO));
    }

    private double ratio() {
        return seconds(THEIRS) / seconds(OURS);
    }

    private double seconds(String name) {
        return Medians.of(values(name, "seconds"));
    }

    private DoubleStream values(String name, String what) {
        return of(name).mapToDouble(read -> read.path(what).asDouble());
    }

    String result() throws JsonProcessingException {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", "live-read");
        result.put("metric", "rows per second that pyarrow reads, a table of sessions");
        result.put("value", Math.round(options.rows() / seconds(OURS)));
        result.put("unit", "rows/s");
        result.put("baseline", "pyarrow server");
        result.put("ratio", Numbers.rounded(ratio()));
        result.put("outputs_agree", outputsAgree());
        result.put("goals", Goal.facts(goals()));
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("rows", options.rows());
        settings.put("rounds", options.rounds());
        settings.put("warm_up_rounds", ReadBenchmark.WARM_UP_ROUNDS);
        settings.put("server_jvm", String.join(" ", ReadBenchmark.SERVER_JVM));
        settings.put("server_options", String.join(" ", ReadBenchmark.SERVER_OPTIONS));
        Map<String, Long> speeds = new LinkedHashMap<>();
        Map<String, Double> megabytes = new LinkedHashMap<>();
        Map<String, Double> cpu = new LinkedHashMap<>();
        for (String name : ALL) {
            double bytes = Medians.of(values(name, "bytes"));
            megabytes.put(name, Numbers.rounded(bytes / seconds(name) / 1e6));
            if (!name.equals(PLAIN_TCP)) {
                speeds.put(name, Math.round(Medians.of(values(name, "rows")) / seconds(name)));
                cpu.put(name, Numbers.rounded(Medians.of(values(name, "server_cpu_seconds"))));
            }
        }
        settings.put("rows_per_second", speeds);
        settings.put("megabytes_per_second", megabytes);
        settings.put("server_cpu_seconds_per_read", cpu);
        result.put("settings", settings);
        return JSON.writeValueAsString(result);
    }
}
