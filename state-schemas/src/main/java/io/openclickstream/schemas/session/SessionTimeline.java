package io.openclickstream.schemas.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The open sessions of one user, as kept in state.
 *
 * @param open in order of event time; no two are as close as the session gap
 */
public record SessionTimeline(List<OpenSession> open) {
    public SessionTimeline(@Nullable List<OpenSession> open) {
        this.open = open == null ? List.of() : List.copyOf(open);
    }

    /** The timeline of a user without open sessions. */
    public static SessionTimeline empty() {
        return new SessionTimeline(List.of());
    }
}
