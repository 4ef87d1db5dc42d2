package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.session.Entry;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import java.util.List;

/** What readers are told of a session. */
final class SessionRows {
    /** What is shown of a user. */
    @FunctionalInterface
    interface Shown {
        /**
         * The user id to show.
         *
         * @param startMillis event time of the session's first click
         */
        String userId(UserKey user, long startMillis);
    }

    private final Shown shown;

    SessionRows(Shown shown) {
        this.shown = shown;
    }

    /** A session as it is now. */
    SessionChange of(Change change, OpenSession open, UserKey user, long revision, boolean isFinal) {
        Session session = new Session(
                SessionRules.sessionId(user, open),
                user.siteId(),
                shown.userId(user, open.startMillis()),
                open.startMillis(),
                open.endMillis(),
                open.clicks(),
                open.pages(),
                open.entry(),
                open.exit().page(),
                open.orders(),
                open.revenue(),
                open.closeReason(),
                open.ingestionTimeMillis(),
                revision,
                isFinal);
        return new SessionChange(change, session);
    }

    /** Says which row goes, and nothing that was in it. */
    SessionChange goneWithItsPerson(OpenSession open, UserKey user, long revision) {
        Session row = new Session(
                SessionRules.sessionId(user, open),
                user.siteId(),
                "",
                open.startMillis(),
                open.endMillis(),
                open.clicks(),
                open.pages(),
                new Entry("", null, null, null, null, null, null, null),
                null,
                0,
                List.of(),
                null,
                open.ingestionTimeMillis(),
                revision,
                false);
        return new SessionChange(Change.DELETE, row);
    }
}
