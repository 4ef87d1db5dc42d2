package io.openclickstream.schemas.session;

import org.jspecify.annotations.Nullable;

/**
 * What the earliest click of a session says about the visit.
 *
 * @param eventId of that click; the smallest among equally early ones
 */
public record Entry(
        String eventId,
        @Nullable String page,
        @Nullable String referrer,
        @Nullable String utmSource,
        @Nullable String utmMedium,
        @Nullable String utmCampaign,
        @Nullable String country,
        @Nullable String device) {}
