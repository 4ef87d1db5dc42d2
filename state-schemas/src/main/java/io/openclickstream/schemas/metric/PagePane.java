package io.openclickstream.schemas.metric;

import java.math.BigDecimal;

/**
 * One page in one window, as kept in state.
 *
 * @param clicks accepted clicks
 * @param usersSketch a compact Theta sketch of the user ids; exact up to 4,096 users
 * @param revenue sum of the amounts in the reporting currency
 * @param otherCurrencyClicks clicks whose amount was in another currency and is not in {@code revenue}
 * @param ingestionTimeMillis latest ingestion time of its clicks
 */
@SuppressWarnings("ArrayRecordComponent") // state, never compared
public record PagePane(
        long clicks, byte[] usersSketch, BigDecimal revenue, long otherCurrencyClicks, long ingestionTimeMillis) {}
