package io.openclickstream.load.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of one kind that stand beside each other, one of them the baseline.
 *
 * @param title what tells this comparison from the others of a run, such as a state backend; may be empty
 * @param unit of every value
 * @param entries in the order of the result
 */
record Comparison(String title, String unit, List<Entry> entries) {

    /** Whose number it is. */
    enum Role {
        BASELINE,
        OURS,
        OTHER
    }

    /** One number. */
    record Entry(String label, double value, Role role) {}

    /** The unit of values that are ratios themselves. */
    static final String TIMES = "times the baseline of the same run";

    private static final Pattern COST = Pattern.compile("\\b(bytes?|seconds?|s|ms|us|\u00b5s|ns)\\b");

    private static final Map<String, String> SHOWN_AS = Map.of(
            "clickstream",
            "Open Clickstream",
            "datastream",
            "DataStream API",
            "flinksql",
            "Flink SQL",
            "hashmap",
            "Heap state",
            "rocksdb",
            "RocksDB state");

    /** The number that the others are divided by; NaN when there is no baseline. */
    double baseline() {
        return entries.stream()
                .filter(entry -> entry.role() == Role.BASELINE)
                .mapToDouble(Entry::value)
                .findFirst()
                .orElse(Double.NaN);
    }

    /**
     * What a result compares. Every object of numbers in its settings that has one for the baseline is a comparison of its
     * own; where there is none, the value is compared with what the ratio says the baseline's is; where there is no
     * ratio either, the value stands alone.
     */
    static List<Comparison> of(JsonNode result) {
        String baseline = result.path("baseline").asText();
        List<Comparison> comparisons = new ArrayList<>();
        result.path("settings").properties().forEach(setting -> {
            if (compares(setting.getValue(), baseline)) {
                comparisons.add(of(setting.getKey(), setting.getValue(), result));
            }
        });
        return comparisons.isEmpty() ? List.of(alone(result, baseline)) : comparisons;
    }

    /** Whether a setting is a comparison, and so need not be listed among the settings. */
    static boolean compares(JsonNode setting, String baseline) {
        boolean hasBaseline = false;
        for (Map.Entry<String, JsonNode> entry : setting.properties()) {
            if (!entry.getValue().isNumber()) {
                return false;
            }
            hasBaseline |= !baseline.isEmpty() && squeezed(entry.getKey()).equals(squeezed(baseline));
        }
        return hasBaseline;
    }

    private static Comparison of(String key, JsonNode numbers, JsonNode result) {
        String baseline = result.path("baseline").asText();
        List<Entry> entries = new ArrayList<>();
        numbers.properties().forEach(number -> {
            String name = squeezed(number.getKey());
            Role role = name.equals(squeezed(baseline))
                    ? Role.BASELINE
                    : name.equals("clickstream") ? Role.OURS : Role.OTHER;
            String label = role == Role.BASELINE ? baseline : shownAs(number.getKey());
            entries.add(new Entry(label, number.getValue().asDouble(), role));
        });
        String unit = result.path("unit").asText();
        if (!key.contains("_per_")) {
            return new Comparison(shownAs(key), unit, entries); // a case of what the result counts, such as a backend
        }
        double value = result.path("value").asDouble();
        boolean isTheResult = entries.stream().anyMatch(entry -> entry.role() == Role.OURS && entry.value() == value);
        return new Comparison("", isTheResult ? unit : words(key), entries);
    }

    private static Comparison alone(JsonNode result, String baseline) {
        double value = result.path("value").asDouble();
        List<Entry> entries = new ArrayList<>();
        if (!baseline.isEmpty() && result.path("ratio").isNumber()) {
            entries.add(new Entry(baseline, value / result.path("ratio").asDouble(), Role.BASELINE));
        }
        entries.add(new Entry("Open Clickstream", value, Role.OURS));
        return new Comparison("", result.path("unit").asText(), entries);
    }

    /**
     * The ratios of our numbers where more is better, that is where something is counted per second.
     *
     * @param title of what comes back
     * @return null when this result has none
     */
    static @Nullable Comparison ratiosOf(JsonNode result, String title) {
        String unit = result.path("unit").asText();
        String baseline = result.path("baseline").asText();
        List<Entry> ratios = new ArrayList<>();
        for (Comparison comparison : isSpeed(unit) ? of(result) : List.<Comparison>of()) {
            for (Entry entry : comparison.entries()) {
                if (entry.role() == Role.OURS
                        && comparison.unit().equals(unit)
                        && !Double.isNaN(comparison.baseline())) {
                    String label = comparison.title().isEmpty() ? entry.label() : comparison.title();
                    ratios.add(new Entry(label, entry.value() / comparison.baseline(), Role.OURS));
                }
            }
        }
        if (ratios.isEmpty()) {
            return null;
        }
        ratios.add(0, new Entry(baseline, 1, Role.BASELINE));
        return new Comparison(title, TIMES, ratios);
    }

    /** Whether more or less of a unit is better, in words to put behind it; empty where that is not plain. */
    static String direction(String unit) {
        if (isSpeed(unit) || unit.equals(TIMES)) {
            return ", more is better";
        }
        return COST.matcher(unit).find() ? ", less is better" : "";
    }

    private static boolean isSpeed(String unit) {
        return unit.contains("/s");
    }

    /** A name of a result as a person would say it. */
    static String shownAs(String key) {
        return SHOWN_AS.getOrDefault(squeezed(key), words(key));
    }

    static String words(String key) {
        return key.replace('_', ' ');
    }

    private static String squeezed(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
