package io.openclickstream.flight.access;

/** What one principal uses now, against its quota. Times are of {@link System#nanoTime}. For any thread. */
final class Usage {
    private static final double NANOS_PER_SECOND = 1e9;

    private int streams;
    private double allowance;
    private long filledAtNanos;
    private long lastUsedNanos;

    Usage(long nowNanos) {
        this.filledAtNanos = nowNanos;
        this.lastUsedNanos = nowNanos;
        this.allowance = Double.MAX_VALUE;
    }

    /** Takes a stream, or says no. */
    synchronized boolean open(int most, long nowNanos) {
        lastUsedNanos = nowNanos;
        if (streams >= most) {
            return false;
        }
        streams++;
        return true;
    }

    synchronized void close(long nowNanos) {
        lastUsedNanos = nowNanos;
        streams--;
    }

    /**
     * How long to wait before more may be sent; 0 for not at all. A second's worth may be sent at once, and what goes
     * beyond is waited for afterwards.
     */
    synchronized long waitNanos(long bytesPerSecond, long nowNanos) {
        fill(bytesPerSecond, nowNanos);
        return allowance > 0 ? 0 : (long) Math.ceil((1 - allowance) / bytesPerSecond * NANOS_PER_SECOND);
    }

    synchronized void sent(long bytes, long bytesPerSecond, long nowNanos) {
        fill(bytesPerSecond, nowNanos);
        allowance -= bytes;
        lastUsedNanos = nowNanos;
    }

    /** Whether it can be forgotten: nothing is open, and the allowance is whole again. */
    synchronized boolean isIdle(long bytesPerSecond, long nowNanos) {
        fill(bytesPerSecond, nowNanos);
        return streams == 0 && allowance >= bytesPerSecond && nowNanos - lastUsedNanos > NANOS_PER_SECOND;
    }

    private void fill(long bytesPerSecond, long nowNanos) {
        double earned = (nowNanos - filledAtNanos) / NANOS_PER_SECOND * bytesPerSecond;
        allowance = Math.min((double) bytesPerSecond, allowance + earned);
        filledAtNanos = nowNanos;
    }
}
