package io.openclickstream.load.benchmark;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When each of many equal things is to be done. The times are fixed before: whoever falls behind does not move them, so a
 * latency from the intended time has the wait in it.
 *
 * @param beginNanos of {@link System#nanoTime}
 */
public record Schedule(long beginNanos, double perSecond) {

    /** When the thing at a position, from 0, is to be done. */
    public long intendedNanos(long position) {
        return beginNanos + (long) (position * (TimeUnit.SECONDS.toNanos(1) / perSecond));
    }

    /** How many are due at a time, those that were due before included. */
    public long dueBy(long nanos) {
        if (nanos < beginNanos) {
            return 0;
        }
        long guess = (long) ((nanos - beginNanos) * perSecond / TimeUnit.SECONDS.toNanos(1)) - 1;
        long due = Math.max(0, guess);
        while (intendedNanos(due) <= nanos) {
            due++;
        }
        return due;
    }

    /** Waits until a time; returns at once when it is over. */
    public static void await(long nanos) throws InterruptedException {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for the next time of a schedule");
            }
        }
    }
}
