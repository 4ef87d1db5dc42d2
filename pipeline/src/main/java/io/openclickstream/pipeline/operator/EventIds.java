package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.session.EventIdHash;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.session.SeenIds;
import io.openclickstream.schemas.session.UserTimeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;

/**
 * Recognises duplicates. The first event ids of a user are in the timeline, those of users with more than fit there in a
 * map beside it, which is only looked at when there is something in it.
 */
final class EventIds {
    /** What an event id says about its click. */
    enum Verdict {
        NEW,
        DUPLICATE,
        TOO_MANY
    }

    private final SessionRules rules;
    private final MapState<String, Long> elsewhere;

    /**
     * @param elsewhere by event id, the event time it was seen with
     */
    EventIds(SessionRules rules, MapState<String, Long> elsewhere) {
        this.rules = rules;
        this.elsewhere = elsewhere;
    }

    /** Looks for the click's event id among the current user's, and remembers it when it is new. */
    Verdict see(Click click, UserTimeline timeline, long watermarkMillis) throws Exception {
        SeenIds seen = timeline.seenIds();
        long timeMillis = click.eventTimeMillis();
        EventIdHash hash = EventIdHash.of(click);
        int place = seen.find(hash.low(), hash.high());
        if (place >= 0) {
            if (!rules.isForgotten(seen.timeMillis(place), watermarkMillis)) {
                return Verdict.DUPLICATE;
            }
            seen.seenAgain(place, timeMillis);
            return Verdict.NEW;
        }
        if (timeline.idsElsewhere() > 0) {
            Long before = elsewhere.get(click.eventId());
            if (before != null) {
                if (!rules.isForgotten(before, watermarkMillis)) {
                    return Verdict.DUPLICATE;
                }
                elsewhere.put(click.eventId(), timeMillis);
                return Verdict.NEW;
            }
        }
        if (rules.isTooMany(timeline.rememberedIds())) {
            return Verdict.TOO_MANY;
        }
        if (seen.isFull()) {
            elsewhere.put(click.eventId(), timeMillis);
            timeline.idsElsewhere(timeline.idsElsewhere() + 1);
        } else {
            seen.add(hash.low(), hash.high(), timeMillis);
        }
        return Verdict.NEW;
    }

    /** Forgets what lies beyond the horizon at this watermark. */
    void forget(UserTimeline timeline, long watermarkMillis) throws Exception {
        timeline.seenIds().forgetBefore(rules.remembersSinceMillis(watermarkMillis));
        if (timeline.idsElsewhere() == 0) {
            return;
        }
        List<String> forgotten = new ArrayList<>();
        for (Map.Entry<String, Long> id : elsewhere.entries()) {
            if (rules.isForgotten(id.getValue(), watermarkMillis)) {
                forgotten.add(id.getKey());
            }
        }
        for (String id : forgotten) {
            elsewhere.remove(id);
        }
        timeline.idsElsewhere(timeline.idsElsewhere() - forgotten.size());
    }

    /** Forgets all of the current user's that stand outside of the timeline. */
    void clear() {
        elsewhere.clear();
    }

    /**
     * The first watermark at which it is worth looking for ids to forget.
     *
     * @param hasSessions whether the user has open sessions
     */
    long forgetAtMillis(UserTimeline timeline, boolean hasSessions, long watermarkMillis) throws Exception {
        if (!hasSessions && timeline.idsElsewhere() == 0 && rules.areFew(timeline.rememberedIds())) {
            return rules.forgottenAtMillis(timeline.seenIds().latestMillis());
        }
        return rules.forgetAgainAtMillis(earliestMillis(timeline), watermarkMillis);
    }

    private long earliestMillis(UserTimeline timeline) throws Exception {
        long earliest = timeline.seenIds().earliestMillis();
        if (timeline.idsElsewhere() > 0) {
            for (Long seen : elsewhere.values()) {
                earliest = Math.min(earliest, seen);
            }
        }
        return earliest;
    }
}
