package io.openclickstream.quickstart.recompute;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How datasets compare with the lake, for a person: a table of counts, and the first rows that differ side by side.
 *
 * @param other what the lake is compared with, in a word, such as {@code recomputed}
 * @param otherSide the same as a noun, such as {@code the recomputation}
 */
record DatasetLines(String other, String otherSide) {
    private static final int MAX_VALUE_CHARACTERS = 120;

    List<String> of(List<DatasetResult> datasets) {
        List<String> lines = new ArrayList<>();
        int width = datasets.stream()
                .mapToInt(dataset -> dataset.dataset().length())
                .max()
                .orElse(0);
        String row = "%-" + Math.max(width, "dataset".length()) + "s %12s %12s %14s %16s %14s";
        lines.add(row.formatted("dataset", "equal", "different", "only in lake", "only " + other, "not compared"));
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
        return lines;
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private void add(Difference difference, List<String> lines) {
        lines.add("  "
                + difference.key().entrySet().stream()
                        .map(column -> column.getKey() + "=" + shown(column.getValue()))
                        .collect(Collectors.joining(" ")));
        Map<String, String> lake = difference.lake();
        Map<String, String> others = difference.recomputed();
        if (lake == null && others != null) {
            lines.add("    missing in the lake: " + row(others));
        } else if (others == null && lake != null) {
            lines.add("    missing in " + otherSide + ": " + row(lake));
        } else if (lake != null && others != null) {
            others.forEach((column, value) -> lines.add("    %s: lake %s, %s %s"
                    .formatted(column, shown(lake.getOrDefault(column, "null")), other, shown(value))));
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
}
