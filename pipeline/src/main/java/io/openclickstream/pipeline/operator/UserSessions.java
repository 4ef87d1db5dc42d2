package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.SessionTimeline;
import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import java.util.function.Consumer;

/** What happens to the current user's timeline: a click comes, its moment comes, or its person is erased. */
final class UserSessions {
    private final SessionRules rules;
    private final Timelines timelines;
    private final EventIds eventIds;
    private final UserTimers timers;
    private final SessionRows rows;
    private final boolean showsOpenSessions;
    private final Consumer<SessionChange> told;

    /**
     * @param showsOpenSessions whether anyone wants to know of sessions before they are final
     * @param told is given what readers are told
     */
    UserSessions(
            SessionRules rules,
            Timelines timelines,
            EventIds eventIds,
            UserTimers timers,
            SessionRows rows,
            boolean showsOpenSessions,
            Consumer<SessionChange> told) {
        this.rules = rules;
        this.timelines = timelines;
        this.eventIds = eventIds;
        this.timers = timers;
        this.rows = rows;
        this.showsOpenSessions = showsOpenSessions;
        this.told = told;
    }

    /** Adds a click that is not late, unless it is a duplicate or one too many. */
    EventIds.Verdict add(ReceivedClick received, UserKey user, long watermarkMillis) throws Exception {
        UserTimeline known = timelines.of(user);
        UserTimeline timeline = known == null ? new UserTimeline() : known;
        EventIds.Verdict verdict = eventIds.see(received.click(), timeline, watermarkMillis);
        if (verdict == EventIds.Verdict.NEW) {
            accept(received, user, timeline, watermarkMillis);
            timelines.keep(user, timeline, known == null);
        }
        return verdict;
    }

    /** How many event ids of the user are remembered. */
    long rememberedIds(UserKey user) throws Exception {
        UserTimeline timeline = timelines.of(user);
        return timeline == null ? 0 : timeline.rememberedIds();
    }

    private void accept(ReceivedClick received, UserKey user, UserTimeline timeline, long watermarkMillis) {
        long timer = rules.forgottenAtMillis(received.click().eventTimeMillis());
        timeline.revise();
        if (rules.extend(timeline, received)) {
            timer = Math.min(timer, rules.latestFinalAtMillis(timeline));
            if (showsOpenSessions) {
                tell(Change.UPSERT, timeline.latest(), user, timeline, false);
            }
        } else {
            SessionRules.Added added = rules.add(timeline.sessions(), received, watermarkMillis);
            timeline.replaceSessions(added.timeline());
            for (OpenSession replaced : added.replaced()) {
                tell(Change.DELETE, replaced, user, timeline, false);
            }
            for (OpenSession changed : added.changed()) {
                tell(Change.UPSERT, changed, user, timeline, false);
                timer = Math.min(timer, rules.finalAtMillis(changed));
            }
        }
        timers.armNoLaterThan(timer, user, timeline);
    }

    /**
     * Closes what is final and forgets what need not be remembered.
     *
     * @param dueMillis the moment that has come; nothing is done when it is not the user's any more
     * @param watermarkMillis how far event time has come
     */
    void look(UserKey user, long dueMillis, long watermarkMillis) throws Exception {
        UserTimeline timeline = timelines.lookAt(user, dueMillis);
        if (timeline == null || timeline.timerMillis() != dueMillis) {
            return; // it was moved, or has come already: a snapshot of another backend has some twice
        }
        timeline.timerMillis(UserTimeline.NO_TIMER);
        close(user, timeline, watermarkMillis);
        eventIds.forget(timeline, watermarkMillis);
        if (timeline.isEmpty()) {
            timelines.clear(user);
            return;
        }
        long next = nextFinalAtMillis(user, timeline);
        if (timeline.rememberedIds() > 0) {
            boolean hasSessions = next != Long.MAX_VALUE;
            next = Math.min(next, eventIds.forgetAtMillis(timeline, hasSessions, watermarkMillis));
        }
        timers.armNoLaterThan(next, user, timeline);
        timelines.keepLooked(user, timeline);
    }

    /** Sets the timer that the timeline says. */
    void armAgain(UserKey user) throws Exception {
        UserTimeline timeline = timelines.look(user);
        if (timeline != null) {
            timers.armAgain(user, timeline);
        }
    }

    /** Drops all that is kept, and the rows of open sessions. */
    void forget(UserKey user) throws Exception {
        UserTimeline timeline = timelines.look(user);
        if (timeline == null) {
            return;
        }
        if (showsOpenSessions) {
            timeline.revise();
            for (OpenSession open : rules.sessions(timeline.sessions(), user.siteId())) {
                told.accept(rows.goneWithItsPerson(open, user, timeline.revision()));
            }
        }
        eventIds.clear();
        timelines.clear(user);
    }

    private void close(UserKey user, UserTimeline timeline, long watermarkMillis) {
        if (timeline.hasLatest() && timeline.others() == 0 && rules.latestFinalAtMillis(timeline) > watermarkMillis) {
            return;
        }
        SessionRules.Closed closed = rules.close(timeline.sessions(), user.siteId(), watermarkMillis);
        timeline.replaceSessions(closed.timeline());
        if (!closed.sessions().isEmpty()) {
            timeline.revise();
        }
        for (OpenSession session : closed.sessions()) {
            tell(Change.UPSERT, session, user, timeline, true);
        }
    }

    private long nextFinalAtMillis(UserKey user, UserTimeline timeline) {
        if (timeline.hasLatest() && timeline.others() == 0) {
            return rules.latestFinalAtMillis(timeline);
        }
        SessionTimeline sessions = timeline.sessions();
        Long next = rules.nextFinalAtMillis(sessions, user.siteId());
        return next == null ? Long.MAX_VALUE : next;
    }

    private void tell(Change change, OpenSession open, UserKey user, UserTimeline timeline, boolean isFinal) {
        if (isFinal || showsOpenSessions) {
            told.accept(rows.of(change, open, user, timeline.revision(), isFinal));
        }
    }
}
