package io.openclickstream.pipeline.decide.session;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.session.Entry;
import io.openclickstream.schemas.session.Exit;
import io.openclickstream.schemas.session.FirstReceived;
import io.openclickstream.schemas.session.Money;
import io.openclickstream.schemas.session.OpenSession;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of a session: of a single click, and of two parts together, in whatever order they are joined. */
final class SessionFacts {
    /** The event type that counts as a page. */
    static final String PAGE_VIEW = "page_view";

    /** The event type that counts as an order. */
    static final String PURCHASE = "purchase";

    static final byte[] PAGE_VIEW_BYTES = PAGE_VIEW.getBytes(StandardCharsets.UTF_8);
    static final byte[] PURCHASE_BYTES = PURCHASE.getBytes(StandardCharsets.UTF_8);

    private SessionFacts() {}

    /** The session that one click makes by itself. */
    static OpenSession single(ReceivedClick received, SessionPolicy policy) {
        Click click = received.click();
        SourcePosition source = received.source();
        return new OpenSession(
                new FirstReceived(source.ingestionTimeMillis(), source.partition(), source.offset(), click.eventId()),
                click.eventTimeMillis(),
                click.eventTimeMillis(),
                1,
                click.eventType().equals(PAGE_VIEW) ? 1 : 0,
                click.eventType().equals(PURCHASE) ? 1 : 0,
                click.amount() == null || click.currency() == null
                        ? List.of()
                        : List.of(new Money(click.currency(), click.amount().setScale(Money.SCALE))),
                new Entry(
                        click.eventId(),
                        click.page(),
                        click.referrer(),
                        click.utmSource(),
                        click.utmMedium(),
                        click.utmCampaign(),
                        click.country(),
                        click.device()),
                new Exit(click.eventId(), click.page()),
                source.ingestionTimeMillis(),
                policy.cutOnCampaignChange() ? notBlank(click.utmCampaign()) : null,
                policy.accountProperty() == null
                        ? null
                        : notBlank(click.properties().get(policy.accountProperty())),
                null);
    }

    /** Both as one; the order of the two doesn't matter, nor does the order in which three are joined. */
    static OpenSession join(OpenSession a, OpenSession b) {
        OpenSession received = a.first().compareTo(b.first()) <= 0 ? a : b;
        OpenSession entry = entersBefore(a, b) ? a : b;
        boolean exitsFromA = exitsAfter(a, b);
        OpenSession exit = exitsFromA ? a : b;
        OpenSession before = exitsFromA ? b : a;
        return new OpenSession(
                received.first(),
                entry.startMillis(),
                exit.endMillis(),
                a.clicks() + b.clicks(),
                a.pages() + b.pages(),
                a.orders() + b.orders(),
                sum(a.revenue(), b.revenue()),
                entry.entry(),
                exit.exit(),
                Math.max(a.ingestionTimeMillis(), b.ingestionTimeMillis()),
                exit.campaign() != null ? exit.campaign() : before.campaign(),
                exit.account() != null ? exit.account() : before.account(),
                exit.closeReason());
    }

    private static boolean entersBefore(OpenSession a, OpenSession b) {
        return a.startMillis() != b.startMillis()
                ? a.startMillis() < b.startMillis()
                : a.entry().eventId().compareTo(b.entry().eventId()) <= 0;
    }

    private static boolean exitsAfter(OpenSession a, OpenSession b) {
        return a.endMillis() != b.endMillis()
                ? a.endMillis() > b.endMillis()
                : a.exit().eventId().compareTo(b.exit().eventId()) >= 0;
    }

    /** Merges two lists in order of currency; exact, so that no order of adding changes the sum. */
    private static List<Money> sum(List<Money> a, List<Money> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isEmpty() ? b : a;
        }
        List<Money> sums = new ArrayList<>(a.size() + b.size());
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            int order = i == a.size()
                    ? 1
                    : j == b.size()
                            ? -1
                            : a.get(i).currency().compareTo(b.get(j).currency());
            if (order < 0) {
                sums.add(a.get(i++));
            } else if (order > 0) {
                sums.add(b.get(j++));
            } else {
                Money left = a.get(i++);
                sums.add(new Money(left.currency(), left.amount().add(b.get(j++).amount())));
            }
        }
        return sums;
    }

    private static @Nullable String notBlank(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }
}
