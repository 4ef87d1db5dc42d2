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
 * @param rememberedIds event ids kept to recognise duplicates
 * @param timerMillis the one event-time timer that is set; null when none is
 */
public record SessionTimeline(
        List<OpenSession> open,
        List<OpenSession> unsettled,
        long revision,
        long rememberedIds,
        @Nullable Long timerMillis) {
    public SessionTimeline {
        open = open == null ? List.of() : List.copyOf(open);
        unsettled = unsettled == null ? List.of() : List.copyOf(unsettled);
    }

    /** The timeline of a user of whom nothing is known. */
    public static SessionTimeline empty() {
        return new SessionTimeline(List.of(), List.of(), 0, 0, null);
    }

    /** Whether there is nothing to remember. */
    public boolean isEmpty() {
        return open.isEmpty() && unsettled.isEmpty() && rememberedIds == 0;
    }

    /** The same user with other sessions. */
    public SessionTimeline withSessions(List<OpenSession> newOpen, List<OpenSession> newUnsettled) {
        return new SessionTimeline(newOpen, newUnsettled, revision, rememberedIds, timerMillis);
    }

    /** The same after one more change of a session. */
    public SessionTimeline revised() {
        return new SessionTimeline(open, unsettled, revision + 1, rememberedIds, timerMillis);
    }

    /** The same with another number of event ids kept. */
    public SessionTimeline withRememberedIds(long newRememberedIds) {
        return new SessionTimeline(open, unsettled, revision, newRememberedIds, timerMillis);
    }

    /** The same with another timer; null when none is set. */
    public SessionTimeline withTimer(@Nullable Long newTimerMillis) {
        return new SessionTimeline(open, unsettled, revision, rememberedIds, newTimerMillis);
    }
}
