package io.openclickstream.quickstart.recompute;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a comparison has found.
 *
 * @param epoch of the lake that was compared
 * @param finality what was final at it, in words
 * @param ledger sentences on what the lake's datasets hold other than its ledger counts
 * @param notes likely reasons
 */
public record VerifyReport(
        Path lake,
        Path recomputed,
        long epoch,
        String finality,
        List<DatasetResult> datasets,
        List<String> ledger,
        List<String> notes) {
    private static final int MAX_VALUE_CHARACTERS = 120;

    public VerifyReport {
        datasets = List.copyOf(datasets);
        ledger = List.copyOf(ledger);
        notes = List.copyOf(notes);
    }

    /** Whether no row differs. */
    public boolean isEqual() {
        return ledger.isEmpty() && datasets.stream().allMatch(dataset -> dataset.differences() == 0);
    }

    /** The report for a person. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Lake          " + lake);
        lines.add("Recomputed    " + recomputed);
        lines.add("As of epoch   %d: %s".formatted(epoch, finality));
        lines.add("");
        int width = datasets.stream()
                .mapToInt(dataset -> dataset.dataset().length())
                .max()
                .orElse(0);
        String row = "%-" + Math.max(width, "dataset".length()) + "s %12s %12s %14s %16s %14s";
        lines.add(row.formatted("dataset", "equal", "different", "only in lake", "only recomputed", "not compared"));
        for (DatasetResult dataset : datasets) {
            lines.add(row.formatted(
                    dataset.dataset(),
                    number(dataset.equal()),
                    number(dataset.different()),
                    number(dataset.onlyInLake()),
                    number(dataset.onlyRecomputed()),
                    number(dataset.notFinal())));
        }
        lines.add("");
        for (DatasetResult dataset : datasets) {
            if (dataset.differences() > 0) {
                lines.add("%s: the first %d of %s rows that differ"
                        .formatted(dataset.dataset(), dataset.first().size(), number(dataset.differences())));
                dataset.first().forEach(difference -> add(difference, lines));
                lines.add("");
            }
        }
        ledger.forEach(line -> lines.add("! " + line));
        notes.forEach(line -> lines.add("? " + line));
        lines.add(verdict());
        return lines;
    }

    private String verdict() {
        if (isEqual()) {
            long rows = datasets.stream().mapToLong(DatasetResult::equal).sum();
            return "Equal: all %s rows that were final are the same in the lake and recomputed."
                    .formatted(number(rows));
        }
        long rows = datasets.stream().mapToLong(DatasetResult::differences).sum();
        return "Different: %s rows differ%s."
                .formatted(number(rows), ledger.isEmpty() ? "" : ", and the lake does not hold what its ledger counts");
    }

    private static void add(Difference difference, List<String> lines) {
        lines.add("  "
                + difference.key().entrySet().stream()
                        .map(column -> column.getKey() + "=" + shown(column.getValue()))
                        .collect(Collectors.joining(" ")));
        Map<String, String> lake = difference.lake();
        Map<String, String> recomputed = difference.recomputed();
        if (lake == null && recomputed != null) {
            lines.add("    missing in the lake: " + row(recomputed));
        } else if (recomputed == null && lake != null) {
            lines.add("    missing in the recomputation: " + row(lake));
        } else if (lake != null && recomputed != null) {
            recomputed.forEach((column, value) -> lines.add("    %s: lake %s, recomputed %s"
                    .formatted(column, shown(lake.getOrDefault(column, "null")), shown(value))));
        }
    }

    private static String row(Map<String, String> columns) {
        return columns.entrySet().stream()
                .filter(column -> !column.getValue().equals("null"))
                .map(column -> column.getKey() + "=" + shown(column.getValue()))
                .collect(Collectors.joining(" "));
    }

    private static String shown(String value) {
        return value.length() <= MAX_VALUE_CHARACTERS
                ? value
                : value.substring(0, MAX_VALUE_CHARACTERS) + "... (" + value.length() + " characters)";
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
