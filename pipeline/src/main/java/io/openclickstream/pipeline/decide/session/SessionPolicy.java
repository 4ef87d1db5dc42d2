package io.openclickstream.pipeline.decide.session;

import io.openclickstream.schemas.session.CloseReason;
import io.openclickstream.schemas.session.OpenSession;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where one session of a user ends and the next begins. Another user always means another session, since users are kept
 * apart from the start.
 *
 * @param gap quiet time that ends a session; a click exactly at the gap joins; positive
 * @param maxDuration a click later than this after the session's first one begins a new session; null for no bound
 * @param maxClicks a session with this many clicks takes no more; 0 for no bound
 * @param cutAtMidnight whether a session ends with the local day of its site
 * @param timeZone of sites that {@code siteTimeZones} does not name
 * @param siteTimeZones time zones by site id
 * @param cutOnCampaignChange whether a click with a campaign other than the latest one begins a new session; a first
 *     campaign counts as a change, no campaign does not
 * @param accountProperty the click property that names the account a user is signed in to; another account or none after
 *     one begins a new session, signing in does not; null when accounts do not matter
 */
public record SessionPolicy(
        Duration gap,
        @Nullable Duration maxDuration,
        long maxClicks,
        boolean cutAtMidnight,
        ZoneId timeZone,
        Map<String, ZoneId> siteTimeZones,
        boolean cutOnCampaignChange,
        @Nullable String accountProperty)
        implements Serializable {

    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

    /** The published rules of products that people come from, as far as clicks can tell. */
    public enum Preset {
        /** Google Analytics 4: 30 quiet minutes and nothing else. */
        GA4(HALF_AN_HOUR, null, false, false),
        /** Matomo: 30 quiet minutes, the site's midnight, or another campaign. */
        MATOMO(HALF_AN_HOUR, null, true, true),
        /** Snowplow: 30 quiet minutes and nothing else. */
        SNOWPLOW(HALF_AN_HOUR, null, false, false),
        /** PostHog: 30 quiet minutes, or 24 hours in all. */
        POSTHOG(HALF_AN_HOUR, Duration.ofHours(24), false, false);

        private final Duration gap;
        private final @Nullable Duration maxDuration;
        private final boolean cutAtMidnight;
        private final boolean cutOnCampaignChange;

        Preset(Duration gap, @Nullable Duration maxDuration, boolean cutAtMidnight, boolean cutOnCampaignChange) {
            this.gap = gap;
            this.maxDuration = maxDuration;
            this.cutAtMidnight = cutAtMidnight;
            this.cutOnCampaignChange = cutOnCampaignChange;
        }

        /** The quiet time that ends a session. */
        public Duration gap() {
            return gap;
        }

        /** How long a session may last; null when it may last for ever. */
        public @Nullable Duration maxDuration() {
            return maxDuration;
        }

        /** Whether a session ends with its site's day. */
        public boolean cutAtMidnight() {
            return cutAtMidnight;
        }

        /** Whether another campaign begins a session. */
        public boolean cutOnCampaignChange() {
            return cutOnCampaignChange;
        }
    }

    public SessionPolicy {
        siteTimeZones = Map.copyOf(siteTimeZones);
    }

    /** Sessions that end by their gap alone. */
    public static SessionPolicy of(Duration gap) {
        return new SessionPolicy(gap, null, 0, false, ZoneId.of("UTC"), Map.of(), false, null);
    }

    /** The preset's rules, days being those of one time zone. */
    public static SessionPolicy of(Preset preset, ZoneId timeZone) {
        return new SessionPolicy(
                preset.gap(),
                preset.maxDuration(),
                0,
                preset.cutAtMidnight(),
                timeZone,
                Map.of(),
                preset.cutOnCampaignChange(),
                null);
    }

    /**
     * Whether the end of a session depends on all clicks before it in the order of their event times, so that clicks must
     * wait until no earlier one can come. A gap and a midnight stand where they are, whatever comes before them.
     */
    boolean dependsOnOrder() {
        return maxDuration != null || maxClicks > 0 || cutOnCampaignChange || accountProperty != null;
    }

    /** Whether two moments are at most the gap apart and of one day, where days matter. */
    boolean joins(String siteId, long earlierMillis, long laterMillis) {
        return laterMillis - earlierMillis <= gap.toMillis() && !isMidnightBetween(siteId, earlierMillis, laterMillis);
    }

    /** Why the next click, given as a session of its own, cannot join the session before it; null when it can. */
    @Nullable
    CloseReason reasonToCut(String siteId, OpenSession session, OpenSession next) {
        if (next.startMillis() - session.endMillis() > gap.toMillis()) {
            return CloseReason.GAP;
        }
        if (isMidnightBetween(siteId, session.endMillis(), next.startMillis())) {
            return CloseReason.MIDNIGHT;
        }
        if (maxDuration != null && next.startMillis() - session.startMillis() > maxDuration.toMillis()) {
            return CloseReason.MAX_DURATION;
        }
        if (maxClicks > 0 && session.clicks() >= maxClicks) {
            return CloseReason.MAX_CLICKS;
        }
        if (next.campaign() != null && !next.campaign().equals(session.campaign())) {
            return CloseReason.CAMPAIGN_CHANGE;
        }
        if (session.account() != null && !session.account().equals(next.account())) {
            return CloseReason.USER_CHANGE;
        }
        return null;
    }

    private boolean isMidnightBetween(String siteId, long earlierMillis, long laterMillis) {
        return cutAtMidnight && localDay(siteId, earlierMillis) != localDay(siteId, laterMillis);
    }

    /** The day on the site's calendar; right where clocks change, days are missing or begin at one o'clock. */
    private long localDay(String siteId, long millis) {
        ZoneId zone = siteTimeZones.getOrDefault(siteId, timeZone);
        return Instant.ofEpochMilli(millis).atZone(zone).toLocalDate().toEpochDay();
    }
}
