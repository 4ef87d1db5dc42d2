package io.openclickstream.load.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.Goal;
import io.openclickstream.load.benchmark.Latencies;
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
record SubscribersReport(SubscribersOptions options, SubscribersRun few, SubscribersRun many) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final double GOAL_CORES = 0.4;
    private static final double GOAL_FEW_MEGABYTES = 200;
    private static final double GOAL_MANY_MEGABYTES = 1.5 * (1 << 30) / 1e6;
    private static final double GOAL_P99_MILLIS = 500;

    /** Prints the table and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws JsonProcessingException {
        out.println();
        table().forEach(out::println);
        out.println();
        out.println(result());
    }

    void write(String command) throws IOException {
        List<String> seen = new ArrayList<>();
        for (SubscribersRun run : List.of(few, many)) {
            Map<String, Object> facts = new LinkedHashMap<>(run.facts());
            facts.put("resident_bytes", run.samples().residentBytes());
            seen.add(JSON.writeValueAsString(facts));
        }
        new ReportFolder(options.reportDir()).write(command, seen, table(), result());
    }

    private List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-12s %9s %13s %14s %14s %10s",
                "subscribers",
                "stalled",
                "server cores",
                "resident MB",
                "before, MB",
                "joined in"));
        for (SubscribersRun run : List.of(few, many)) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%,-12d %,9d %13.3f %14.1f %14.1f %8.1f s",
                    run.subscribers(),
                    run.stalled(),
                    run.cores(),
                    run.megabytes(),
                    run.idleBytes() / 1e6,
                    run.joinSeconds()));
        }
        lines.add("");
        lines.add(Latencies.heading("healthy subscribers"));
        for (SubscribersRun run : List.of(few, many)) {
            lines.add(run.arrivals().sinceAcknowledged().row("%,d, from acknowledged".formatted(run.subscribers())));
            lines.add(run.arrivals().sinceSent().row("%,d, from intended".formatted(run.subscribers())));
        }
        lines.add("");
        lines.addAll(Goal.lines(goals()));
        return lines;
    }

    private List<Goal> goals() {
        return List.of(
                Goal.atMost("server cores, %,d subscribers".formatted(few.subscribers()), few.cores(), GOAL_CORES),
                Goal.atMost(
                        "resident MB, %,d subscribers".formatted(few.subscribers()),
                        few.megabytes(),
                        GOAL_FEW_MEGABYTES),
                Goal.atMost(
                        "resident MB, %,d subscribers, %,d stalled".formatted(many.subscribers(), many.stalled()),
                        many.megabytes(),
                        GOAL_MANY_MEGABYTES),
                Goal.atMost(
                        "p99 ms from acknowledged to received, healthy ones of %,d".formatted(many.subscribers()),
                        many.arrivals().sinceAcknowledged().percentileMillis(99),
                        GOAL_P99_MILLIS));
    }

    String result() throws JsonProcessingException {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", "live-subscribers");
        result.put(
                "metric",
                "p99 from a put acknowledged to its rows received, healthy ones of %,d subscribers"
                        .formatted(many.subscribers()));
        result.put("value", Numbers.rounded(many.arrivals().sinceAcknowledged().percentileMillis(99)));
        result.put("unit", "ms");
        result.put("goals", Goal.facts(goals()));
        result.put("few", few.facts());
        result.put("many", many.facts());
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("rows", options.rows());
        settings.put("delta_rows", options.deltaRows());
        settings.put("deltas_per_second", 1);
        settings.put("seconds", options.time().toSeconds());
        settings.put("healthy_connections", SubscribersBenchmark.HEALTHY_CONNECTIONS);
        settings.put("stalled_connections", SubscribersBenchmark.STALLED_CONNECTIONS);
        settings.put("joining_at_once", SubscribersBenchmark.JOIN_AT_ONCE);
        settings.put("server_jvm_few", String.join(" ", few.jvm()));
        settings.put("server_jvm_many", String.join(" ", many.jvm()));
        settings.put("server_options", String.join(" ", SubscribersBenchmark.serverOptions(many.subscribers())));
        result.put("settings", settings);
        return JSON.writeValueAsString(result);
    }
}
