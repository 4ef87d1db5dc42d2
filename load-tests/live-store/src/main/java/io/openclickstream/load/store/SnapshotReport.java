package io.openclickstream.load.store;

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

/**
 * Table, raw output and the result.
 *
 * @param made with a snapshot after every batch
 * @param without the same puts without snapshots
 * @param taken by a reader of the whole store
 */
record SnapshotReport(
        SnapshotOptions options, MadeSnapshots.Seen made, MadeSnapshots.Seen without, TakenSnapshots.Seen taken) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final double GOAL_MILLIS = 0.1;
    private static final double GOAL_BYTES = 1_000_000;

    /** Allocated to make one. */
    double madeBytes() {
        return made.madeBytes() / (double) made.batches();
    }

    /**
     * All that a snapshot costs in copies: what is allocated to make it, and what the writer allocates more than it does
     * without snapshots because it may not change what one shows.
     */
    double copiedBytes() {
        return made.allBytes() / (double) made.batches() - without.allBytes() / (double) without.batches();
    }

    /** Prints the table and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws JsonProcessingException {
        out.println();
        table().forEach(out::println);
        out.println();
        out.println(result());
    }

    void write(String command) throws IOException {
        new ReportFolder(options.reportDir())
                .write(command, List.of(JSON.writeValueAsString(facts())), table(), result());
    }

    private List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(Latencies.heading("%,d rows, %,d upserts/s".formatted(options.rows(), options.upserts())));
        lines.add(made.latencies().row("made by the writer"));
        lines.add(taken.latencies().row("taken by a reader"));
        lines.add("");
        lines.add(String.format(
                Locale.ROOT, "%,.0f upserts/s were durable while a reader took them", taken.upsertsPerSecond()));
        lines.add(String.format(Locale.ROOT, "%,.0f bytes allocated to make one", madeBytes()));
        lines.add(String.format(
                Locale.ROOT, "%,.0f bytes copied for one, in the writer's later puts too", copiedBytes()));
        lines.add(String.format(
                Locale.ROOT,
                "%,.0f bytes allocated to take one",
                taken.takenBytes() / (double) taken.latencies().count()));
        lines.add("");
        lines.addAll(Goal.lines(goals()));
        return lines;
    }

    private List<Goal> goals() {
        return List.of(
                Goal.atMost("p50 ms to make a snapshot", made.latencies().percentileMillis(50), GOAL_MILLIS),
                Goal.atMost("p50 ms to take a snapshot", taken.latencies().percentileMillis(50), GOAL_MILLIS),
                Goal.atMost("bytes copied for a snapshot", Math.max(madeBytes(), copiedBytes()), GOAL_BYTES));
    }

    private Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("made", made.latencies().facts());
        facts.put("taken", taken.latencies().facts());
        facts.put("bytes_to_make", Numbers.rounded(madeBytes()));
        facts.put("bytes_copied", Numbers.rounded(copiedBytes()));
        facts.put(
                "bytes_to_take",
                Numbers.rounded(taken.takenBytes() / (double) taken.latencies().count()));
        facts.put("durable_upserts_per_second", Math.round(taken.upsertsPerSecond()));
        return facts;
    }

    String result() throws JsonProcessingException {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", "live-snapshots");
        result.put("metric", "p50 to make a snapshot of a table of sessions while its rows change");
        result.put("value", Numbers.rounded(made.latencies().percentileMillis(50)));
        result.put("unit", "ms");
        result.put("goals", Goal.facts(goals()));
        result.putAll(facts());
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("rows", options.rows());
        settings.put("upserts_per_second", options.upserts());
        settings.put("batch_rows", options.batchRows());
        settings.put("warm_up_ms", options.warmUp().toMillis());
        settings.put("time_ms", options.time().toMillis());
        result.put("settings", settings);
        return JSON.writeValueAsString(result);
    }
}
