package io.openclickstream.schemas.click;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One decoded, trusted click. Field meanings are those of {@code click.avsc}; what a producer may leave out has its
 * default here already, and what stays null was not known.
 *
 * @param eventId unique per user; never blank
 * @param siteId the site (tenant); never blank
 * @param userId who clicked; never blank, no control characters
 * @param eventTimeMillis when it happened, milliseconds since 1970 in UTC
 * @param sentAtMillis when the device sent it, by the device's clock
 * @param eventType such as {@code page_view}; never blank
 * @param amount exact money, at most 18 digits before and 9 after the point; negative for a refund
 * @param currency ISO 4217 code; not null when {@code amount} is not null
 * @param properties whatever else the producer knows; no nulls
 */
public record Click(
        String eventId,
        String siteId,
        String userId,
        long eventTimeMillis,
        @Nullable Long sentAtMillis,
        String eventType,
        @Nullable String url,
        @Nullable String page,
        @Nullable String referrer,
        @Nullable String utmSource,
        @Nullable String utmMedium,
        @Nullable String utmCampaign,
        @Nullable String utmTerm,
        @Nullable String utmContent,
        @Nullable String country,
        @Nullable String device,
        @Nullable String os,
        @Nullable String browser,
        @Nullable BigDecimal amount,
        @Nullable String currency,
        Map<String, String> properties) {

    /** Digits after the point that an amount can hold. */
    public static final int AMOUNT_SCALE = 9;

    /** Digits in all that an amount can hold. */
    public static final int AMOUNT_PRECISION = 27;

    public Click {
        properties = properties == null ? Map.of() : properties;
    }
}
