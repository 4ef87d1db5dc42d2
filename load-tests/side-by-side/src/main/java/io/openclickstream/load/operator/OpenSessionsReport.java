package io.openclickstream.load.operator;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.Medians;
import io.openclickstream.load.benchmark.ReportFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Table, raw output and the result of the benchmark of many open sessions.
 *
 * @param seen all that the processes said, a JSON object each
 */
record OpenSessionsReport(OpenSessionsOptions options, List<OpenSessionsRun> runs, List<String> seen) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Whether every run has put out the sessions that the clicks make, before and after each restore. */
    boolean outputsAgree() {
        return !runs.isEmpty() && runs.stream().allMatch(OpenSessionsRun::outputsAgree);
    }

    /** Prints the table and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws IOException {
        out.println();
        table().forEach(out::println);
        out.println();
        if (!outputsAgree()) {
            out.println("Not every run has put out the sessions that its clicks make; see runs.ndjson.");
        }
        out.println(result());
    }

    List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-8s %10s %9s %6s %9s %6s %9s %16s %16s %9s %9s",
                "state",
                "open",
                "process",
                "",
                "thread",
                "",
                "bytes per",
                "checkpoint, ms",
                "next one, ms",
                "restore",
                "in a new"));
        lines.add(String.format(
                Locale.ROOT,
                "%-8s %10s %9s %6s %9s %6s %9s %16s %16s %9s %9s",
                "",
                "sessions",
                "ns/click",
                "",
                "ns/click",
                "",
                "session",
                "sync+async",
                "sync+async",
                "",
                "JVM"));
        for (String backend : options.backends()) {
            for (long open : options.openSessions()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%-8s %,10d %,9.0f %5.2fx %,9.0f %5.2fx %,9.0f %16s %16s %7.1f s %7.1f s",
                        backend,
                        open,
                        median(backend, open, OpenSessionsRun::processNanos),
                        toFewest(backend, open, OpenSessionsRun::processNanos),
                        median(backend, open, OpenSessionsRun::threadNanos),
                        toFewest(backend, open, OpenSessionsRun::threadNanos),
                        median(backend, open, OpenSessionsRun::bytesPerOpenSession),
                        "%,.0f + %,.0f"
                                .formatted(
                                        median(backend, open, run -> run.first().syncMillis()),
                                        median(backend, open, run -> run.first().asyncMillis())),
                        "%,.0f + %,.0f"
                                .formatted(
                                        median(backend, open, run -> run.next().syncMillis()),
                                        median(backend, open, run -> run.next().asyncMillis())),
                        median(backend, open, OpenSessionsRun::restoreSeconds),
                        median(backend, open, OpenSessionsRun::coldRestoreSeconds)));
            }
        }
        return lines;
    }

    private double median(String backend, long open, ToDoubleFunction<OpenSessionsRun> value) {
        return Medians.of(runs.stream()
                .filter(run -> run.backend().equals(backend) && run.wanted() == open)
                .mapToDouble(value));
    }

    /** How much more a click costs than with the fewest open sessions; 1 when it costs the same. */
    private double toFewest(String backend, long open, ToDoubleFunction<OpenSessionsRun> value) {
        double fewest = median(backend, options.openSessions().get(0), value);
        return median(backend, open, value) / fewest;
    }

    String result() throws IOException {
        String backend = options.backends().get(0);
        long fewest = options.openSessions().get(0);
        long most = options.openSessions().get(options.openSessions().size() - 1);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", "open-sessions");
        result.put("metric", "CPU time of the process for a click with %d open sessions, %s".formatted(most, backend));
        result.put("value", Math.round(median(backend, most, OpenSessionsRun::processNanos)));
        result.put("unit", "ns/click");
        result.put("baseline", fewest + " open sessions");
        result.put("ratio", hundredths(toFewest(backend, most, OpenSessionsRun::processNanos)));
        result.put("outputs_agree", outputsAgree());
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("clicks", options.clicks());
        settings.put("rounds", options.rounds());
        settings.put("clicks_per_session", SteadySessions.CLICKS);
        settings.put("clicks_per_watermark", FeedReader.WATERMARK_EVERY);
        settings.put("incremental_checkpoints", true);
        settings.put("snapshot_compression", options.snapshotCompression());
        for (String each : options.backends()) {
            Map<String, Object> numbers = new LinkedHashMap<>();
            options.openSessions().forEach(open -> numbers.put(String.valueOf(open), values(each, open)));
            settings.put(each, numbers);
        }
        result.put("settings", settings);
        return JSON.writeValueAsString(result);
    }

    private Map<String, Object> values(String backend, long open) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("process_ns", Math.round(median(backend, open, OpenSessionsRun::processNanos)));
        values.put("thread_ns", Math.round(median(backend, open, OpenSessionsRun::threadNanos)));
        values.put("bytes_per_open_session", Math.round(median(backend, open, OpenSessionsRun::bytesPerOpenSession)));
        values.put(
                "checkpoint_sync_ms", median(backend, open, run -> run.first().syncMillis()));
        values.put(
                "checkpoint_async_ms", median(backend, open, run -> run.first().asyncMillis()));
        values.put("next_checkpoint_sync_ms", median(backend, open, run -> run.next()
                .syncMillis()));
        values.put("next_checkpoint_async_ms", median(backend, open, run -> run.next()
                .asyncMillis()));
        values.put("restore_s", hundredths(median(backend, open, OpenSessionsRun::restoreSeconds)));
        values.put("restore_in_new_jvm_s", hundredths(median(backend, open, OpenSessionsRun::coldRestoreSeconds)));
        return values;
    }

    private static double hundredths(double value) {
        return Math.round(100 * value) / 100.0;
    }

    /** Keeps the raw output. */
    void write(String command) throws IOException {
        new ReportFolder(options.reportDir()).write(command, seen, table(), result());
    }
}
