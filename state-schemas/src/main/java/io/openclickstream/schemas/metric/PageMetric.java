package io.openclickstream.schemas.metric;

import java.math.BigDecimal;

/**
 * Clicks, users and revenue of one page in one window, as its readers see it.
 *
 * @param windowStartMillis first millisecond of the window, event time
 * @param windowEndMillis first millisecond after the window
 * @param page the page's name; {@code (none)} for clicks without one
 * @param users distinct users; exact up to 4,096, an estimate above
 * @param revenue sum of the amounts in {@code currency}
 * @param currency the reporting currency
 * @param otherCurrencyClicks clicks whose amount was in another currency and is not in {@code revenue}
 * @param ingestionTimeMillis latest ingestion time of its clicks; decides the lake partition
 * @param isFinal no accepted click can touch it any more
 */
public record PageMetric(
        String siteId,
        long windowStartMillis,
        long windowEndMillis,
        String page,
        long clicks,
        long users,
        BigDecimal revenue,
        String currency,
        long otherCurrencyClicks,
        long ingestionTimeMillis,
        boolean isFinal) {

    /** Digits after the point of {@code revenue}. */
    public static final int REVENUE_SCALE = 9;

    /** Digits in all that {@code revenue} can hold. */
    public static final int REVENUE_PRECISION = 38;
}
