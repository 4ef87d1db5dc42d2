package io.openclickstream.schemas.session;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open session as bytes. Clicks that go on with a session change little of it, so that little stands apart: see
 * {@link UserTimeline}, which keeps it ready to be changed; {@link #writeFacts} writes the rest.
 */
final class SessionBytes {
    private SessionBytes() {}

    /** The whole session. */
    static void write(OpenSession session, StateWriter out) {
        writeFacts(session, out);
        out.difference(session.startMillis());
        out.difference(session.endMillis() - session.startMillis());
        out.number(session.clicks());
        out.number(session.pages());
        out.difference(session.ingestionTimeMillis() - session.endMillis());
        out.difference(session.first().ingestionTimeMillis() - session.ingestionTimeMillis());
        out.number(session.first().partition());
        out.number(session.first().offset());
        out.id(session.exit().eventId());
        out.text(session.exit().page());
    }

    static OpenSession read(StateReader in) {
        Facts facts = readFacts(in);
        long start = in.difference();
        long end = start + in.difference();
        long clicks = in.number();
        long pages = in.number();
        long ingestion = end + in.difference();
        long firstIngestion = ingestion + in.difference();
        int partition = in.count();
        var first = new FirstReceived(firstIngestion, partition, in.number(), facts.firstEventId());
        return facts.session(first, start, end, clicks, pages, ingestion, new Exit(in.id(), in.text()));
    }

    /** What a later click does not change, unless it buys something. */
    static void writeFacts(OpenSession session, StateWriter out) {
        Entry entry = session.entry();
        String first = session.first().eventId();
        out.id(first);
        boolean isSame = first.equals(entry.eventId());
        out.fixed8(isSame ? 1 : 0);
        if (!isSame) {
            out.id(entry.eventId());
        }
        out.text(entry.page());
        out.text(entry.referrer());
        out.text(entry.utmSource());
        out.text(entry.utmMedium());
        out.text(entry.utmCampaign());
        out.text(entry.country());
        out.text(entry.device());
        out.number(session.orders());
        out.number(session.revenue().size());
        for (Money money : session.revenue()) {
            out.text(money.currency());
            byte[] unscaled = money.amount().unscaledValue().toByteArray();
            out.number(money.amount().scale());
            out.number(unscaled.length);
            out.raw(unscaled, 0, unscaled.length);
        }
        out.text(session.campaign());
        out.text(session.account());
        CloseReason reason = session.closeReason();
        out.text(reason == null ? null : reason.name());
    }

    static Facts readFacts(StateReader in) {
        String first = in.id();
        String entryId = in.fixed8() == 1 ? first : in.id();
        var entry = new Entry(entryId, in.text(), in.text(), in.text(), in.text(), in.text(), in.text(), in.text());
        long orders = in.number();
        int currencies = in.count();
        List<Money> revenue = new ArrayList<>(currencies);
        for (int i = 0; i < currencies; i++) {
            String currency = String.valueOf(in.text());
            int scale = in.count();
            revenue.add(new Money(currency, new BigDecimal(new BigInteger(in.raw(in.count())), scale)));
        }
        String campaign = in.text();
        String account = in.text();
        String reason = in.text();
        return new Facts(
                first, entry, orders, revenue, campaign, account, reason == null ? null : CloseReason.valueOf(reason));
    }

    /** What {@link #writeFacts} has written. */
    record Facts(
            String firstEventId,
            Entry entry,
            long orders,
            List<Money> revenue,
            @Nullable String campaign,
            @Nullable String account,
            @Nullable CloseReason closeReason) {
        OpenSession session(
                FirstReceived first,
                long startMillis,
                long endMillis,
                long clicks,
                long pages,
                long ingestionTimeMillis,
                Exit exit) {
            return new OpenSession(
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
                    closeReason);
        }
    }
}
