package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.InternalTimerService;

/**
 * When to look at each user again: one moment of event time per user, which stands in the user's timeline. It is moved
 * only to an earlier one, and set anew when it has come.
 *
 * <p>Where state is on the heap, users wait in {@link DueUsers}: nothing of it is in a snapshot, for the timelines tell
 * all of it. With any other backend there may be more users than memory, so Flink has a timer for each timeline that the
 * state has, at its very moment; who waits in memory until then is up to {@link RecentTimelines}.
 */
final class UserTimers {
    /** What is done with a user whose moment has come. */
    @FunctionalInterface
    interface Look {
        void at(UserKey user, long dueMillis) throws Exception;
    }

    private final InternalTimerService<VoidNamespace> ofFlink;
    private final DueUsers due;
    private final boolean isOnHeap;

    /**
     * @param ofFlink Flink's timers
     * @param due who waits in memory
     * @param isOnHeap whether the state is objects
     */
    UserTimers(InternalTimerService<VoidNamespace> ofFlink, DueUsers due, boolean isOnHeap) {
        this.ofFlink = ofFlink;
        this.due = due;
        this.isOnHeap = isOnHeap;
    }

    /** Whether snapshots have timers only as a field of timelines, so that who restores them has to set them. */
    boolean areLeftOutOfSnapshots() {
        return isOnHeap;
    }

    /** Sets a user's moment, unless it has one that comes earlier. */
    void armNoLaterThan(long millis, UserKey user, UserTimeline timeline) {
        long armed = timeline.timerMillis();
        if (armed != UserTimeline.NO_TIMER && armed <= millis) {
            return;
        }
        timeline.timerMillis(millis);
        if (isOnHeap) {
            due.add(user, millis); // beside a later one, which is none any more when the timeline has another
        }
    }

    /** Lets the current user, whose timeline the state has, wait for the moment it says. */
    void armAgain(UserKey user, UserTimeline timeline) {
        if (!isOnHeap) {
            move(UserTimeline.NO_TIMER, timeline.timerMillis());
        } else if (timeline.timerMillis() != UserTimeline.NO_TIMER) {
            due.add(user, timeline.timerMillis());
        }
    }

    /**
     * Moves Flink's timer of the current user.
     *
     * @param fromMillis where it is; {@link UserTimeline#NO_TIMER} when there is none
     * @param toMillis where it is to be; {@link UserTimeline#NO_TIMER} when there is to be none
     */
    void move(long fromMillis, long toMillis) {
        if (fromMillis == toMillis) {
            return;
        }
        if (fromMillis != UserTimeline.NO_TIMER) {
            ofFlink.deleteEventTimeTimer(VoidNamespace.INSTANCE, fromMillis);
        }
        if (toMillis != UserTimeline.NO_TIMER) {
            ofFlink.registerEventTimeTimer(VoidNamespace.INSTANCE, toMillis);
        }
    }

    /** Looks at everybody in memory whose moment this watermark has reached. */
    void advance(long watermarkMillis, Look look) throws Exception {
        DueUsers.Due next = due.poll(watermarkMillis);
        while (next != null) {
            look.at(next.user(), next.millis());
            next = due.poll(watermarkMillis);
        }
    }
}
