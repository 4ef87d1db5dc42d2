package io.openclickstream.load.generator;

import java.util.Arrays;
import java.util.List;

/**
 * How busy each hour of the day (UTC) is. Keeps the average rate: a day has {@code 86400 * clicksPerSecond} clicks
 * whatever the curve.
 *
 * @param percentOfAverage 24 whole numbers from 1 to 400 whose mean is 100
 */
public record DayCurve(List<Integer> percentOfAverage) {
    static final long MICROS_PER_HOUR = 3_600_000_000L;
    private static final long MICROS_PER_DAY = 24 * MICROS_PER_HOUR;
    private static final int HOURS = 24;
    private static final int MAX_PERCENT = 400;

    /** The same rate all day. */
    public static final DayCurve FLAT = new DayCurve(Arrays.asList(new Integer[] {
        100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, //
        100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100
    }));

    /** Quiet at night, a first peak at noon, the highest in the evening. */
    public static final DayCurve DAILY = new DayCurve(Arrays.asList(new Integer[] {
        50, 36, 26, 20, 20, 28, 48, 78, 104, 118, 124, 130, //
        134, 126, 120, 120, 124, 132, 146, 164, 176, 168, 126, 82
    }));

    public DayCurve {
        percentOfAverage = List.copyOf(percentOfAverage);
        if (percentOfAverage.size() != HOURS
                || percentOfAverage.stream().anyMatch(percent -> percent < 1 || percent > MAX_PERCENT)
                || percentOfAverage.stream().mapToInt(Integer::intValue).sum() != HOURS * 100) {
            throw new IllegalArgumentException("Cannot use the day curve " + percentOfAverage
                    + ": expected 24 whole percentages from 1 to " + MAX_PERCENT + " whose mean is 100.");
        }
    }

    /** Clicks from midnight to a time, at an average rate; the smallest number whose {@link #microsOf} is not before it. */
    long clicksBefore(long microsSinceMidnight, int clicksPerSecond) {
        long days = Math.floorDiv(microsSinceMidnight, MICROS_PER_DAY);
        long rest = Math.floorMod(microsSinceMidnight, MICROS_PER_DAY);
        int hour = (int) (rest / MICROS_PER_HOUR);
        long clicks = days * clicksPerDay(clicksPerSecond);
        for (int before = 0; before < hour; before++) {
            clicks += clicksInHour(before, clicksPerSecond);
        }
        long product = clicksInHour(hour, clicksPerSecond) * (rest % MICROS_PER_HOUR);
        return clicks + Math.floorDiv(product + MICROS_PER_HOUR - 1, MICROS_PER_HOUR);
    }

    /** When the click with this number since midnight is due, in microseconds since that midnight. */
    long microsOf(long click, int clicksPerSecond) {
        long days = Math.floorDiv(click, clicksPerDay(clicksPerSecond));
        long rest = Math.floorMod(click, clicksPerDay(clicksPerSecond));
        int hour = 0;
        while (rest >= clicksInHour(hour, clicksPerSecond)) {
            rest -= clicksInHour(hour, clicksPerSecond);
            hour++;
        }
        return days * MICROS_PER_DAY
                + hour * MICROS_PER_HOUR
                + rest * MICROS_PER_HOUR / clicksInHour(hour, clicksPerSecond);
    }

    private long clicksInHour(int hour, int clicksPerSecond) {
        return 36L * clicksPerSecond * percentOfAverage.get(hour);
    }

    private static long clicksPerDay(int clicksPerSecond) {
        return 86_400L * clicksPerSecond;
    }
}
