package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.live.LiveTable;
import io.openclickstream.schemas.live.LiveTableSchema;
import io.openclickstream.schemas.session.Money;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import java.util.List;
import java.util.stream.Collectors;

/** Sessions, open and final. */
public final class LiveSessions implements LiveRows<SessionChange> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<LiveTableSchema> tables() {
        return List.of(LiveTable.SESSIONS.definition());
    }

    @Override
    public Object key(SessionChange change) {
        return change.session().sessionId();
    }

    @Override
    public Change change(SessionChange change) {
        return change.change();
    }

    @Override
    public void write(SessionChange change, LiveBatch row) {
        Session session = change.session();
        row.text("session_id", session.sessionId())
                .text("site_id", session.siteId())
                .text("user_id", session.userId())
                .millis("start_time", session.startMillis())
                .millis("end_time", session.endMillis())
                .int64("duration_ms", session.durationMillis())
                .int64("clicks", session.clicks())
                .text("entry_page", session.entryPage())
                .text("exit_page", session.exitPage())
                .bool("is_final", session.isFinal())
                .int64("pages", session.pages())
                .text("referrer", session.entry().referrer())
                .text("utm_source", session.entry().utmSource())
                .text("utm_medium", session.entry().utmMedium())
                .text("utm_campaign", session.entry().utmCampaign())
                .text("country", session.entry().country())
                .text("device", session.entry().device())
                .int64("orders", session.orders())
                .text("revenue", json(session.revenue()))
                .bool("is_bounce", session.isBounce())
                .text(
                        "close_reason",
                        session.closeReason() == null
                                ? null
                                : session.closeReason().name())
                .int64("revision", session.revision());
    }

    /** Such as {@code {"EUR":"12.500000000"}}: a live table has flat columns only; currencies are plain letters. */
    private static String json(List<Money> revenue) {
        return revenue.stream()
                .map(money -> "\"" + money.currency() + "\":\"" + money.amount().toPlainString() + "\"")
                .collect(Collectors.joining(",", "{", "}"));
    }
}
