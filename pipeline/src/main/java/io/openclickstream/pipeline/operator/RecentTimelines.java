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
 *
 * <p>Flink has a timer for each timeline that the backend has, at the very moment it has there. The user of one that was
 * changed waits in memory if its moment is another, until it is written: then Flink's timer is moved to it. So who comes
 * and goes between two snapshots may leave nothing behind, neither a row nor a timer.
 */
final class RecentTimelines {
    static final int MAX_CHANGED = 131_072;

    /** A key with its texts, and places in map, ring and buckets. */
    private static final int ENTRY_BYTES = 292;

    /** How many may be left behind where they need not be any more, whatever is kept, before it is looked who they are. */
    private static final int LEFT_BEHIND = 1_024;

    /** Moves Flink's timer of the current user; {@link UserTimeline#NO_TIMER} stands for none. */
    @FunctionalInterface
    interface FlinkTimer {
        void move(long fromMillis, long toMillis);
    }

    private static final class Recent {
        private final UserKey user;
        private final UserTimeline timeline;
        private int place;
        private int bytes;
        private boolean isUsed; // again, since it came or the hand was here
        private boolean isChanged;
        private boolean isStored;
        private long flinkMillis = UserTimeline.NO_TIMER; // Flink's timer
        private long awaitedMillis = UserTimeline.NO_TIMER; // waits for this in memory

        Recent(UserKey user, UserTimeline timeline) {
            this.user = user;
            this.timeline = timeline;
        }
    }

    private final ValueState<UserTimeline> state;
    private final Consumer<UserKey> setCurrentKey;
    private final long maxBytes;
    private final DueUsers due;
    private final FlinkTimer flinkTimer;
    private final Map<UserKey, Recent> byUser = new HashMap<>();
    private final List<Recent> ring = new ArrayList<>();
    private final Deque<Recent> changed = new ArrayDeque<>();
    private int gone; // of those that were changed
    private int hand;
    private long bytes;

    /**
     * @param maxBytes how many bytes of timelines are kept
     * @param due who waits in memory; who does not any more may be among them
     */
    RecentTimelines(
            ValueState<UserTimeline> state,
            Consumer<UserKey> setCurrentKey,
            long maxBytes,
            DueUsers due,
            FlinkTimer flinkTimer) {
        this.state = state;
        this.setCurrentKey = setCurrentKey;
        this.maxBytes = maxBytes;
        this.due = due;
        this.flinkTimer = flinkTimer;
    }

    /** About as many bytes as they take. */
    long bytes() {
        return bytes;
    }

    /** How many are not written yet; some that are gone may be counted. */
    int changes() {
        return changed.size();
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

    /**
     * Flink's timer of a user.
     *
     * @param otherwise what it is when the timeline is not among them
     */
    long flinkMillis(UserKey user, long otherwise) {
        Recent known = byUser.get(user);
        return known == null ? otherwise : known.flinkMillis;
    }

    /** Whether a user waits in memory for this moment. */
    boolean awaits(UserKey user, long millis) {
        Recent known = byUser.get(user);
        return known != null && known.awaitedMillis == millis;
    }

    /** The same as {@link #of}, of a user for whom a moment has come: it is awaited no more, and Flink's timer is gone. */
    @Nullable
    UserTimeline ofDue(UserKey user, long millis) {
        Recent known = byUser.get(user);
        if (known == null) {
            return null;
        }
        known.isUsed = true;
        if (known.awaitedMillis == millis) {
            known.awaitedMillis = UserTimeline.NO_TIMER;
        }
        if (known.flinkMillis == millis) {
            known.flinkMillis = UserTimeline.NO_TIMER;
        }
        return known.timeline;
    }

    /** Keeps what was read from the state of the current user. */
    void keepRead(UserKey user, UserTimeline timeline) throws Exception {
        Recent read = insert(user, timeline);
        read.isStored = true;
        read.flinkMillis = timeline.timerMillis();
        pushOut(user);
    }

    /**
     * Keeps the timeline of the current user, which was changed.
     *
     * @param isNew whether the state has none of the user
     * @param flinkMillis Flink's timer of the user, unless the timeline is among them already
     */
    void keepChanged(UserKey user, UserTimeline timeline, boolean isNew, long flinkMillis) throws Exception {
        Recent known = byUser.get(user);
        if (known == null) {
            known = insert(user, timeline);
            known.isStored = !isNew;
            known.flinkMillis = flinkMillis;
        } else {
            resize(known);
        }
        if (!known.isChanged) {
            known.isChanged = true;
            changed.add(known);
        }
        await(known);
        pushOut(user);
    }

    /** Whether it is among them, and then notes that it was changed. */
    boolean isKeptAndChanged(UserKey user, UserTimeline timeline) throws Exception {
        if (!byUser.containsKey(user)) {
            return false;
        }
        keepChanged(user, timeline, false, UserTimeline.NO_TIMER);
        return true;
    }

    /**
     * Forgets a user's timeline, but not Flink's timer.
     *
     * @return whether the state may hold one
     */
    boolean forget(UserKey user) {
        Recent forgotten = byUser.get(user);
        if (forgotten == null) {
            return true;
        }
        if (forgotten.isChanged) {
            forgotten.isChanged = false;
            leaveBehind();
        }
        remove(forgotten);
        return forgotten.isStored;
    }

    /** Writes all that was changed; afterwards another key is current. */
    void flush() throws Exception {
        while (!changed.isEmpty()) {
            writeNext();
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

    private void await(Recent each) {
        long moment = each.timeline.timerMillis();
        if (moment == each.flinkMillis || moment == each.awaitedMillis) {
            return;
        }
        each.awaitedMillis = moment;
        due.add(each.user, moment);
        if (due.size() > LEFT_BEHIND + 2 * changed.size()) {
            due.retain(this::awaits);
        }
    }

    private void pushOut(UserKey current) throws Exception {
        if (bytes <= maxBytes && changed.size() - gone <= MAX_CHANGED) {
            return;
        }
        while (changed.size() - gone > MAX_CHANGED) {
            writeNext();
        }
        while (bytes > maxBytes) {
            hand = hand < ring.size() ? hand : 0;
            Recent each = ring.get(hand);
            if (each.isUsed) {
                each.isUsed = false;
                hand++;
            } else {
                if (each.isChanged) {
                    write(each);
                    leaveBehind();
                }
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

    /** One that was changed goes before its turn to be written; its place stays for a while. */
    private void leaveBehind() {
        gone++;
        if (gone > LEFT_BEHIND + changed.size() / 4) {
            changed.removeIf(each -> !each.isChanged);
            gone = 0;
        }
    }

    private void writeNext() throws Exception {
        Recent next = changed.remove();
        if (next.isChanged) {
            write(next);
        } else {
            gone--;
        }
    }

    private void write(Recent each) throws Exception {
        setCurrentKey.accept(each.user);
        state.update(each.timeline);
        flinkTimer.move(each.flinkMillis, each.timeline.timerMillis());
        each.flinkMillis = each.timeline.timerMillis();
        each.awaitedMillis = UserTimeline.NO_TIMER;
        each.isChanged = false;
        each.isStored = true;
    }
}
