package io.openclickstream.load.operator;

import io.openclickstream.schemas.session.Entry;
import io.openclickstream.schemas.session.Session;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of a final session is compared: site, user, start, end, clicks, pages and orders, which every operator tells, and
 * then entry page, exit page, referrer, source, medium and campaign, country, device and revenue.
 */
final class SessionColumns {
    private static final int COUNTS = 7;

    private SessionColumns() {}

    static Object[] of(Session session) {
        Entry entry = session.entry();
        return new Object[] {
            session.siteId(),
            session.userId(),
            session.startMillis(),
            session.endMillis(),
            session.clicks(),
            session.pages(),
            session.orders(),
            entry.page(),
            session.exitPage(),
            entry.referrer(),
            entry.utmSource(),
            entry.utmMedium(),
            entry.utmCampaign(),
            entry.country(),
            entry.device(),
            revenue(session.revenue().stream().map(money -> Map.entry(money.currency(), money.amount())))
        };
    }

    /** The columns that every operator tells. */
    static Object[] counts(Object[] columns) {
        return Arrays.copyOf(columns, COUNTS);
    }

    /** Sums as one text, such as {@code EUR=12.5,USD=3}; in order of currency. */
    static String revenue(Stream<Map.Entry<String, BigDecimal>> sums) {
        return sums.map(sum ->
                        sum.getKey() + "=" + sum.getValue().stripTrailingZeros().toPlainString())
                .collect(Collectors.joining(","));
    }
}
