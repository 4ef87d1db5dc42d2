package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.live.LiveTable;
import io.openclickstream.schemas.metric.PageMetric;
import io.openclickstream.schemas.session.Money;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import java.io.Serializable;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How rows of one type become rows of a live table.
 *
 * @param key what identifies a row among those waiting to be sent; has value equality
 * @param change what the row does
 * @param write fills the columns of one row
 */
public record LiveRows<T>(LiveTable table, Key<T> key, ChangeOf<T> change, Write<T> write) implements Serializable {

    interface Key<T> extends Function<T, Object>, Serializable {}

    interface ChangeOf<T> extends Function<T, Change>, Serializable {}

    interface Write<T> extends BiConsumer<T, LiveBatch>, Serializable {}

    /** Sessions, open and final. */
    public static LiveRows<SessionChange> sessions() {
        return new LiveRows<>(
                LiveTable.SESSIONS, change -> change.session().sessionId(), SessionChange::change, LiveRows::write);
    }

    /** Page metrics, early and final. */
    public static LiveRows<PageMetric> pageMetrics() {
        return new LiveRows<>(
                LiveTable.PAGE_METRICS,
                metric -> List.of(metric.siteId(), metric.windowStartMillis(), metric.page()),
                metric -> Change.UPSERT,
                LiveRows::write);
    }

    /** The ledger's totals. */
    public static LiveRows<LedgerEntry> ledger() {
        return new LiveRows<>(
                LiveTable.LEDGER,
                entry -> new PartitionKey(entry.topic(), entry.partition()),
                entry -> Change.UPSERT,
                LiveRows::write);
    }

    private static void write(SessionChange change, LiveBatch row) {
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

    private static void write(PageMetric metric, LiveBatch row) {
        row.text("site_id", metric.siteId())
                .millis("window_start", metric.windowStartMillis())
                .millis("window_end", metric.windowEndMillis())
                .text("page", metric.page())
                .int64("clicks", metric.clicks())
                .int64("users", metric.users())
                .decimal("revenue", metric.revenue())
                .text("currency", metric.currency())
                .int64("other_currency_clicks", metric.otherCurrencyClicks())
                .bool("is_final", metric.isFinal());
    }

    private static void write(LedgerEntry entry, LiveBatch row) {
        row.text("topic", entry.topic())
                .int32("partition", entry.partition())
                .int64("epoch", entry.epoch())
                .int64("next_offset", entry.toOffset())
                .int64("received", entry.received())
                .int64("accepted", entry.accepted())
                .int64("duplicate", entry.duplicate())
                .int64("late", entry.late())
                .int64("malformed", entry.malformed())
                .int64("future", entry.future())
                .int64("filtered", entry.filtered());
    }
}
