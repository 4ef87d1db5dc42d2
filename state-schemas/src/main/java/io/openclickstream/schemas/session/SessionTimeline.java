package io.openclickstream.schemas.session;

import java.util.List;

/**
 * The sessions of one user that can still change.
 *
 * @param open in order of event time, no two of which are one by the session rules
 * @param unsettled clicks, each as a session of its own, that wait until no earlier one can come, in order of event
 *     time and event id; only where a rule depends on that order, else empty
 */
public record SessionTimeline(List<OpenSession> open, List<OpenSession> unsettled) {
    private static final SessionTimeline EMPTY = new SessionTimeline(List.of(), List.of());

    public SessionTimeline {
        open = List.copyOf(open);
        unsettled = List.copyOf(unsettled);
    }

    /** The timeline of a user without sessions. */
    public static SessionTimeline empty() {
        return EMPTY;
    }

    /** Whether there is no session. */
    public boolean isEmpty() {
        return open.isEmpty() && unsettled.isEmpty();
    }
}
