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
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Table, raw output and the result of the operators' comparison. Costs are those of the operator alone: the frame, which
 * reads the clicks and does nothing with them, is taken off.
 */
record SessionOperatorReport(SessionOperatorOptions options, List<SessionOperatorRun> runs) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<Contestant> COMPARED =
            List.of(Contestant.WHOLE_SESSION_WINDOWS, Contestant.SESSION_WINDOWS, Contestant.CLICKSTREAM);

    /** Whether all operators have put out the same final sessions, on every backend and in every round. */
    boolean outputsAgree() {
        return areSame(COMPARED, SessionOperatorRun::sessions)
                && areSame(
                        List.of(Contestant.WHOLE_SESSION_WINDOWS, Contestant.CLICKSTREAM), SessionOperatorRun::facts);
    }

    private boolean areSame(List<Contestant> contestants, Function<SessionOperatorRun, String> digest) {
        return runs.stream()
                        .filter(run -> contestants.contains(run.contestant()))
                        .map(digest)
                        .distinct()
                        .count()
                == 1;
    }

    /** Prints the table, what each task consisted of and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws IOException {
        out.println();
        table().forEach(out::println);
        out.println();
        for (Contestant contestant : Contestant.values()) {
            runs.stream()
                    .filter(run -> run.contestant() == contestant)
                    .findFirst()
                    .ifPresent(run -> run.seen()
                            .path("vertices")
                            .forEach(vertex -> out.printf("%-17s is %s%n", contestant.shownAs(), vertex.asText())));
        }
        if (!outputsAgree()) {
            out.println("The final sessions differ:");
            runs.forEach(run -> out.printf(
                    "  %-17s %-8s %s, facts %s%n",
                    run.contestant().shownAs(), run.backend(), run.sessions(), run.facts()));
        }
        out.println(result());
    }

    List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-17s %-8s %22s %8s %22s %8s %9s",
                "",
                "state",
                "ns/click, its process",
                "ratio",
                "ns/click, its thread",
                "ratio",
                "wall"));
        for (String backend : options.backends()) {
            for (Contestant contestant : COMPARED) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%-17s %-8s %,22.0f %7.2fx %,22.0f %7.2fx %7.1f s",
                        contestant.shownAs(),
                        backend,
                        processNanos(contestant, backend),
                        processNanos(COMPARED.get(0), backend) / processNanos(contestant, backend),
                        threadNanos(contestant, backend),
                        threadNanos(COMPARED.get(0), backend) / threadNanos(contestant, backend),
                        median(contestant, backend, SessionOperatorRun::wallSeconds)));
            }
            lines.add(String.format(
                    Locale.ROOT,
                    "%-17s %-8s %,22.0f %8s %,22.0f %8s %7.1f s",
                    Contestant.FRAME.shownAs(),
                    backend,
                    frameNanos(backend, SessionOperatorRun::processCpuSeconds),
                    "",
                    frameNanos(backend, SessionOperatorRun::threadCpuSeconds),
                    "",
                    median(Contestant.FRAME, backend, SessionOperatorRun::wallSeconds)));
        }
        return lines;
    }

    /** CPU nanoseconds of the operator's process for a click, without the frame's. */
    private double processNanos(Contestant contestant, String backend) {
        return nanos(contestant, backend, SessionOperatorRun::processCpuSeconds);
    }

    /** CPU nanoseconds of the operator's thread for a click, without the frame's. */
    private double threadNanos(Contestant contestant, String backend) {
        return nanos(contestant, backend, SessionOperatorRun::threadCpuSeconds);
    }

    private double nanos(Contestant contestant, String backend, ToDoubleFunction<SessionOperatorRun> seconds) {
        return median(contestant, backend, seconds) * 1e9 / options.clicks() - frameNanos(backend, seconds);
    }

    private double frameNanos(String backend, ToDoubleFunction<SessionOperatorRun> seconds) {
        return median(Contestant.FRAME, backend, seconds) * 1e9 / options.clicks();
    }

    private double median(Contestant contestant, String backend, ToDoubleFunction<SessionOperatorRun> value) {
        return Medians.of(runs.stream()
                .filter(run -> run.contestant() == contestant && run.backend().equals(backend))
                .mapToDouble(value));
    }

    String result() throws IOException {
        String backend = options.backends().get(0);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", "session-operator");
        result.put("metric", "CPU time of the process for a click, session operator alone, " + backend);
        result.put("value", Math.round(processNanos(Contestant.CLICKSTREAM, backend)));
        result.put("unit", "ns/click");
        result.put("baseline", "EventTimeSessionWindows, whole");
        result.put("ratio", ratio(backend, SessionOperatorRun::processCpuSeconds));
        result.put("outputs_agree", outputsAgree());
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("clicks", options.clicks());
        settings.put("rounds", options.rounds());
        settings.put("seed", options.seed());
        settings.put("clicks_per_second_of_event_time", SessionOperatorBenchmark.CLICKS_PER_SECOND);
        settings.put("clicks_per_watermark", FeedReader.WATERMARK_EVERY);
        for (String each : options.backends()) {
            Map<String, Object> costs = new LinkedHashMap<>();
            for (Contestant contestant : COMPARED) {
                costs.put(contestant.key() + "_process_ns", Math.round(processNanos(contestant, each)));
                costs.put(contestant.key() + "_thread_ns", Math.round(threadNanos(contestant, each)));
            }
            costs.put("ratio_of_processes", ratio(each, SessionOperatorRun::processCpuSeconds));
            costs.put("ratio_of_threads", ratio(each, SessionOperatorRun::threadCpuSeconds));
            settings.put(each, costs);
        }
        result.put("settings", settings);
        return JSON.writeValueAsString(result);
    }

    private double ratio(String backend, ToDoubleFunction<SessionOperatorRun> seconds) {
        double ratio = nanos(COMPARED.get(0), backend, seconds) / nanos(Contestant.CLICKSTREAM, backend, seconds);
        return Math.round(100 * ratio) / 100.0;
    }

    /** Keeps the raw output. */
    void write(String command) throws IOException {
        new ReportFolder(options.reportDir())
                .write(command, runs.stream().map(run -> run.seen().toString()).toList(), table(), result());
    }
}
