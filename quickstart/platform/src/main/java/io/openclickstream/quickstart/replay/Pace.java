package io.openclickstream.quickstart.replay;

import java.io.InterruptedIOException;

/** Lets event time pass at a multiple of real time, counted from the first click. */
final class Pace {
    private final double speed;
    private boolean begun;
    private long firstEventMillis;
    private long firstNanos;

    /**
     * A pace.
     *
     * @param speed how many times faster than real time; infinite for as fast as it goes
     */
    Pace(double speed) {
        this.speed = speed;
    }

    /** Waits until a click is due; one that lies before the clicks that were sent is due at once. */
    void awaitTurn(long eventTimeMillis) throws InterruptedIOException {
        if (Double.isInfinite(speed)) {
            return;
        }
        if (!begun) {
            begun = true;
            firstEventMillis = eventTimeMillis;
            firstNanos = System.nanoTime();
        }
        long waitMillis = waitMillis(eventTimeMillis - firstEventMillis, (System.nanoTime() - firstNanos) / 1_000_000);
        try {
            if (waitMillis > 0) {
                Thread.sleep(waitMillis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the replay was stopped");
        }
    }

    long waitMillis(long eventTimePassedMillis, long realTimePassedMillis) {
        return Double.isInfinite(speed)
                ? 0
                : Math.max(0, (long) (eventTimePassedMillis / speed) - realTimePassedMillis);
    }
}
