package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * Every user's timeline, in Flink's keyed state. It is changed in place: a backend on the heap hands out the very object
 * it keeps (a copy while a checkpoint still reads the old one), so a change needs no second access.
 *
 * <p>Any other backend reads and writes bytes at every access. Users click again within minutes, so the timelines used
 * last are kept as objects, at most {@value #MAX_RECENT_BYTES} bytes of them, and written when they are pushed out and
 * before every snapshot. What a snapshot holds is therefore always all there is. Timelines with unsettled clicks, whose size
 * is not known, are written at once.
 */
final class Timelines {
    static final int MAX_RECENT_BYTES = 33_554_432;

    /** A key with its texts, and a place in the map. */
    private static final int ENTRY_BYTES = 240;

    private static final class Recent {
        private final UserTimeline timeline;
        private int bytes;
        private boolean isChanged;

        Recent(UserTimeline timeline) {
            this.timeline = timeline;
        }
    }

    private final ValueState<UserTimeline> state;
    private final @Nullable LinkedHashMap<UserKey, Recent> recent;
    private final Consumer<UserKey> setCurrentKey;
    private final Counter reads;
    private long recentBytes;

    /**
     * @param isOnHeap whether the state is objects
     * @param setCurrentKey says whose state is meant
     */
    Timelines(ValueState<UserTimeline> state, boolean isOnHeap, Consumer<UserKey> setCurrentKey, MetricGroup metrics) {
        this.state = state;
        this.setCurrentKey = setCurrentKey;
        recent = isOnHeap ? null : new LinkedHashMap<>(16, 0.75f, true);
        reads = metrics.counter("timelineReads");
        metrics.gauge("recentTimelineBytes", () -> recentBytes);
    }

    /** The timeline of this user, whose key is the current one; null when there is none. */
    @Nullable
    UserTimeline of(UserKey user) throws Exception {
        if (recent == null) {
            return state.value();
        }
        Recent known = recent.get(user);
        if (known != null) {
            return known.timeline;
        }
        reads.inc();
        UserTimeline read = state.value();
        if (read != null && read.isPacked()) {
            Recent unchanged = new Recent(read);
            recent.put(user, unchanged);
            resize(unchanged);
            pushOut(user);
        }
        return read;
    }

    /**
     * Keeps what was changed.
     *
     * @param isNew whether there was no timeline
     */
    void keep(UserKey user, UserTimeline timeline, boolean isNew) throws Exception {
        if (recent == null) {
            if (isNew) {
                state.update(timeline);
            }
        } else if (timeline.isPacked()) {
            Recent known = recent.get(user);
            if (known == null) {
                known = new Recent(timeline);
                recent.put(user, known);
            }
            known.isChanged = true;
            resize(known);
            pushOut(user);
        } else {
            forget(user);
            state.update(timeline);
        }
    }

    /** Forgets the current user. */
    void clear(UserKey user) {
        forget(user);
        state.clear();
    }

    /** Writes all that was changed; afterwards another key is current. */
    void flush() throws Exception {
        if (recent != null) {
            for (Map.Entry<UserKey, Recent> each : recent.entrySet()) {
                write(each.getKey(), each.getValue());
            }
        }
    }

    private void forget(UserKey user) {
        Recent forgotten = recent == null ? null : recent.remove(user);
        if (forgotten != null) {
            recentBytes -= forgotten.bytes;
        }
    }

    private void resize(Recent each) {
        int bytes = ENTRY_BYTES + each.timeline.bytesHeld();
        recentBytes += bytes - each.bytes;
        each.bytes = bytes;
    }

    private void pushOut(UserKey current) throws Exception {
        if (recentBytes <= MAX_RECENT_BYTES) {
            return;
        }
        Iterator<Map.Entry<UserKey, Recent>> oldest =
                Objects.requireNonNull(recent).entrySet().iterator();
        while (recentBytes > MAX_RECENT_BYTES) {
            Map.Entry<UserKey, Recent> pushedOut = oldest.next();
            write(pushedOut.getKey(), pushedOut.getValue());
            recentBytes -= pushedOut.getValue().bytes;
            oldest.remove();
        }
        setCurrentKey.accept(current);
    }

    private void write(UserKey user, Recent each) throws Exception {
        if (each.isChanged) {
            setCurrentKey.accept(user);
            state.update(each.timeline);
            each.isChanged = false;
        }
    }
}
