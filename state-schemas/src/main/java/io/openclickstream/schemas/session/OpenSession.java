package io.openclickstream.schemas.session;

import org.jspecify.annotations.Nullable;

/**
 * A session that can still change, as kept in state: aggregates, never a list of clicks.
 *
 * @param sessionId made from site, user and the first click accepted into it; stays while the session grows
 * @param startMillis event time of the earliest click
 * @param endMillis event time of the latest click
 * @param clicks accepted clicks; at least 1
 * @param entryPage page of the earliest click (of the smallest event id among equally early ones)
 * @param entryEventId the click that decided the entry page
 * @param exitPage page of the latest click (of the largest event id among equally late ones)
 * @param exitEventId the click that decided the exit page
 * @param ingestionTimeMillis latest ingestion time of its clicks
 */
public record OpenSession(
        String sessionId,
        long startMillis,
        long endMillis,
        long clicks,
        @Nullable String entryPage,
        String entryEventId,
        @Nullable String exitPage,
        String exitEventId,
        long ingestionTimeMillis) {}
