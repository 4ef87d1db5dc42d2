package io.openclickstream.load.wholejob;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.Medians;
import io.openclickstream.load.benchmark.ReportFolder;
import io.openclickstream.load.operator.SteadySessions;
import io.openclickstream.load.sidebyside.LocalJob;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Tables, raw output and the result of the benchmark of the whole job with many open sessions.
 *
 * @param runs what each process said and what is read from it, in the order in which they ran
 */
record JobOpenSessionsReport(JobOpenSessionsOptions options, List<JsonNode> seen, List<JobOpenSessionsRun> runs) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MOST_THREADS = 12;

    JobOpenSessionsReport(JobOpenSessionsOptions options, List<JsonNode> seen) {
        this(options, seen, seen.stream().map(JobOpenSessionsRun::of).toList());
    }

    /** Whether in every run all clicks were accepted, and made the sessions that they must make. */
    boolean outputsAgree() {
        return !runs.isEmpty() && runs.stream().allMatch(JobOpenSessionsRun::outputsAgree);
    }

    /** Prints the tables, what the job consists of and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws IOException {
        out.println();
        table().forEach(out::println);
        out.println();
        out.println("The job is made of");
        seen.get(0).path("vertices").forEach(vertex -> out.println("  " + vertex.asText()));
        if (!outputsAgree()) {
            out.println("Not every run has accepted all clicks, put out the sessions that they make and kept as many"
                    + " open as wanted; see runs.ndjson.");
        }
        out.println(result());
    }

    List<String> table() {
        List<String> lines = new ArrayList<>();
        String format = "%-8s %12s %12s %12s %10s %7s %12s %12s";
        lines.add(line(format, "state", "sessions", "open at", "open at", "process", "", "clicks/s", "checkpoints"));
        lines.add(line(format, "", "wanted", "begin", "end", "us/click", "", "of wall", "meanwhile"));
        for (String backend : options.backends()) {
            for (long open : options.openSessions()) {
                lines.add(line(
                        "%-8s %,12d %,12.0f %,12.0f %10.2f %6.2fx %,12.0f %12.1f",
                        backend,
                        open,
                        median(backend, open, JobOpenSessionsRun::openAtBegin),
                        median(backend, open, JobOpenSessionsRun::openAtEnd),
                        median(backend, open, JobOpenSessionsRun::processMicros),
                        toFewest(backend, open),
                        median(backend, open, JobOpenSessionsRun::clicksPerSecond),
                        median(backend, open, JobOpenSessionsRun::checkpoints)));
            }
        }
        options.backends().forEach(backend -> lines.addAll(threadTable(backend)));
        return lines;
    }

    /** Where the time goes: a line for each kind of thread, a column for each number of sessions. */
    private List<String> threadTable(String backend) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("%s, microseconds of CPU per click by thread, and number of open sessions".formatted(backend));
        lines.add("  %-16s".formatted("")
                + options.openSessions().stream()
                        .map(open -> line("%,12d", open))
                        .collect(Collectors.joining()));
        for (String thread : busiestThreads(backend)) {
            lines.add("  %-16s".formatted(thread)
                    + options.openSessions().stream()
                            .map(open -> line("%12.2f", ofThread(backend, open, thread)))
                            .collect(Collectors.joining()));
        }
        return lines;
    }

    private List<String> busiestThreads(String backend) {
        return runs.stream()
                .filter(run -> run.backend().equals(backend))
                .flatMap(run -> run.threadMicros().keySet().stream())
                .distinct()
                .sorted(Comparator.comparingDouble((String thread) -> -mostOf(backend, thread))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST_THREADS)
                .toList();
    }

    private double mostOf(String backend, String thread) {
        return options.openSessions().stream()
                .mapToDouble(open -> ofThread(backend, open, thread))
                .max()
                .orElse(0);
    }

    private double ofThread(String backend, long open, String thread) {
        return median(backend, open, run -> run.threadMicros().getOrDefault(thread, 0.0));
    }

    private double median(String backend, long open, ToDoubleFunction<JobOpenSessionsRun> value) {
        return Medians.of(runs.stream()
                .filter(run -> run.backend().equals(backend) && run.wanted() == open)
                .mapToDouble(value));
    }

    /** How much more a click costs than with the fewest open sessions; 1 when it costs the same. */
    private double toFewest(String backend, long open) {
        double fewest = median(backend, options.openSessions().get(0), JobOpenSessionsRun::processMicros);
        return median(backend, open, JobOpenSessionsRun::processMicros) / fewest;
    }

    String result() throws IOException {
        String backend = options.backends().get(0);
        long fewest = options.openSessions().get(0);
        long most = options.openSessions().get(options.openSessions().size() - 1);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", "job-open-sessions");
        result.put(
                "metric",
                "CPU time of the whole job's process for a click with %d open sessions, %s".formatted(most, backend));
        result.put("value", Math.round(1_000 * median(backend, most, JobOpenSessionsRun::processMicros)));
        result.put("unit", "ns/click");
        result.put("baseline", fewest + " open sessions");
        result.put("ratio", hundredths(toFewest(backend, most)));
        result.put("outputs_agree", outputsAgree());
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("clicks_before", JobOpenSessionsOptions.stretch(options).begin());
        settings.put("clicks", options.clicks());
        settings.put("rounds", options.rounds());
        settings.put("clicks_per_session", SteadySessions.CLICKS);
        settings.put("clicks_per_window", JobOpenSessionsProcess.CLICKS_PER_WINDOW);
        settings.put("parallelism", LocalJob.PARALLELISM);
        settings.put("checkpoint_interval_ms", LocalJob.CHECKPOINT_INTERVAL.toMillis());
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
        values.put("process_ns", Math.round(1_000 * median(backend, open, JobOpenSessionsRun::processMicros)));
        values.put("ratio", hundredths(toFewest(backend, open)));
        values.put("open_at_begin", Math.round(median(backend, open, JobOpenSessionsRun::openAtBegin)));
        values.put("open_at_end", Math.round(median(backend, open, JobOpenSessionsRun::openAtEnd)));
        values.put("clicks_per_s", Math.round(median(backend, open, JobOpenSessionsRun::clicksPerSecond)));
        values.put("checkpoints", median(backend, open, JobOpenSessionsRun::checkpoints));
        return values;
    }

    private static double hundredths(double value) {
        return Math.round(100 * value) / 100.0;
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** Keeps the raw output. */
    void write(String command) throws IOException {
        new ReportFolder(options.reportDir())
                .write(command, seen.stream().map(JsonNode::toString).toList(), table(), result());
    }
}
