package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.ValueState;
import org.jspecify.annotations.Nullable;

/**
 * The timelines used last, as objects, before a backend that reads and writes bytes. At most so many bytes of them are
 * kept, and at most {@value #MAX_CHANGED} that the backend does not have yet, so that a snapshot waits for few.
 *
 * <p>What was not used since a hand came by the last time goes when the hand comes by again. So to use a timeline is to
 * set a flag: an order of use would have to be changed at every click, in places that the collector then has to look at.
 */
final class RecentTimelines {
    static final int MAX_CHANGED = 32_768;

    /** A key with its texts, and places in map and ring. */
    private static final int ENTRY_BYTES = 260;

    private static final class Recent {
        private final UserKey user;
        private final UserTimeline timeline;
        private int place;
        private int bytes;
        private boolean isUsed; // again, since it came or the hand was here
        private boolean isChanged;
        private boolean isStored;

        Recent(UserKey user, UserTimeline timeline) {
            this.user = user;
            this.timeline = timeline;
        }
    }

    private final ValueState<UserTimeline> state;
    private final Consumer<UserKey> setCurrentKey;
    private final long maxBytes;
    private final Map<UserKey, Recent> byUser = new HashMap<>();
    private final List<Recent> ring = new ArrayList<>();
    private final Deque<Recent> changed = new ArrayDeque<>();
    private int hand;
    private long bytes;

    /** @param maxBytes how many bytes of timelines are kept */
    RecentTimelines(ValueState<UserTimeline> state, Consumer<UserKey> setCurrentKey, long maxBytes) {
        this.state = state;
        this.setCurrentKey = setCurrentKey;
        this.maxBytes = maxBytes;
    }

    /** About as many bytes as they take. */
    long bytes() {
        return bytes;
    }

    /** The timeline of this user if it is among them; else null. */
    @Nullable
    UserTimeline of(UserKey user) {
        Recent known = byUser.get(user);
        if (known == null) {
            return null;
        }
        known.isUsed = true;
        return known.timeline;
    }

    /** Keeps what was read from the state of the current user. */
    void keepRead(UserKey user, UserTimeline timeline) throws Exception {
        Recent read = insert(user, timeline);
        read.isStored = true;
        pushOut(user);
    }

    /**
     * Keeps the timeline of the current user, which was changed.
     *
     * @param isNew whether the state has none of the user
     */
    void keepChanged(UserKey user, UserTimeline timeline, boolean isNew) throws Exception {
        Recent known = byUser.get(user);
        if (known == null) {
            known = insert(user, timeline);
            known.isStored = !isNew;
        } else {
            resize(known);
        }
        if (!known.isChanged) {
            known.isChanged = true;
            changed.add(known);
        }
        pushOut(user);
    }

    /** Whether it is among them, and then notes that it was changed. */
    boolean isKeptAndChanged(UserKey user, UserTimeline timeline) throws Exception {
        if (!byUser.containsKey(user)) {
            return false;
        }
        keepChanged(user, timeline, false);
        return true;
    }

    /**
     * Forgets a user's timeline.
     *
     * @return whether the state may hold one
     */
    boolean forget(UserKey user) {
        Recent forgotten = byUser.get(user);
        if (forgotten == null) {
            return true;
        }
        forgotten.isChanged = false;
        remove(forgotten);
        return forgotten.isStored;
    }

    /** Writes all that was changed; afterwards another key is current. */
    void flush() throws Exception {
        while (!changed.isEmpty()) {
            write(changed.remove());
        }
    }

    private Recent insert(UserKey user, UserTimeline timeline) {
        Recent added = new Recent(user, timeline);
        byUser.put(user, added);
        added.place = ring.size();
        ring.add(added);
        resize(added);
        return added;
    }

    private void resize(Recent each) {
        int now = ENTRY_BYTES + each.timeline.bytesHeld();
        bytes += now - each.bytes;
        each.bytes = now;
    }

    private void pushOut(UserKey current) throws Exception {
        if (bytes <= maxBytes && changed.size() <= MAX_CHANGED) {
            return;
        }
        while (changed.size() > MAX_CHANGED) {
            write(changed.remove());
        }
        while (bytes > maxBytes) {
            hand = hand < ring.size() ? hand : 0;
            Recent each = ring.get(hand);
            if (each.isUsed) {
                each.isUsed = false;
                hand++;
            } else {
                write(each);
                remove(each);
                hand++; // in its place is the one that came last, whose turn is last
            }
        }
        setCurrentKey.accept(current);
    }

    /** The last of the ring takes its place. */
    private void remove(Recent each) {
        byUser.remove(each.user);
        bytes -= each.bytes;
        Recent last = ring.remove(ring.size() - 1);
        if (last != each) {
            ring.set(each.place, last);
            last.place = each.place;
        }
    }

    private void write(Recent each) throws Exception {
        if (each.isChanged) {
            setCurrentKey.accept(each.user);
            state.update(each.timeline);
            each.isChanged = false;
            each.isStored = true;
        }
    }
}
