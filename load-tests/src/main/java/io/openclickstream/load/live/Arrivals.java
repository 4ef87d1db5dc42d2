package io.openclickstream.load.live;

import io.openclickstream.load.benchmark.Latencies;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * When deltas were sent, acknowledged and received. Delta n has the watermark {@code first + n}; a reader that has come to
 * a watermark has every delta up to it, so one step over several counts for each of them. For any threads.
 */
final class Arrivals {
    private final long first;
    private final AtomicLongArray sent;
    private final AtomicLongArray acknowledged;
    private final Latencies sinceAcknowledged = new Latencies();
    private final Latencies sinceSent = new Latencies();
    private final AtomicLong early = new AtomicLong();
    private volatile int measuredFrom = Integer.MAX_VALUE;

    /**
     * @param first watermark of delta 0
     * @param most how many deltas there can be
     */
    Arrivals(long first, int most) {
        this.first = first;
        sent = new AtomicLongArray(most);
        acknowledged = new AtomicLongArray(most);
    }

    /** The watermark of a delta. */
    long watermark(int delta) {
        return first + delta;
    }

    /** Deltas from this one on count. */
    void measureFrom(int delta) {
        measuredFrom = delta;
    }

    /**
     * A delta is sent.
     *
     * @param nanos when that was meant to be, of {@link System#nanoTime}, so that a sender that is late hides nothing
     */
    void sent(int delta, long nanos) {
        sent.set(delta, nanos);
    }

    void acknowledged(int delta, long nanos) {
        acknowledged.set(delta, nanos);
    }

    /** A reader has come from one watermark to another. */
    void arrived(long before, long now, long nanos) {
        long from = Math.max(Math.max(before - first + 1, 0), measuredFrom);
        for (long each = from; each <= Math.min(now - first, sent.length() - 1); each++) {
            int delta = (int) each;
            long done = acknowledged.get(delta);
            if (done == 0) {
                early.incrementAndGet(); // readers are sent it before its writer has heard
            }
            sinceAcknowledged.record(done == 0 ? 0 : nanos - done);
            sinceSent.record(nanos - sent.get(delta));
        }
    }

    /** From acknowledged to received; none for what was received before its acknowledgement. */
    Latencies sinceAcknowledged() {
        return sinceAcknowledged;
    }

    /** From when it was meant to be sent to received. */
    Latencies sinceSent() {
        return sinceSent;
    }

    /** How many were received before the writer had its acknowledgement. */
    long early() {
        return early.get();
    }
}
