package io.openclickstream.schemas.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session as its readers see it.
 *
 * @param startMillis event time of the earliest click
 * @param endMillis event time of the latest click; the duration is end - start
 * @param clicks accepted clicks; at least 1
 * @param pages clicks that are page views
 * @param entry what the earliest click says
 * @param exitPage page of the latest click
 * @param orders clicks that are purchases
 * @param revenue sums of the clicks' amounts, one per currency, in order of currency
 * @param closeReason why no further click joined; null while one still may
 * @param ingestionTimeMillis latest ingestion time of its clicks; decides the lake partition
 * @param revision grows with every change of the row; says how it came about, not what it holds
 * @param isFinal no accepted click can touch it any more
 */
public record Session(
        String sessionId,
        String siteId,
        String userId,
        long startMillis,
        long endMillis,
        long clicks,
        long pages,
        Entry entry,
        @Nullable String exitPage,
        long orders,
        List<Money> revenue,
        @Nullable CloseReason closeReason,
        long ingestionTimeMillis,
        long revision,
        boolean isFinal) {

    /** A visit of at most one page that bought nothing. */
    public boolean isBounce() {
        return pages <= 1 && orders == 0;
    }

    /** From the earliest to the latest click, in milliseconds. */
    public long durationMillis() {
        return endMillis - startMillis;
    }

    /** The page of the earliest click. */
    public @Nullable String entryPage() {
        return entry.page();
    }
}
