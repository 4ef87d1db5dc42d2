package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.jspecify.annotations.Nullable;

/**
 * When to look at each user again: one moment of event time per user, which stands in the user's timeline. It is moved
 * only to an earlier one, and set anew when it has come.
 *
 * <p>Where state is on the heap, users wait in {@link DueUsers}: nothing of it is in a snapshot, for the timelines tell
 * all of it. Any other backend has Flink's timers, because there may be more users than memory.
 */
final class UserTimers {
    /** What is done with a user whose moment has come. */
    @FunctionalInterface
    interface Look {
        void at(UserKey user, long dueMillis) throws Exception;
    }

    private final InternalTimerService<VoidNamespace> ofFlink;
    private final @Nullable DueUsers due;

    /**
     * @param ofFlink Flink's timers
     * @param isOnHeap whether the state is objects
     */
    UserTimers(InternalTimerService<VoidNamespace> ofFlink, boolean isOnHeap) {
        this.ofFlink = ofFlink;
        due = isOnHeap ? new DueUsers() : null;
    }

    /** Whether snapshots have timers only as a field of timelines, so that who restores them has to set them. */
    boolean areLeftOutOfSnapshots() {
        return due != null;
    }

    /** Sets the current user's timer, unless one is set that comes earlier. */
    void armNoLaterThan(long millis, UserKey user, UserTimeline timeline) {
        long armed = timeline.timerMillis();
        if (armed != UserTimeline.NO_TIMER && armed <= millis) {
            return;
        }
        disarm(timeline);
        timeline.timerMillis(millis);
        armAgain(user, timeline);
    }

    /** Sets the current user's timer as the timeline says. */
    void armAgain(UserKey user, UserTimeline timeline) {
        if (timeline.timerMillis() == UserTimeline.NO_TIMER) {
            return;
        }
        if (due == null) {
            ofFlink.registerEventTimeTimer(VoidNamespace.INSTANCE, timeline.timerMillis());
        } else {
            due.add(user, timeline.timerMillis());
        }
    }

    /** Takes the current user's timer back. */
    void disarm(UserTimeline timeline) {
        if (due == null && timeline.timerMillis() != UserTimeline.NO_TIMER) {
            ofFlink.deleteEventTimeTimer(VoidNamespace.INSTANCE, timeline.timerMillis());
        }
        timeline.timerMillis(UserTimeline.NO_TIMER); // one that waits is none any more when the timeline has another
    }

    /** Looks at everybody whose moment this watermark has reached, if Flink does not. */
    void advance(long watermarkMillis, Look look) throws Exception {
        if (due == null) {
            return;
        }
        DueUsers.Due next = due.poll(watermarkMillis);
        while (next != null) {
            look.at(next.user(), next.millis());
            next = due.poll(watermarkMillis);
        }
    }
}
