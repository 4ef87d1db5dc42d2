package io.openclickstream.load.wholejob;

import io.openclickstream.load.operator.Stopwatch;
import io.openclickstream.load.sidebyside.ClickstreamWork;
import io.openclickstream.load.sidebyside.Digest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How far the running job has come: its subtasks tell, and whoever measures it waits for two moments. All share a JVM, so
 * it is kept in a static place.
 */
final class Passage {
    private static final AtomicLong ACCEPTED = new AtomicLong();
    private static final LongAdder BARRIERS = new LongAdder();
    private static volatile Milestones milestones = new Milestones(Long.MAX_VALUE, Long.MAX_VALUE);

    private Passage() {}

    /**
     * A moment of the job.
     *
     * @param accepted clicks that had been accepted
     * @param finalSessions sessions that had become final
     * @param barriers of checkpoints that had come, one for each subtask
     * @param used time used up to then; its thread is whichever came by
     */
    record Moment(long accepted, long finalSessions, long barriers, Stopwatch used) {
        private static Moment after(long accepted) {
            return new Moment(accepted, Digest.of(ClickstreamWork.SESSIONS).rows(), BARRIERS.sum(), Stopwatch.read());
        }
    }

    /** The two moments that are waited for. */
    private record Milestones(
            long begin, long end, CompletableFuture<Moment> atBegin, CompletableFuture<Moment> atEnd) {
        Milestones(long begin, long end) {
            this(begin, end, new CompletableFuture<>(), new CompletableFuture<>());
        }
    }

    /**
     * Forgets everything, before a run.
     *
     * @param begin how many clicks are accepted when measuring begins
     * @param end how many when it ends
     */
    static void reset(long begin, long end) {
        ACCEPTED.set(0);
        BARRIERS.reset();
        milestones = new Milestones(begin, end);
    }

    /** Told by a subtask: it has accepted some more clicks. */
    static void accepted(long clicks) {
        long before = ACCEPTED.getAndAdd(clicks);
        long after = before + clicks;
        Milestones known = milestones;
        if (before < known.begin && after >= known.begin) {
            known.atBegin.complete(Moment.after(after));
        }
        if (before < known.end && after >= known.end) {
            known.atEnd.complete(Moment.after(after));
        }
    }

    /** Told by a subtask: the barrier of a checkpoint has come. */
    static void barrier() {
        BARRIERS.increment();
    }

    /** All clicks accepted so far. */
    static long accepted() {
        return ACCEPTED.get();
    }

    /** Completes when measuring begins. */
    static CompletableFuture<Moment> begun() {
        return milestones.atBegin;
    }

    /** Completes when measuring ends. */
    static CompletableFuture<Moment> ended() {
        return milestones.atEnd;
    }
}
