package io.openclickstream.load.operator;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Time used so far.
 *
 * @param threadNanos CPU time of the thread that reads it
 * @param processNanos CPU time of its whole process: also garbage collection, compilation and RocksDB's own threads
 * @param wallNanos a clock that only differences can be taken of
 */
public record Stopwatch(long threadNanos, long processNanos, long wallNanos) {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    public static Stopwatch read() {
        return new Stopwatch(THREADS.getCurrentThreadCpuTime(), SYSTEM.getProcessCpuTime(), System.nanoTime());
    }

    /** The time between an earlier reading, on the same thread, and this one. */
    public Stopwatch since(Stopwatch earlier) {
        return new Stopwatch(
                threadNanos - earlier.threadNanos, processNanos - earlier.processNanos, wallNanos - earlier.wallNanos);
    }

    Stopwatch plus(Stopwatch other) {
        return new Stopwatch(
                threadNanos + other.threadNanos, processNanos + other.processNanos, wallNanos + other.wallNanos);
    }
}
