package io.openclickstream.pipeline.decide.session;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.session.CloseReason;
import io.openclickstream.schemas.session.FirstReceived;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.SessionTimeline;
import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides which clicks of one user belong to the same session. Pure: no clock, no Flink, no I/O.
 *
 * <p>The accepted clicks of a user, in order of event time and event id, are cut into sessions by the policy; the order
 * in which they arrive never matters. Late is decided per click and before anything else; a session is final once no
 * click that is not late can touch it. So a final session is never corrected, and no two sessions of a user overlap.
 *
 * <p>Where the policy cuts by gap and midnight alone, sessions are merged as clicks come and only aggregates are kept.
 * Where a cut depends on all clicks before it, clicks wait, each as a session of its own, until none can come before
 * them: until the watermark has passed them by the allowed lateness. Readers see the sessions that all clicks make now
 * in both cases.
 *
 * @param policy where sessions end
 * @param allowedLateness how far behind the watermark a click is still accepted; zero or more
 * @param deduplicationHorizon how far behind the watermark, in event time, an event id is remembered; at least
 *     {@code allowedLateness}, since an exact copy of an older click is late anyway
 * @param maxRememberedIds the most event ids of one user that are remembered; whoever sends more is taken for a bot, and
 *     the clicks beyond are filtered; positive
 */
