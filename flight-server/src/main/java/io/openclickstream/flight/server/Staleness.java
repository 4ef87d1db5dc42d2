package io.openclickstream.flight.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a replica is behind its leader, in time and records. It was up to date at the moment when it heard of a record
 * that it has applied since; only the way to it is not counted. Times are of {@link System#nanoTime}. For any thread.
 */
final class Staleness {
    private boolean everUpToDate;
    private long upToDateNanos;
    private long told;
    private long applied;
    private boolean awaits;
    private long awaited;
    private long awaitedSinceNanos;

    /** The leader says how far it is. */
    synchronized void heard(long leaderSequence, long nowNanos) {
        told = leaderSequence;
        if (applied >= leaderSequence) {
            upToDate(nowNanos);
        } else if (!awaits) {
            awaits = true;
            awaited = leaderSequence;
            awaitedSinceNanos = nowNanos;
        }
    }

    /** All up to this record is applied. */
    synchronized void applied(long sequence) {
        applied = sequence;
        if (awaits && applied >= awaited) {
            upToDate(awaitedSinceNanos);
        }
    }

    /** Another leader, perhaps, is about to tell; what the last one told is no longer awaited. */
    synchronized void begin(long sequence) {
        applied = sequence;
        awaits = false;
    }

    /** How many records of the leader are known to be missing. */
    synchronized long recordsBehind() {
        return Math.max(0, told - applied);
    }

    /** How long ago it was certainly up to date; null when it has not been since it was started. */
    synchronized @Nullable Duration behind(long nowNanos) {
        return everUpToDate ? Duration.ofNanos(Math.max(0, nowNanos - upToDateNanos)) : null;
    }

    private void upToDate(long nanos) {
        everUpToDate = true;
        upToDateNanos = nanos;
        awaits = false;
    }
}
