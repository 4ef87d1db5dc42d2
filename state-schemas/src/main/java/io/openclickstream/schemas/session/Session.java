package io.openclickstream.schemas.session;

import org.jspecify.annotations.Nullable;

/**
 * A session as its readers see it.
 *
 * @param startMillis event time of the earliest click
 * @param endMillis event time of the latest click; the duration is end - start
 * @param clicks accepted clicks; at least 1
 * @param ingestionTimeMillis latest ingestion time of its clicks; decides the lake partition
 * @param isFinal no accepted click can touch it any more
 */
public record Session(
        String sessionId,
        String siteId,
        String userId,
        long startMillis,
        long endMillis,
        long clicks,
        @Nullable String entryPage,
        @Nullable String exitPage,
        long ingestionTimeMillis,
        boolean isFinal) {}