public record SessionRules(
        SessionPolicy policy, Duration allowedLateness, Duration deduplicationHorizon, long maxRememberedIds)
        implements Serializable {

    /** How many event ids of one user are remembered unless told otherwise. */
    public static final long USUAL_MAX_REMEMBERED_IDS = 100_000;

    private static final int FEW_IDS = 64;

    /**
     * What a click does to its user's timeline.
     *
     * @param changed sessions that are new or hold something else than before
     * @param replaced sessions that are no more, since their clicks are now under another id
     */
    public record Added(SessionTimeline timeline, List<OpenSession> changed, List<OpenSession> replaced) {}

    /** The timeline without the sessions that are final, and those, in order of event time. */
    public record Closed(SessionTimeline timeline, List<OpenSession> sessions) {}

    /** Sessions that end by their gap alone. */
    public SessionRules(Duration gap, Duration allowedLateness, Duration deduplicationHorizon) {
        this(SessionPolicy.of(gap), allowedLateness, deduplicationHorizon, USUAL_MAX_REMEMBERED_IDS);
    }

    /** Whether a click is refused: its event time lies further behind the watermark than the allowed lateness. */
    public boolean isLate(long eventTimeMillis, long watermarkMillis) {
        return eventTimeMillis < before(watermarkMillis, allowedLateness);
    }

    /** Whether an event id that was seen with this event time is forgotten at this watermark. */
    public boolean isForgotten(long seenEventTimeMillis, long watermarkMillis) {
        return seenEventTimeMillis < before(watermarkMillis, deduplicationHorizon);
    }

    /** The first watermark at which an event id seen with this event time is forgotten. */
    public long forgottenAtMillis(long seenEventTimeMillis) {
        return seenEventTimeMillis + deduplicationHorizon.toMillis() + 1;
    }

    /**
     * The first watermark at which forgetting is worth a look at all ids again: by then an eighth of the horizon has
     * gone, so that every id of a busy user is looked at a few times only, not at every click.
     */
    public long forgetAgainAtMillis(long earliestSeenMillis, long watermarkMillis) {
        return Math.max(forgottenAtMillis(earliestSeenMillis), watermarkMillis + deduplicationHorizon.toMillis() / 8);
    }

    /**
     * Whether the ids of a user without open sessions can all wait until the last of them is forgotten. That saves looks
     * at users who have gone, and holds few ids for longer: so few that a user who comes back is counted as one that
     * sends too many hardly earlier.
     */
    public boolean areFew(long rememberedIds) {
        return rememberedIds <= FEW_IDS && rememberedIds <= maxRememberedIds / 16;
    }

    /** The earliest event time whose ids are not forgotten at this watermark. */
    public long remembersSinceMillis(long watermarkMillis) {
        return before(watermarkMillis, deduplicationHorizon);
    }

    /** Whether one more click of this user is a bot's. */
    public boolean isTooMany(long rememberedIds) {
        return rememberedIds >= maxRememberedIds;
    }

    /** The session's name, a name-based UUID (RFC 4122, version 3): the same click always makes the same id. */
    public static String sessionId(UserKey user, OpenSession session) {
        String name =
                user.siteId() + '\0' + user.userId() + '\0' + session.first().eventId();
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** How far the watermark must have passed a session's end for the session to be final. */
    public Duration finalAfter() {
        return policy.gap().plus(allowedLateness);
    }

    /** The first watermark at which a session is final: one more than the latest at which a click could touch it. */
    public long finalAtMillis(OpenSession session) {
        return finalAtMillis(session.endMillis());
    }

    private long finalAtMillis(long endMillis) {
        return endMillis + policy.gap().toMillis() + allowedLateness.toMillis() + 1;
    }

    /** The first watermark at which the latest session of a user is final. */
    public long latestFinalAtMillis(UserTimeline timeline) {
        return finalAtMillis(timeline.endMillis());
    }

    /**
     * Adds an accepted click in place where all it does is to go on with its user's latest session: the way of nearly all
     * clicks, and so the fast one. Whatever is less plain, such as an order, a click before all others, or two at the
     * same moment, is left to {@link #add}, which says what has to come out here as well; a test compares the two.
     *
     * @return whether the click was added; otherwise nothing has changed
     */
    public boolean extend(UserTimeline timeline, ReceivedClick received) {
        Click click = received.click();
        SourcePosition source = received.source();
        long timeMillis = click.eventTimeMillis();
        if (!timeline.hasLatest()
                || timeMillis <= timeline.startMillis()
                || timeMillis == timeline.endMillis()
                || policy.dependsOnOrder()
                || click.has(ClickText.AMOUNT)
                || click.isText(ClickText.EVENT_TYPE, SessionFacts.PURCHASE_BYTES)
                || timeline.isReceivedFirst(source.ingestionTimeMillis(), source.partition(), source.offset())) {
            return false;
        }
        boolean isPage = click.isText(ClickText.EVENT_TYPE, SessionFacts.PAGE_VIEW_BYTES);
        if (timeMillis < timeline.endMillis()) {
            timeline.addInside(isPage, source.ingestionTimeMillis());
            return true;
        }
        if (!policy.joins(click.siteId(), timeline.endMillis(), timeMillis)) {
            return false;
        }
        timeline.addAtEnd(click, isPage, source.ingestionTimeMillis());
        return true;
    }

    /** Adds an accepted click. */
    public Added add(SessionTimeline timeline, ReceivedClick received, long watermarkMillis) {
        OpenSession single = SessionFacts.single(received, policy);
        String siteId = received.click().siteId();
        return policy.dependsOnOrder()
                ? addWaiting(timeline, single, siteId, watermarkMillis)
                : addMerging(timeline, single, siteId);
    }

    /** The sessions that the clicks so far make, in order of event time. */
    public List<OpenSession> sessions(SessionTimeline timeline, String siteId) {
        return timeline.unsettled().isEmpty() ? timeline.open() : fold(timeline.open(), timeline.unsettled(), siteId);
    }

    /** Takes out the sessions that are final at this watermark. */
    public Closed close(SessionTimeline timeline, String siteId, long watermarkMillis) {
        SessionTimeline settled = settle(timeline, siteId, watermarkMillis);
        List<OpenSession> open = new ArrayList<>();
        List<OpenSession> closed = new ArrayList<>();
        List<OpenSession> all = settled.open();
        for (int i = 0; i < all.size(); i++) {
            OpenSession session = all.get(i);
            if (finalAtMillis(session) > watermarkMillis) {
                open.add(session);
            } else {
                OpenSession next = i + 1 < all.size() ? all.get(i + 1) : null;
                closed.add(session.closedFor(closeReason(session, next)));
            }
        }
        return new Closed(new SessionTimeline(open, settled.unsettled()), closed);
    }

    /** The earliest watermark at which one of the sessions is final; null when there is none. */
    public @Nullable Long nextFinalAtMillis(SessionTimeline timeline, String siteId) {
        Long next = null;
        for (OpenSession session : sessions(timeline, siteId)) {
            next = earlier(next, finalAtMillis(session));
        }
        return next;
    }

    private Added addMerging(SessionTimeline timeline, OpenSession single, String siteId) {
        OpenSession merged = single;
        List<OpenSession> touched = new ArrayList<>(1);
        List<OpenSession> open = new ArrayList<>(timeline.open().size() + 1);
        int place = 0;
        for (OpenSession session : timeline.open()) {
            if (touches(siteId, session, single.startMillis())) {
                touched.add(session);
                merged = SessionFacts.join(merged, session);
            } else {
                open.add(session);
                place += session.endMillis() < single.startMillis() ? 1 : 0;
            }
        }
        open.add(place, merged);
        if (!touched.isEmpty()) {
            FirstReceived first = merged.first();
            touched.removeIf(session -> session.first().equals(first));
        }
        return new Added(new SessionTimeline(open, List.of()), List.of(merged), touched);
    }

    private boolean touches(String siteId, OpenSession session, long eventTimeMillis) {
        return eventTimeMillis < session.startMillis()
                ? policy.joins(siteId, eventTimeMillis, session.startMillis())
                : eventTimeMillis <= session.endMillis() || policy.joins(siteId, session.endMillis(), eventTimeMillis);
    }

    private Added addWaiting(SessionTimeline timeline, OpenSession single, String siteId, long watermarkMillis) {
        List<OpenSession> before = sessions(timeline, siteId);
        List<OpenSession> unsettled = new ArrayList<>(timeline.unsettled());
        int place = unsettled.size();
        while (place > 0 && comesBefore(single, unsettled.get(place - 1))) {
            place--;
        }
        unsettled.add(place, single);
        SessionTimeline added = new SessionTimeline(timeline.open(), unsettled);
        SessionTimeline settled = settle(added, siteId, watermarkMillis);
        List<OpenSession> after = sessions(settled, siteId);

        Map<FirstReceived, OpenSession> known = new HashMap<>();
        before.forEach(session -> known.put(session.first(), session));
        List<OpenSession> changed = new ArrayList<>();
        Set<FirstReceived> ids = new HashSet<>();
        for (OpenSession session : after) {
            ids.add(session.first());
            if (!session.equals(known.get(session.first()))) {
                changed.add(session);
            }
        }
        List<OpenSession> replaced = before.stream()
                .filter(session -> !ids.contains(session.first()))
                .toList();
        return new Added(settled, changed, replaced);
    }

    /** Folds the clicks before which none can come any more into the sessions. */
    private SessionTimeline settle(SessionTimeline timeline, String siteId, long watermarkMillis) {
        List<OpenSession> unsettled = timeline.unsettled();
        int settled = 0;
        while (settled < unsettled.size() && isLate(unsettled.get(settled).startMillis(), watermarkMillis)) {
            settled++;
        }
        return settled == 0
                ? timeline
                : new SessionTimeline(
                        fold(timeline.open(), unsettled.subList(0, settled), siteId),
                        unsettled.subList(settled, unsettled.size()));
    }

    /** Goes on from sessions with later clicks, one after the other. */
    private List<OpenSession> fold(List<OpenSession> from, List<OpenSession> singles, String siteId) {
        List<OpenSession> sessions = new ArrayList<>(from);
        for (OpenSession single : singles) {
            int last = sessions.size() - 1;
            CloseReason reason = last < 0 ? null : policy.reasonToCut(siteId, sessions.get(last), single);
            if (last < 0) {
                sessions.add(single);
            } else if (reason == null) {
                sessions.set(last, SessionFacts.join(sessions.get(last), single));
            } else {
                sessions.set(last, sessions.get(last).closedFor(reason));
                sessions.add(single);
            }
        }
        return sessions;
    }

    /** Merged sessions do not know yet why they ended: the one after it was kept apart by midnight, or by the gap. */
    private CloseReason closeReason(OpenSession session, @Nullable OpenSession next) {
        if (session.closeReason() != null) {
            return session.closeReason();
        }
        return next != null
                        && next.startMillis() - session.endMillis()
                                <= policy.gap().toMillis()
                ? CloseReason.MIDNIGHT
                : CloseReason.GAP;
    }

    private static boolean comesBefore(OpenSession a, OpenSession b) {
        return a.startMillis() != b.startMillis()
                ? a.startMillis() < b.startMillis()
                : a.entry().eventId().compareTo(b.entry().eventId()) < 0;
    }

    private static long before(long watermarkMillis, Duration distance) {
        long millis = distance.toMillis();
        return watermarkMillis < Long.MIN_VALUE + millis ? Long.MIN_VALUE : watermarkMillis - millis;
    }

    /** The earlier of two moments, where the first may be unknown. */
    public static long earlier(@Nullable Long known, long other) {
        return known == null ? other : Math.min(known, other);
    }
}
