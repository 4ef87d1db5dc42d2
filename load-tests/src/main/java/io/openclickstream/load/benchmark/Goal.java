package io.openclickstream.load.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a number was meant to reach.
 *
 * @param what the number, with its unit
 * @param atLeast whether more is better
 */
public record Goal(String what, double value, double bound, boolean atLeast) {

    public static Goal atLeast(String what, double value, double bound) {
        return new Goal(what, value, bound, true);
    }

    public static Goal atMost(String what, double value, double bound) {
        return new Goal(what, value, bound, false);
    }

    /** A number that is not known meets no goal. */
    public boolean isMet() {
        return atLeast ? value >= bound : value <= bound;
    }

    /** A line each, for people. */
    public static List<String> lines(List<Goal> goals) {
        return goals.stream()
                .map(goal -> String.format(
                        Locale.ROOT,
                        "%-6s %s: %s, goal %s %s",
                        goal.isMet() ? "met" : "MISSED",
                        goal.what,
                        shown(goal.value),
                        goal.atLeast ? "at least" : "at most",
                        shown(goal.bound)))
                .toList();
    }

    /** As they stand in a result. */
    public static List<Map<String, Object>> facts(List<Goal> goals) {
        return goals.stream().map(Goal::facts).toList();
    }

    private Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("goal", what);
        facts.put("value", Numbers.rounded(value));
        facts.put(atLeast ? "at_least" : "at_most", bound);
        facts.put("met", isMet());
        return facts;
    }

    private static String shown(double value) {
        return value >= 1000 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.3f", value);
    }
}
