package io.openclickstream.load.benchmark;

/**
 * How fast a count grows that is seen from time to time and moves in steps, such as a ledger's with checkpoints: from the
 * first step seen to the last one. Pure.
 */
final class Throughput {
    private long latest = -1;
    private long steps;
    private long firstNanos;
    private long firstCount;
    private long lastNanos;

    /** The count at a time. */
    void see(long nanos, long count) {
        if (latest >= 0 && count != latest) {
            if (steps == 0) {
                firstNanos = nanos;
                firstCount = count;
            }
            steps++;
            lastNanos = nanos;
        }
        latest = Math.max(latest, count);
    }

    /** The latest count; 0 before any was seen. */
    long latest() {
        return Math.max(0, latest);
    }

    /** Growth a second; 0 while fewer than two steps were seen. */
    double perSecond() {
        return steps < 2 ? 0 : (latest - firstCount) / ((lastNanos - firstNanos) / 1e9);
    }
}
