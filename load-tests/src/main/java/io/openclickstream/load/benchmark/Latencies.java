package io.openclickstream.load.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.SynchronizedHistogram;

/** Many latencies, to three digits, from a nanosecond to ten minutes. For any threads. */
public final class Latencies {
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final AbstractHistogram histogram = new SynchronizedHistogram(1, LONGEST_NANOS, 3);

    /** Takes one in; what is negative, because the end was seen before the begin, counts as none. */
    public void record(long nanos) {
        histogram.recordValue(Math.min(LONGEST_NANOS, Math.max(0, nanos)));
    }

    public long count() {
        return histogram.getTotalCount();
    }

    /** In milliseconds, the value that this share of all (0 to 100) do not exceed; NaN of none. */
    public double percentileMillis(double share) {
        return count() == 0 ? Double.NaN : histogram.getValueAtPercentile(share) / 1e6;
    }

    /** How many there are, and percentiles in milliseconds. */
    public Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("count", count());
        facts.put("p50_ms", Numbers.rounded(percentileMillis(50)));
        facts.put("p90_ms", Numbers.rounded(percentileMillis(90)));
        facts.put("p99_ms", Numbers.rounded(percentileMillis(99)));
        facts.put("p999_ms", Numbers.rounded(percentileMillis(99.9)));
        facts.put("max_ms", Numbers.rounded(percentileMillis(100)));
        return facts;
    }

    /** The heading of {@link #row}. */
    public static String heading(String first) {
        return String.format(
                Locale.ROOT,
                "%-34s %9s %9s %9s %9s %9s %9s",
                first,
                "count",
                "p50 ms",
                "p90 ms",
                "p99 ms",
                "p99.9",
                "max");
    }

    /** A line of a table. */
    public String row(String name) {
        return String.format(
                Locale.ROOT,
                "%-34s %,9d %9.4f %9.4f %9.4f %9.4f %9.4f",
                name,
                count(),
                percentileMillis(50),
                percentileMillis(90),
                percentileMillis(99),
                percentileMillis(99.9),
                percentileMillis(100));
    }
}
