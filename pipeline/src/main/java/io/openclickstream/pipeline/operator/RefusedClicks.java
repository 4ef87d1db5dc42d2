package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;

/** What is kept of clicks that the session operator refuses, and why it says it did. */
final class RefusedClicks {
    private final SessionRules rules;
    private final boolean keepsBytes;

    /** @param keepsBytes whether a refused record keeps its value, which holds the user id as it was sent */
    RefusedClicks(SessionRules rules, boolean keepsBytes) {
        this.rules = rules;
        this.keepsBytes = keepsBytes;
    }

    Rejected late(ReceivedClick received, long watermarkMillis) {
        long timeMillis = received.click().eventTimeMillis();
        return refused(
                received,
                Reason.BEHIND_WATERMARK,
                "event_time %d lies %d ms behind the watermark %d, more than the allowed lateness of %d ms"
                        .formatted(
                                timeMillis,
                                watermarkMillis - timeMillis,
                                watermarkMillis,
                                rules.allowedLateness().toMillis()));
    }

    /** @param clicks how many of its user's are remembered */
    Rejected tooMany(ReceivedClick received, long clicks) {
        return refused(
                received,
                Reason.TOO_MANY_CLICKS,
                "its user has sent %d clicks within %s, which is all that user.max-clicks lets one user send"
                        .formatted(clicks, rules.deduplicationHorizon()));
    }

    private Rejected refused(ReceivedClick received, Reason reason, String detail) {
        return new Rejected(
                reason,
                detail,
                received.source(),
                received.click().eventTimeMillis(),
                received.rawKey(),
                keepsBytes ? received.rawValue() : null);
    }
}
