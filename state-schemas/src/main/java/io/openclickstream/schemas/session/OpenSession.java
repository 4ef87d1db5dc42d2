package io.openclickstream.schemas.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session that can still change, as kept in state: aggregates, never a list of clicks.
 *
 * @param first the click that Kafka received first; it names the session
 * @param startMillis event time of the earliest click
 * @param endMillis event time of the latest click
 * @param clicks accepted clicks; at least 1
 * @param pages clicks that are page views
 * @param orders clicks that are purchases
 * @param revenue sums of the clicks' amounts, one per currency, in order of currency
 * @param ingestionTimeMillis latest ingestion time of its clicks
 * @param campaign latest campaign so far, where a change of campaign ends a session; else null
 * @param account latest account so far, where a change of account ends a session; else null
 * @param closeReason why the click after the latest one did not join; null while there is none
 */
public record OpenSession(
        FirstReceived first,
        long startMillis,
        long endMillis,
        long clicks,
        long pages,
        long orders,
        List<Money> revenue,
        Entry entry,
        Exit exit,
        long ingestionTimeMillis,
        @Nullable String campaign,
        @Nullable String account,
        @Nullable CloseReason closeReason) {
    public OpenSession {
        revenue = revenue == null ? List.of() : List.copyOf(revenue);
    }

    /** The same session, and why the next click did not join it; null when nothing stands in the way any more. */
    public OpenSession closedFor(@Nullable CloseReason reason) {
        return reason == closeReason
                ? this
                : new OpenSession(
                        first,
                        startMillis,
                        endMillis,
                        clicks,
                        pages,
                        orders,
                        revenue,
                        entry,
                        exit,
                        ingestionTimeMillis,
                        campaign,
                        account,
                        reason);
    }
}
