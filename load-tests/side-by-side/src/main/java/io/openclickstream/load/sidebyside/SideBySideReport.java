package io.openclickstream.load.sidebyside;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.ReportFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tables, raw output and the result of a comparison. */
record SideBySideReport(SideBySideOptions options, List<JobRun> runs) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MOST_THREADS = 10;

    /** Whether every result is there and has the same rows in all jobs that have it. */
    boolean outputsAgree() {
        return results()
                .allMatch(result -> outputs(result).distinct().count() == 1
                        && outputs(result).allMatch(Objects::nonNull));
    }

    private Stream<String> results() {
        return options.jobs().stream()
                .flatMap(job -> job.results().stream())
                .distinct()
                .sorted();
    }

    private Stream<@Nullable String> outputs(String result) {
        return runs.stream().filter(run -> run.job().results().contains(result)).map(run -> run.output(result));
    }

    /** Prints a table, what each job consists of and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws IOException {
        out.println();
        table().forEach(out::println);
        out.println();
        for (Job job : options.jobs()) {
            out.println(job.shownAs() + " is made of");
            any(job).seen().path("vertices").forEach(vertex -> out.println("  " + vertex.asText()));
        }
        if (!outputsAgree()) {
            out.println("The outputs differ:");
            runs.forEach(run -> out.printf(
                    "  %-17s %-8s %s%n",
                    run.job().shownAs(), run.backend(), run.seen().path("outputs")));
        }
        out.println(result());
    }

    private JobRun any(Job job) {
        return runs.stream().filter(run -> run.job() == job).findFirst().orElseThrow();
    }

    private List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-17s %-8s %20s %12s %9s %10s",
                "",
                "state",
                "clicks/s of CPU",
                "us/click",
                "ratio",
                "wall"));
        for (String backend : options.backends()) {
            for (Job job : options.jobs()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%-17s %-8s %,20.0f %12.2f %8.2fx %8.1f s",
                        job.shownAs(),
                        backend,
                        speed(job, backend),
                        1e6 / speed(job, backend),
                        speed(job, backend) / speed(options.jobs().get(0), backend),
                        median(runs.stream()
                                .filter(run -> run.job() == job && run.backend().equals(backend))
                                .map(JobRun::wallSeconds)
                                .toList())));
            }
        }
        for (String backend : options.backends()) {
            lines.addAll(threads(options.jobs().get(options.jobs().size() - 1), backend));
        }
        return lines;
    }

    /** Where a job's CPU time goes, thread by thread, of its first run. */
    private List<String> threads(Job job, String backend) {
        JobRun run = runs.stream()
                .filter(each -> each.job() == job && each.backend().equals(backend))
                .findFirst()
                .orElseThrow();
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("%s on %s, microseconds of CPU per click by thread".formatted(job.shownAs(), backend));
        run.seen().path("cpu_seconds_by_thread").properties().stream()
                .sorted(Comparator.comparingDouble(thread -> -thread.getValue().asDouble()))
                .limit(MOST_THREADS)
                .forEach(thread -> lines.add(String.format(
                        Locale.ROOT,
                        "  %-16s %6.2f",
                        thread.getKey(),
                        thread.getValue().asDouble() * 1e6 / options.clicks())));
        return lines;
    }

    /** Median clicks per second of CPU time. */
    private double speed(Job job, String backend) {
        return median(runs.stream()
                .filter(run -> run.job() == job && run.backend().equals(backend))
                .map(run -> run.clicksPerCpuSecond(options.clicks()))
                .toList());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private String result() throws IOException {
        String backend = options.backends().get(0);
        Job baseline = options.jobs().get(0);
        Job measured = options.jobs().get(options.jobs().size() - 1);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", options.name());
        result.put("metric", "clicks per second of CPU time, sessions and two metrics, " + backend);
        result.put("value", Math.round(speed(measured, backend)));
        result.put("unit", "clicks/s/core");
        result.put("baseline", baseline.shownAs());
        result.put("ratio", Math.round(100 * speed(measured, backend) / speed(baseline, backend)) / 100.0);
        result.put("outputs_agree", outputsAgree());
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("clicks", options.clicks());
        settings.put("rounds", options.rounds());
        settings.put("seed", options.seed());
        settings.put("format", options.format().name());
        settings.put("parallelism", LocalJob.PARALLELISM);
        settings.put("checkpoint_interval_ms", LocalJob.CHECKPOINT_INTERVAL.toMillis());
        for (String each : options.backends()) {
            Map<String, Long> speeds = new LinkedHashMap<>();
            options.jobs().forEach(job -> speeds.put(job.key(), Math.round(speed(job, each))));
            settings.put(each, speeds);
        }
        result.put("settings", settings);
        return JSON.writeValueAsString(result);
    }

    void write(String command) throws IOException {
        new ReportFolder(options.reportDir())
                .write(command, runs.stream().map(run -> run.seen().toString()).toList(), table(), result());
    }
}
