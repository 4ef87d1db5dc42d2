package io.openclickstream.pipeline.decide.session;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.SessionTimeline;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides which clicks of one user belong to the same session. Pure: no clock, no Flink, no I/O.
 *
 * <p>Neighbouring clicks share a session when they are at most {@code gap} apart (a click exactly at the gap joins), in
 * whatever order they arrive. Late is decided per click and before anything else; a session is final once no click
 * that is not late can touch it. So a final session is never corrected, and no two sessions of a user overlap.
 *
 * @param gap quiet time that ends a session; positive
 * @param allowedLateness how far behind the watermark a click is still accepted; zero or more
 * @param deduplicationHorizon how far behind the watermark, in event time, an event id is remembered; at least
 *     {@code allowedLateness}, since an exact copy of an older click is late anyway
 */
public record SessionRules(Duration gap, Duration allowedLateness, Duration deduplicationHorizon)
        implements Serializable {

    /** What a click does to its user's timeline. */
    public record Added(SessionTimeline timeline, OpenSession session, List<OpenSession> replaced) {}

    /** The timeline without the sessions that are final, and those. */
    public record Closed(SessionTimeline timeline, List<OpenSession> sessions) {}

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

    /** The first watermark at which a session is final: one more than the latest at which a click could touch it. */
    public long finalAtMillis(OpenSession session) {
        return session.endMillis() + gap.toMillis() + allowedLateness.toMillis() + 1;
    }

    /**
     * Adds an accepted click: to the session it touches, to both sessions that it bridges, or to a new one. Bridged
     * sessions become one under the id of the earlier; the other is {@code replaced}.
     */
    public Added add(SessionTimeline timeline, Click click, long ingestionTimeMillis) {
        OpenSession merged = null;
        List<OpenSession> replaced = new ArrayList<>(1);
        List<OpenSession> open = new ArrayList<>(timeline.open().size() + 1);
        int place = 0;
        for (OpenSession session : timeline.open()) {
            if (!touches(session, click.eventTimeMillis())) {
                open.add(session);
                place += session.endMillis() < click.eventTimeMillis() ? 1 : 0;
            } else if (merged == null) {
                merged = session;
            } else {
                replaced.add(session);
                merged = join(merged, session);
            }
        }
        OpenSession single = single(click, ingestionTimeMillis);
        OpenSession session = merged == null ? single : join(merged, single);
        open.add(place, session);
        return new Added(new SessionTimeline(open), session, replaced);
    }

    /** Takes out the sessions that are final at this watermark. */
    public Closed close(SessionTimeline timeline, long watermarkMillis) {
        List<OpenSession> open = new ArrayList<>();
        List<OpenSession> closed = new ArrayList<>();
        for (OpenSession session : timeline.open()) {
            (finalAtMillis(session) <= watermarkMillis ? closed : open).add(session);
        }
        return new Closed(new SessionTimeline(open), closed);
    }

    private boolean touches(OpenSession session, long eventTimeMillis) {
        return eventTimeMillis >= session.startMillis() - gap.toMillis()
                && eventTimeMillis <= session.endMillis() + gap.toMillis();
    }

    private static OpenSession single(Click click, long ingestionTimeMillis) {
        return new OpenSession(
                sessionId(click),
                click.eventTimeMillis(),
                click.eventTimeMillis(),
                1,
                click.page(),
                click.eventId(),
                click.page(),
                click.eventId(),
                ingestionTimeMillis);
    }

    /** Both as one under the first's id; apart from the id, the order of the two doesn't matter. */
    static OpenSession join(OpenSession first, OpenSession second) {
        OpenSession entry = entersBefore(first, second) ? first : second;
        OpenSession exit = exitsAfter(first, second) ? first : second;
        return new OpenSession(
                first.sessionId(),
                entry.startMillis(),
                exit.endMillis(),
                first.clicks() + second.clicks(),
                entry.entryPage(),
                entry.entryEventId(),
                exit.exitPage(),
                exit.exitEventId(),
                Math.max(first.ingestionTimeMillis(), second.ingestionTimeMillis()));
    }

    private static boolean entersBefore(OpenSession a, OpenSession b) {
        return a.startMillis() != b.startMillis()
                ? a.startMillis() < b.startMillis()
                : a.entryEventId().compareTo(b.entryEventId()) <= 0;
    }

    private static boolean exitsAfter(OpenSession a, OpenSession b) {
        return a.endMillis() != b.endMillis()
                ? a.endMillis() > b.endMillis()
                : a.exitEventId().compareTo(b.exitEventId()) >= 0;
    }

    /** A name-based UUID (RFC 4122, version 3): the same click always makes the same id. */
    private static String sessionId(Click click) {
        String name = click.siteId() + '\0' + click.userId() + '\0' + click.eventId();
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
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
