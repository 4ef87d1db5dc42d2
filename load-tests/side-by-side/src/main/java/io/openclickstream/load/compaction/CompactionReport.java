package io.openclickstream.load.compaction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.Medians;
import io.openclickstream.load.benchmark.Numbers;
import io.openclickstream.load.benchmark.ReportFolder;
import io.openclickstream.load.compaction.Scans.Scan;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Table, raw output and the result.
 *
 * @param metadata of the table before maintenance
 * @param maintainSeconds how long maintenance took
 * @param checksums of all rows, before and after
 * @param secondsToFindFiles by the name of the state, one for each round
 * @param scans all that DuckDB was asked
 */
record CompactionReport(
        CompactionOptions options,
        LakeState before,
        LakeState after,
        MetadataSize metadata,
        double maintainSeconds,
        List<String> checksums,
        Map<String, List<Double>> secondsToFindFiles,
        List<Scan> scans) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Whether both have all rows that were written, the same to the last value, and every answer was the same. */
    boolean outputsAgree() {
        boolean isAnswered = Stream.of(Question.values())
                .allMatch(question -> scans.stream()
                                .filter(scan -> scan.question() == question)
                                .map(scan -> scan.rows() + " " + scan.answer())
                                .distinct()
                                .count()
                        == 1);
        return isAnswered
                && checksums.stream().distinct().count() == 1
                && checksums.get(0).startsWith(options.clicks() + " rows,");
    }

    /** Prints the table and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws JsonProcessingException {
        out.println();
        table().forEach(out::println);
        out.println();
        if (!outputsAgree()) {
            out.printf(
                    "The rows differ: %s; see also the answers in %s.%n",
                    checksums, options.reportDir().resolve("runs.ndjson"));
        }
        out.println(result());
    }

    void write(String command) throws IOException {
        List<String> runs = new ArrayList<>();
        for (Scan scan : scans) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("state", scan.state());
            facts.put("question", scan.question().key());
            facts.put("seconds", scan.seconds());
            facts.put("rows", scan.rows());
            facts.put("answer", scan.answer());
            runs.add(JSON.writeValueAsString(facts));
        }
        runs.add(JSON.writeValueAsString(Map.of("seconds_to_find_files", secondsToFindFiles)));
        new ReportFolder(options.reportDir()).write(command, runs, table(), result());
    }

    List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "%-28s %18s %18s %9s", "", "before compaction", "after", "ratio"));
        lines.add(line(
                "files of the hour",
                "%,.0f",
                before.files().size(),
                after.files().size()));
        lines.add(line("bytes of a click", "%,.1f", bytesOfClick(before), bytesOfClick(after)));
        lines.add(line("find the files, ms", "%,.1f", 1e3 * findSeconds(before), 1e3 * findSeconds(after)));
        for (Question question : Question.values()) {
            lines.add(line(
                    question.shownAs() + ", ms",
                    "%,.1f",
                    1e3 * seconds(before, question),
                    1e3 * seconds(after, question)));
        }
        lines.add("");
        lines.add(String.format(Locale.ROOT, "Maintenance took %.1f s.", maintainSeconds));
        lines.add(String.format(
                Locale.ROOT,
                "After %,d epochs the table had %,d files of metadata, %,d bytes; each commit wrote %,d of them anew.",
                options.epochs(),
                metadata.files(),
                metadata.bytes(),
                metadata.newestVersionBytes()));
        return lines;
    }

    private static String line(String what, String format, double then, double now) {
        return String.format(
                Locale.ROOT,
                "%-28s %18s %18s %8.2fx",
                what,
                String.format(Locale.ROOT, format, then),
                String.format(Locale.ROOT, format, now),
                then / now);
    }

    private String result() throws JsonProcessingException {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", "lake-compaction");
        result.put("metric", "clicks a second that a count and a sum over the hour read, with DuckDB");
        result.put("value", Math.round(clicksPerSecond(after)));
        result.put("unit", "clicks/s");
        result.put("baseline", "before compaction");
        result.put("ratio", Numbers.rounded(clicksPerSecond(after) / clicksPerSecond(before)));
        result.put("outputs_agree", outputsAgree());
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("clicks", options.clicks());
        settings.put("epochs", options.epochs());
        settings.put("writers", HourOfClicks.WRITERS);
        settings.put("rounds", options.rounds());
        settings.put("seed", options.seed());
        settings.put("maintain_seconds", Numbers.rounded(maintainSeconds));
        settings.put("metadata_files", metadata.files());
        settings.put("metadata_bytes", metadata.bytes());
        settings.put("metadata_version_bytes", metadata.newestVersionBytes());
        settings.put("clicks_per_second", both(this::clicksPerSecond));
        settings.put("ms_per_search_for_one_user", both(state -> 1e3 * seconds(state, Question.ONE_USER)));
        settings.put("ms_per_search_for_the_files", both(state -> 1e3 * findSeconds(state)));
        settings.put("files_per_hour", both(state -> state.files().size()));
        settings.put("bytes_per_click", both(this::bytesOfClick));
        result.put("settings", settings);
        return JSON.writeValueAsString(result);
    }

    private Map<String, Object> both(ToDoubleFunction<LakeState> number) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        for (LakeState state : List.of(before, after)) {
            numbers.put(state.name(), Numbers.rounded(number.applyAsDouble(state)));
        }
        return numbers;
    }

    private double bytesOfClick(LakeState state) {
        return (double) state.bytes() / options.clicks();
    }

    private double clicksPerSecond(LakeState state) {
        return options.clicks() / seconds(state, Question.COUNT_AND_SUM);
    }

    private double seconds(LakeState state, Question question) {
        return Medians.of(of(state, question).mapToDouble(Scan::seconds));
    }

    private double findSeconds(LakeState state) {
        return Medians.of(secondsToFindFiles.getOrDefault(state.name(), List.of()).stream()
                .mapToDouble(Double::doubleValue));
    }

    private Stream<Scan> of(LakeState state, Question question) {
        return scans.stream()
                .filter(scan -> scan.question() == question && scan.state().equals(state.name()));
    }
}
