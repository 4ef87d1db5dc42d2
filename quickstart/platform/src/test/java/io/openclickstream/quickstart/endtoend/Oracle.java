package io.openclickstream.quickstart.endtoend;

import io.openclickstream.quickstart.endtoend.Input.Fields;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What must come out, computed the plain way: all inputs in memory, sorted, cut and counted. Results are lines of text,
 * columns separated by {@code |}, sorted, so that any difference can be read.
 */
final class Oracle {
    private static final long GAP_MILLIS = 30 * 60_000L;
    private static final long WINDOW_MILLIS = 60_000L;

    private final List<Fields> accepted = new ArrayList<>();
    private final Map<String, Integer> refused = new TreeMap<>();
    private int duplicates;

    Oracle(List<Input> inputs) {
        Set<List<String>> seen = new HashSet<>();
        for (Input input : inputs) {
            if (input.refusedFor() != null) {
                refused.merge(input.refusedFor(), 1, Integer::sum);
                continue;
            }
            Fields click = input.click();
            if (seen.add(List.of(click.site(), click.user(), click.eventId()))) {
                accepted.add(click);
            } else {
                duplicates++;
            }
        }
    }

    int accepted() {
        return accepted.size();
    }

    int duplicates() {
        return duplicates;
    }

    /** How many records must be refused for a reason. */
    int refused(String reason) {
        return refused.getOrDefault(reason, 0);
    }

    /** How many records must be refused for any reason. */
    int refused() {
        return refused.values().stream().mapToInt(Integer::intValue).sum();
    }

    List<String> eventIds() {
        return accepted.stream().map(Fields::eventId).sorted().toList();
    }

    /** {@code site|user|start ms|end ms|clicks|pages|revenue by currency|entry page|exit page}; all are page views. */
    List<String> sessions() {
        Map<List<String>, List<Fields>> byUser = new HashMap<>();
        for (Fields click : accepted) {
            byUser.computeIfAbsent(List.of(click.site(), click.user()), user -> new ArrayList<>())
                    .add(click);
        }
        List<String> sessions = new ArrayList<>();
        for (List<Fields> clicks : byUser.values()) {
            clicks.sort(Comparator.comparingLong(Fields::timeMillis).thenComparing(Fields::eventId));
            List<Fields> current = new ArrayList<>();
            for (Fields click : clicks) {
                if (!current.isEmpty()
                        && click.timeMillis() - current.get(current.size() - 1).timeMillis() > GAP_MILLIS) {
                    sessions.add(session(current));
                    current = new ArrayList<>();
                }
                current.add(click);
            }
            sessions.add(session(current));
        }
        return sessions.stream().sorted().toList();
    }

    private static String session(List<Fields> clicks) {
        Fields first = clicks.get(0);
        Fields last = clicks.get(clicks.size() - 1);
        return String.join(
                "|",
                first.site(),
                first.user(),
                Long.toString(first.timeMillis()),
                Long.toString(last.timeMillis()),
                Integer.toString(clicks.size()),
                Integer.toString(clicks.size()),
                revenue(clicks).toString(),
                first.page(),
                last.page());
    }

    private static Map<String, String> revenue(List<Fields> clicks) {
        Map<String, BigDecimal> sums = new TreeMap<>();
        for (Fields click : clicks) {
            if (click.currency() != null) {
                sums.merge(click.currency(), click.amount(), BigDecimal::add);
            }
        }
        Map<String, String> texts = new TreeMap<>();
        sums.forEach((currency, sum) -> texts.put(currency, sum.setScale(9).toPlainString()));
        return texts;
    }

    /** {@code site|page|window start ms|clicks|users}. */
    List<String> pageMetrics() {
        return perWindow(Fields::page, (pane, clicks) -> pane + "|" + clicks.size() + "|" + users(clicks));
    }

    /** {@code site|currency|window start ms|revenue|users}. */
    List<String> revenueMetrics() {
        return perWindow(
                Fields::currency,
                (pane, clicks) -> pane + "|"
                        + clicks.stream()
                                .map(Fields::amount)
                                .reduce(BigDecimal.ZERO, BigDecimal::add)
                                .setScale(9)
                                .toPlainString()
                        + "|" + users(clicks));
    }

    private static long users(List<Fields> clicks) {
        return clicks.stream().map(Fields::user).distinct().count();
    }

    /** Clicks for which the dimension is null are in no pane. */
    private List<String> perWindow(Function<Fields, String> dimension, BiFunction<String, List<Fields>, String> line) {
        Map<String, List<Fields>> panes = new TreeMap<>();
        for (Fields click : accepted) {
            String value = dimension.apply(click);
            if (value != null) {
                long window = click.timeMillis() - Math.floorMod(click.timeMillis(), WINDOW_MILLIS);
                panes.computeIfAbsent(click.site() + "|" + value + "|" + window, pane -> new ArrayList<>())
                        .add(click);
            }
        }
        List<String> lines = new ArrayList<>();
        panes.forEach((pane, clicks) -> lines.add(line.apply(pane, clicks)));
        return lines.stream().sorted().toList();
    }

    /** {@code site|window start ms|sessions|bounces|clicks|sum of durations ms}, by the end of the sessions. */
    List<String> sessionQuality() {
        Map<String, long[]> sums = new TreeMap<>();
        for (String line : sessions()) {
            String[] session = line.split("\\|", -1);
            long start = Long.parseLong(session[2]);
            long end = Long.parseLong(session[3]);
            long clicks = Long.parseLong(session[4]);
            String pane = session[0] + "|" + (end - Math.floorMod(end, WINDOW_MILLIS));
            long[] sum = sums.computeIfAbsent(pane, unused -> new long[4]);
            sum[0]++;
            sum[1] += clicks <= 1 ? 1 : 0;
            sum[2] += clicks;
            sum[3] += end - start;
        }
        List<String> lines = new ArrayList<>();
        sums.forEach((pane, sum) -> lines.add("%s|%d|%d|%d|%d".formatted(pane, sum[0], sum[1], sum[2], sum[3])));
        return lines.stream().sorted().toList();
    }
}
