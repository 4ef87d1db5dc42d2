package io.openclickstream.schemas.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one user: the open sessions and what is needed to go on with them.
 *
 * @param open in order of event time, no two of which are one by the session rules
 * @param unsettled clicks, each as a session of its own, that wait until no earlier one can come, in order of event
 *     time and event id; only where a rule depends on that order, else empty
 * @param revision counts the changes of this user's sessions
 * @param rememberedIds event ids kept to recognise duplicates, here and elsewhere
 * @param seenIds the first of them, as hashes with their event times; the rest is kept beside the timeline
 * @param timerMillis the one event-time timer that is set; null when none is
 */
@SuppressWarnings("ArrayRecordComponent") // state; never changed in place
public record SessionTimeline(
        List<OpenSession> open,
        List<OpenSession> unsettled,
        long revision,
        long rememberedIds,
        byte[] seenIds,
        @Nullable Long timerMillis) {
    private static final byte[] NONE = {};

    public SessionTimeline {
        open = open == null ? List.of() : List.copyOf(open);
        unsettled = unsettled == null ? List.of() : List.copyOf(unsettled);
        seenIds = seenIds == null ? NONE : seenIds;
    }

    /** The timeline of a user of whom nothing is known. */
    public static SessionTimeline empty() {
        return new SessionTimeline(List.of(), List.of(), 0, 0, NONE, null);
    }

    /** Whether there is nothing to remember. */
    public boolean isEmpty() {
        return open.isEmpty() && unsettled.isEmpty() && rememberedIds == 0;
    }

    /** How many of the event ids are kept elsewhere. */
    public long idsElsewhere(int idBytes) {
        return rememberedIds - seenIds.length / idBytes;
    }

    /** The same with other event ids kept. */
    public SessionTimeline withSeen(byte[] newSeenIds, long newRememberedIds) {
        return new SessionTimeline(open, unsettled, revision, newRememberedIds, newSeenIds, timerMillis);
    }

    /** The same user with other sessions. */
    public SessionTimeline withSessions(List<OpenSession> newOpen, List<OpenSession> newUnsettled) {
        return new SessionTimeline(newOpen, newUnsettled, revision, rememberedIds, seenIds, timerMillis);
    }

    /** The same after one more change of a session. */
    public SessionTimeline revised() {
        return new SessionTimeline(open, unsettled, revision + 1, rememberedIds, seenIds, timerMillis);
    }

    /** The same with another timer; null when none is set. */
    public SessionTimeline withTimer(@Nullable Long newTimerMillis) {
        return new SessionTimeline(open, unsettled, revision, rememberedIds, seenIds, newTimerMillis);
    }
}
