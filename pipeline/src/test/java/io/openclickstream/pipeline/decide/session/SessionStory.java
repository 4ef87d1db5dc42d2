package io.openclickstream.pipeline.decide.session;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;

/** Words for tests about the sessions of one user: clicks with what a session looks at, and rules in milliseconds. */
public final class SessionStory {
    public static final long GAP = 30;
    public static final long LATENESS = 5;
    public static final String ACCOUNT = "account_id";

    private SessionStory() {}

    public static SessionRules rules(SessionPolicy policy) {
        return new SessionRules(policy, Duration.ofMillis(LATENESS), Duration.ofMillis(60), 1_000);
    }

    public static PolicyWords policy() {
        return new PolicyWords();
    }

    /** A page view of ada, to be completed. */
    public static ClickWords at(String eventId, long eventTimeMillis) {
        return new ClickWords(eventId, eventTimeMillis);
    }

    /** A policy with a gap of {@link #GAP} and whatever else is said. */
    public static final class PolicyWords {
        private Duration maxDuration;
        private long maxClicks;
        private ZoneId midnightIn;
        private boolean campaigns;
        private String accountProperty;

        public PolicyWords maxDuration(long millis) {
            maxDuration = Duration.ofMillis(millis);
            return this;
        }

        public PolicyWords maxClicks(long clicks) {
            maxClicks = clicks;
            return this;
        }

        public PolicyWords midnightIn(String zone) {
            midnightIn = ZoneId.of(zone);
            return this;
        }

        public PolicyWords campaigns() {
            campaigns = true;
            return this;
        }

        public PolicyWords accounts() {
            accountProperty = ACCOUNT;
            return this;
        }

        public SessionPolicy build() {
            return build(Duration.ofMillis(GAP));
        }

        public SessionPolicy build(Duration gap) {
            return new SessionPolicy(
                    gap,
                    maxDuration,
                    maxClicks,
                    midnightIn != null,
                    midnightIn == null ? ZoneOffset.UTC : midnightIn,
                    Map.of(),
                    campaigns,
                    accountProperty);
        }
    }

    /** One click. */
    public static final class ClickWords {
        private final String eventId;
        private final long eventTimeMillis;
        private String eventType = "page_view";
        private String campaign;
        private String account;
        private String amount;
        private String currency;

        private ClickWords(String eventId, long eventTimeMillis) {
            this.eventId = eventId;
            this.eventTimeMillis = eventTimeMillis;
        }

        public ClickWords type(String type) {
            eventType = type;
            return this;
        }

        public ClickWords campaign(String name) {
            campaign = name;
            return this;
        }

        public ClickWords account(String id) {
            account = id;
            return this;
        }

        public ClickWords paid(String newAmount, String newCurrency) {
            amount = newAmount;
            currency = newCurrency;
            return this;
        }

        /** The click as it was received, as the n-th of all. */
        public ReceivedClick receivedAs(int n) {
            Click click = new Click(
                    eventId,
                    "shop",
                    "ada",
                    eventTimeMillis,
                    null,
                    eventType,
                    null,
                    "/page/" + eventId,
                    null,
                    null,
                    null,
                    campaign,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    amount == null ? null : new BigDecimal(amount),
                    currency,
                    account == null ? Map.of() : Map.of(ACCOUNT, account));
            return new ReceivedClick(
                    click, new SourcePosition("clicks", n % 3, n, 1_000L + n / 2), null, new byte[] {1});
        }
    }
}
