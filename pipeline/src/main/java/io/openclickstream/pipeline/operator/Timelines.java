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
 * last are kept as objects, at most {@value #MAX_RECENT}, and written when they are pushed out and before every snapshot.
 * What a snapshot holds is therefore always all there is.
 */
final class Timelines {
    /** Of at most {@value #MAX_RECENT_BYTES} bytes each; larger ones are written at once. */
    static final int MAX_RECENT = 16_384;

    static final int MAX_RECENT_BYTES = 4_096;

    private static final class Recent {
        private final UserTimeline timeline;
        private boolean isChanged;

        Recent(UserTimeline timeline) {
            this.timeline = timeline;
        }
    }

    private final ValueState<UserTimeline> state;
    private final @Nullable LinkedHashMap<UserKey, Recent> recent;
    private final Consumer<UserKey> setCurrentKey;
    private final Counter reads;

    /**
     * @param isOnHeap whether the state is objects
     * @param setCurrentKey says whose state is meant
     */
    Timelines(ValueState<UserTimeline> state, boolean isOnHeap, Consumer<UserKey> setCurrentKey, MetricGroup metrics) {
        this.state = state;
        this.setCurrentKey = setCurrentKey;
        recent = isOnHeap ? null : new LinkedHashMap<>(MAX_RECENT, 0.75f, true);
        reads = metrics.counter("timelineReads");
        metrics.gauge("recentTimelines", () -> recent == null ? 0 : recent.size());
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
        if (read != null) {
            remember(user, new Recent(read));
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
        } else if (timeline.bytesHeld() > MAX_RECENT_BYTES) {
            recent.remove(user);
            state.update(timeline);
        } else {
            Recent known = recent.get(user);
            if (known == null || known.timeline != timeline) {
                known = new Recent(timeline);
                remember(user, known);
            }
            known.isChanged = true;
        }
    }

    /** Forgets the current user. */
    void clear(UserKey user) {
        if (recent != null) {
            recent.remove(user);
        }
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

    private void remember(UserKey user, Recent newest) throws Exception {
        LinkedHashMap<UserKey, Recent> kept = Objects.requireNonNull(recent);
        kept.put(user, newest);
        if (kept.size() > MAX_RECENT) {
            Iterator<Map.Entry<UserKey, Recent>> oldest = kept.entrySet().iterator();
            Map.Entry<UserKey, Recent> pushedOut = oldest.next();
            write(pushedOut.getKey(), pushedOut.getValue());
            oldest.remove();
            setCurrentKey.accept(user);
        }
    }

    private void write(UserKey user, Recent each) throws Exception {
        if (each.isChanged) {
            setCurrentKey.accept(user);
            state.update(each.timeline);
            each.isChanged = false;
        }
    }
}
