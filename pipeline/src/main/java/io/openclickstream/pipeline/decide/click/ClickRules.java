package io.openclickstream.pipeline.decide.click;

import io.openclickstream.pipeline.decide.click.Decoded.Refused;
import io.openclickstream.pipeline.decide.click.Decoded.Trusted;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.session.UserKey;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a record's fields make a click that we trust. Pure: no clock, no parser, no Flink.
 *
 * <p>The event time must lie after {@value #EARLIEST_EVENT_TIME_MILLIS} (1973-03-03): an earlier one is nearly always
 * in seconds, and one such click would never be on time. It must not lie further ahead of the record's ingestion time
 * than {@code maxFutureSkew}: a single click from the year 9999 would otherwise make everyone else late.
 *
 * @param defaultSite the site of records that name none
 * @param maxFutureSkew how far a device's clock may be ahead; zero or more
 */
public record ClickRules(String defaultSite, Duration maxFutureSkew) implements Serializable {
    /** The longest event id, user id, site id and event type, in characters. */
    public static final int MAX_ID_LENGTH = 1_024;

    /** The longest of the other texts, in characters. */
    public static final int MAX_TEXT_LENGTH = 65_536;

    /** The longest page that a record may name, in characters; one cut from a longer URL ends there. */
    public static final int MAX_PAGE_LENGTH = 2_048;

    /** The most properties a click may carry. */
    public static final int MAX_PROPERTIES = 256;

    /** Earlier event times are refused: they are nearly always in seconds. */
    public static final long EARLIEST_EVENT_TIME_MILLIS = 100_000_000_000L;

    private static final String DEFAULT_EVENT_TYPE = "page_view";
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
    private static final int SHOWN_CHARACTERS = 60;

    /**
     * Decides about one record.
     *
     * @param raw what the reader found
     * @param ingestionTimeMillis the record's Kafka timestamp
     */
    public Decoded decide(RawClick raw, long ingestionTimeMillis) {
        String siteId = siteId(raw);
        String eventType = raw.eventType == null || raw.eventType.isBlank() ? DEFAULT_EVENT_TYPE : raw.eventType;
        Refused wrong = firstWrong(raw, siteId, eventType);
        if (wrong != null) {
            return wrong;
        }
        String eventId = raw.eventId;
        String userId = raw.userId;
        Long eventTime = raw.eventTimeMillis;
        if (eventId == null || userId == null || eventTime == null) {
            throw new IllegalStateException("A missing field was not refused.");
        }
        if (eventTime > ingestionTimeMillis + maxFutureSkew.toMillis()) {
            String detail = "event_time %d is %s after the record's ingestion time %d, more than the allowed %s"
                    .formatted(
                            eventTime,
                            Duration.ofMillis(eventTime - ingestionTimeMillis),
                            ingestionTimeMillis,
                            maxFutureSkew);
            return new Refused(Reason.EVENT_TIME_IN_FUTURE, detail, eventTime);
        }
        return new Trusted(new Click(
                eventId,
                siteId,
                userId,
                eventTime,
                raw.sentAtMillis,
                eventType,
                mended(raw.url),
                mended(raw.page != null ? raw.page : PagePath.of(raw.url, MAX_PAGE_LENGTH)),
                mended(raw.referrer),
                mended(raw.utmSource),
                mended(raw.utmMedium),
                mended(raw.utmCampaign),
                mended(raw.utmTerm),
                mended(raw.utmContent),
                mended(raw.country),
                mended(raw.device),
                mended(raw.os),
                mended(raw.browser),
                raw.amount,
                raw.currency,
                mended(raw.properties)));
    }

    /** Whose record it says it is, trusted or not; null when it names no user, or none that a click may have. */
    public @Nullable UserKey user(RawClick raw) {
        String siteId = siteId(raw);
        return raw.userId == null || raw.userId.length() > MAX_ID_LENGTH || siteId.length() > MAX_ID_LENGTH
                ? null
                : new UserKey(siteId, raw.userId);
    }

    private String siteId(RawClick raw) {
        return raw.siteId == null || raw.siteId.isBlank() ? defaultSite : raw.siteId;
    }

    private static @Nullable Refused firstWrong(RawClick raw, String siteId, String eventType) {
        Refused wrong = wrongTime(raw.eventTimeMillis);
        wrong = wrong != null ? wrong : wrongId("event_id", raw.eventId, raw.eventTimeMillis);
        wrong = wrong != null ? wrong : wrongId("user_id", raw.userId, raw.eventTimeMillis);
        wrong = wrong != null ? wrong : wrongId("site_id", siteId, raw.eventTimeMillis);
        wrong = wrong != null ? wrong : wrongId("event_type", eventType, raw.eventTimeMillis);
        wrong = wrong != null ? wrong : wrongAmount(raw);
        return wrong != null ? wrong : tooLong(raw);
    }

    private static @Nullable Refused wrongTime(@Nullable Long eventTimeMillis) {
        if (eventTimeMillis == null) {
            return new Refused(Reason.MISSING_FIELD, "event_time is missing");
        }
        if (eventTimeMillis < EARLIEST_EVENT_TIME_MILLIS) {
            return new Refused(
                    Reason.EVENT_TIME_OUT_OF_RANGE,
                    "event_time " + eventTimeMillis + " lies before 1973; send milliseconds since 1970, not seconds",
                    eventTimeMillis);
        }
        return null;
    }

    private static @Nullable Refused wrongId(String field, @Nullable String value, @Nullable Long eventTimeMillis) {
        if (value == null || value.isBlank()) {
            return new Refused(
                    Reason.MISSING_FIELD, field + (value == null ? " is missing" : " is blank"), eventTimeMillis);
        }
        if (value.length() > MAX_ID_LENGTH) {
            String detail = "%s has %d characters, more than %d".formatted(field, value.length(), MAX_ID_LENGTH);
            return new Refused(Reason.FIELD_TOO_LONG, detail, eventTimeMillis);
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isISOControl(c)) {
                String detail = "%s has the control character U+%04X at position %d".formatted(field, (int) c, i);
                return new Refused(Reason.CONTROL_CHARACTER, detail, eventTimeMillis);
            }
        }
        if (hasLoneSurrogate(value)) {
            return new Refused(Reason.BROKEN_TEXT, field + " has half of a surrogate pair", eventTimeMillis);
        }
        return null;
    }

    private static @Nullable Refused wrongAmount(RawClick raw) {
        if (raw.amount == null) {
            return null;
        }
        if (raw.currency == null || !CURRENCY.matcher(raw.currency).matches()) {
            return new Refused(
                    Reason.MISSING_CURRENCY,
                    "an amount needs a currency as three capital letters (ISO 4217), found "
                            + (raw.currency == null ? "none" : shown(raw.currency)),
                    raw.eventTimeMillis);
        }
        int integerDigits = raw.amount.precision() - raw.amount.scale();
        if (raw.amount.stripTrailingZeros().scale() > Click.AMOUNT_SCALE
                || integerDigits > Click.AMOUNT_PRECISION - Click.AMOUNT_SCALE) {
            return new Refused(
                    Reason.AMOUNT_OUT_OF_RANGE,
                    "amount " + shown(raw.amount.toString()) + " has more than 18 digits before or 9 after the point",
                    raw.eventTimeMillis);
        }
        return null;
    }

    private static @Nullable Refused tooLong(RawClick raw) {
        Refused wrong = tooLong(raw, "url", raw.url, MAX_TEXT_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "page", raw.page, MAX_PAGE_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "referrer", raw.referrer, MAX_TEXT_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "utm_source", raw.utmSource, MAX_TEXT_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "utm_medium", raw.utmMedium, MAX_TEXT_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "utm_campaign", raw.utmCampaign, MAX_TEXT_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "utm_term", raw.utmTerm, MAX_TEXT_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "utm_content", raw.utmContent, MAX_TEXT_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "country", raw.country, MAX_TEXT_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "device", raw.device, MAX_TEXT_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "os", raw.os, MAX_TEXT_LENGTH);
        wrong = wrong != null ? wrong : tooLong(raw, "browser", raw.browser, MAX_TEXT_LENGTH);
        if (wrong != null) {
            return wrong;
        }
        if (raw.properties.size() > MAX_PROPERTIES) {
            String detail = "it has %d properties, more than %d".formatted(raw.properties.size(), MAX_PROPERTIES);
            return new Refused(Reason.FIELD_TOO_LONG, detail, raw.eventTimeMillis);
        }
        return null;
    }

    private static @Nullable Refused tooLong(RawClick raw, String field, @Nullable String value, int longest) {
        if (value == null || value.length() <= longest) {
            return null;
        }
        String detail = "%s has %d characters, more than %d".formatted(field, value.length(), longest);
        return new Refused(Reason.FIELD_TOO_LONG, detail, raw.eventTimeMillis);
    }

    /** Text that no decision hangs on is mended rather than refused: half a surrogate pair becomes U+FFFD. */
    private static @Nullable String mended(@Nullable String text) {
        if (text == null || !hasLoneSurrogate(text)) {
            return text;
        }
        return text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static Map<String, String> mended(Map<String, String> properties) {
        if (properties.isEmpty()) {
            return Map.of();
        }
        properties.replaceAll((key, value) -> String.valueOf(mended(value)));
        return properties;
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return true;
            }
        }
        return false;
    }

    /** At most {@value #SHOWN_CHARACTERS} characters of what was found, safe to print. */
    public static String shown(String found) {
        String start = found.length() > SHOWN_CHARACTERS ? found.substring(0, SHOWN_CHARACTERS) + "..." : found;
        return "'" + start.replaceAll("[^\\x20-\\x7E]", "?") + "'";
    }
}
