package io.openclickstream.load.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Table, raw output and the result. */
record FreshnessReport(FreshnessOptions options, FreshnessRun run) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final double GOAL_LIVE_MILLIS = 1000;
    private static final double GOAL_COMMITTED_BEYOND_CHECKPOINT_MILLIS = 1000;

    /** Whether every probe was seen in both views. */
    boolean outputsAgree() {
        return run.probes().live().missing() == 0 && run.probes().committed().missing() == 0;
    }

    /** Prints the table and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws JsonProcessingException {
        out.println();
        table().forEach(out::println);
        out.println();
        if (!outputsAgree()) {
            out.printf(
                    "Of %d timed clicks, %d were never seen live and %d never committed.%n",
                    run.probes().count(),
                    run.probes().live().missing(),
                    run.probes().committed().missing());
        }
        out.println(result());
    }

    void write(String command) throws IOException {
        new ReportFolder(options.reportDir())
                .write(command, List.of(JSON.writeValueAsString(facts())), table(), result());
    }

    private List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "%,d clicks/s sent; %,.0f saturate", run.rate(), run.saturating()));
        lines.add("");
        lines.add(Latencies.heading("from the intended time of a click"));
        lines.add(run.sent().late().row("to the producer"));
        lines.add(live().row("to a subscriber of the live view"));
        lines.add(committed().row("to one of the committed view"));
        lines.add("");
        run.sent()
                .processorTime()
                .forEach((name, time) -> lines.add(String.format(
                        Locale.ROOT,
                        "%-10s %6.2f cores",
                        name,
                        time.toNanos() / 1e9 / run.sent().seconds())));
        lines.add(String.format(
                Locale.ROOT, "%-10s %6.0f %%", "machine", 100 * run.sent().machineBusy()));
        lines.add("");
        lines.addAll(Goal.lines(goals()));
        return lines;
    }

    private Latencies live() {
        return run.probes().live().latencies();
    }

    private Latencies committed() {
        return run.probes().committed().latencies();
    }

    private List<Goal> goals() {
        return List.of(
                Goal.atMost("p99 ms to the live view", live().percentileMillis(99), GOAL_LIVE_MILLIS),
                Goal.atMost(
                        "p99 ms to the committed view",
                        committed().percentileMillis(99),
                        options.checkpointInterval().toMillis() + GOAL_COMMITTED_BEYOND_CHECKPOINT_MILLIS));
    }

    private Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("saturating_clicks_per_second", Math.round(run.saturating()));
        facts.put("sent_clicks_per_second", run.rate());
        facts.put("live", live().facts());
        facts.put("committed", committed().facts());
        facts.put("sender_late", run.sent().late().facts());
        facts.put("ledger_behind_at_the_end", run.behind());
        Map<String, Double> cores = new LinkedHashMap<>();
        run.sent()
                .processorTime()
                .forEach((name, time) -> cores.put(
                        name, Numbers.rounded(time.toNanos() / 1e9 / run.sent().seconds())));
        facts.put("cores", cores);
        facts.put("machine_busy", Numbers.rounded(run.sent().machineBusy()));
        return facts;
    }

    String result() throws JsonProcessingException {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", "freshness");
        result.put("metric", "p99 from the intended time of a click to a subscriber of the live sessions");
        result.put("value", Numbers.rounded(live().percentileMillis(99)));
        result.put("unit", "ms");
        result.put("outputs_agree", outputsAgree());
        result.put("goals", Goal.facts(goals()));
        result.putAll(facts());
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("share_of_saturating", options.share());
        settings.put("probes_per_second", options.probes());
        settings.put("checkpoint_interval_ms", options.checkpointInterval().toMillis());
        settings.put("flush_interval_ms", options.flushInterval().toMillis());
        settings.put("warm_up_seconds", options.warmUp().toSeconds());
        settings.put("seconds", options.time().toSeconds());
        settings.put("seed", options.seed());
        result.put("settings", settings);
        return JSON.writeValueAsString(result);
    }
}
