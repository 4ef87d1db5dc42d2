package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.operator.RecentTimelines.FlinkTimer;
import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * Every user's timeline, in Flink's keyed state. It is changed in place: a backend on the heap hands out the very object
 * it keeps (a copy while a checkpoint still reads the old one), so a change needs no second access.
 *
 * <p>Any other backend reads and writes bytes at every access. Users click again within minutes, so what clicks have
 * used last is kept as objects ({@link RecentTimelines}), and written when it is pushed out and before every snapshot.
 * What a snapshot holds is therefore always all there is. Timelines with unsettled clicks, whose size is not known, are
 * written at once. With every write Flink's timer is moved to the moment that was written.
 */
final class Timelines {
    /** The part of the heap that recent timelines of all slots together may take is one of so many. */
    private static final int HEAP_PARTS = 8;

    private final ValueState<UserTimeline> state;
    private final @Nullable RecentTimelines recent;
    private final FlinkTimer flinkTimer;
    private final Counter reads;

    /** Flink's timer of the user whose timeline was looked for last, if it is not among the recent ones. */
    private long readMillis = UserTimeline.NO_TIMER;

    /**
     * @param isOnHeap whether the state is objects
     * @param setCurrentKey says whose state is meant
     * @param maxRecentBytes how many bytes of recent timelines are kept where it is not
     * @param due who waits in memory
     */
    Timelines(
            ValueState<UserTimeline> state,
            boolean isOnHeap,
            Consumer<UserKey> setCurrentKey,
            long maxRecentBytes,
            DueUsers due,
            FlinkTimer flinkTimer,
            MetricGroup metrics) {
        this.state = state;
        this.flinkTimer = flinkTimer;
        RecentTimelines kept =
                isOnHeap ? null : new RecentTimelines(state, setCurrentKey, maxRecentBytes, due, flinkTimer);
        recent = kept;
        reads = metrics.counter("timelineReads");
        metrics.gauge("recentTimelineBytes", () -> kept == null ? 0L : kept.bytes());
    }

    /**
     * How many bytes of recent timelines a subtask may keep: the slots' equal shares in an eighth of the heap.
     *
     * @param heapBytes what the heap can grow to
     */
    static long maxRecentBytes(long heapBytes, int slots) {
        return heapBytes / HEAP_PARTS / Math.max(1, slots);
    }

    /** The timeline of this user, whose key is the current one and who has clicked; null when there is none. */
    @Nullable
    UserTimeline of(UserKey user) throws Exception {
        UserTimeline found = look(user);
        if (recent != null && found != null && found.isPacked() && recent.of(user) == null) {
            recent.keepRead(user, found);
        }
        return found;
    }

    /** The same of a user who has not clicked, and so may not be met again soon. */
    @Nullable
    UserTimeline look(UserKey user) throws Exception {
        UserTimeline kept = recent == null ? null : recent.of(user);
        return kept != null ? kept : read();
    }

    /** The same when a moment has come, for which nobody waits any more, neither in memory nor Flink's timer. */
    @Nullable
    UserTimeline lookAt(UserKey user, long dueMillis) throws Exception {
        UserTimeline kept = recent == null ? null : recent.ofDue(user, dueMillis);
        if (kept != null) {
            return kept;
        }
        UserTimeline read = read();
        if (readMillis == dueMillis) {
            readMillis = UserTimeline.NO_TIMER;
        }
        return read;
    }

    private @Nullable UserTimeline read() throws Exception {
        reads.inc();
        UserTimeline read = state.value();
        readMillis = read == null ? UserTimeline.NO_TIMER : read.timerMillis();
        return read;
    }

    /** Whether a user who was among those that wait in memory still does. */
    boolean awaits(UserKey user, long millis) {
        return recent == null || recent.awaits(user, millis);
    }

    /**
     * Keeps what a click has changed.
     *
     * @param isNew whether there was no timeline
     */
    void keep(UserKey user, UserTimeline timeline, boolean isNew) throws Exception {
        if (recent == null) {
            if (isNew) {
                state.update(timeline);
            }
        } else if (timeline.isPacked()) {
            recent.keepChanged(user, timeline, isNew, readMillis);
        } else {
            write(user, timeline, recent);
        }
    }

    /** Keeps what was changed without a click. */
    void keepLooked(UserKey user, UserTimeline timeline) throws Exception {
        if (recent == null) {
            return;
        }
        if (!timeline.isPacked() || !recent.isKeptAndChanged(user, timeline)) {
            write(user, timeline, recent);
        }
    }

    private void write(UserKey user, UserTimeline timeline, RecentTimelines kept) throws Exception {
        long timer = kept.flinkMillis(user, readMillis);
        kept.forget(user);
        state.update(timeline);
        flinkTimer.move(timer, timeline.timerMillis());
    }

    /** Forgets the current user, whose timeline was looked for. */
    void clear(UserKey user) {
        if (recent == null) {
            state.clear();
            return;
        }
        flinkTimer.move(recent.flinkMillis(user, readMillis), UserTimeline.NO_TIMER);
        if (recent.forget(user)) {
            state.clear();
        }
    }

    /** Writes all that was changed; afterwards another key is current. */
    void flush() throws Exception {
        if (recent != null) {
            recent.flush();
        }
    }
}
