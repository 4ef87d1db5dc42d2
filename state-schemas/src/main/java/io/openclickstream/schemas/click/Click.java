package io.openclickstream.schemas.click;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One decoded, trusted click. Field meanings are those of {@code click.avsc}; what a producer may leave out has its
 * default here already, and what stays null was not known.
 *
 * <p>A click is one block of bytes (see {@link ClickPacker}) that goes through the job as it is; a text is made of it
 * when somebody asks, once. Most clicks are asked for a third of their fields.
 */
public final class Click {
    /** Digits after the point that an amount can hold. */
    public static final int AMOUNT_SCALE = 9;

    /** Digits in all that an amount can hold. */
    public static final int AMOUNT_PRECISION = 27;

    private final byte[] packed;
    private final @Nullable String[] texts = new String[ClickText.AMOUNT];

    private Click(byte[] packed) {
        this.packed = packed;
    }

    /**
     * A click of known fields.
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
    public Click(
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
        this(pack(
                eventTimeMillis,
                sentAtMillis,
                amount,
                properties,
                eventId,
                siteId,
                userId,
                eventType,
                url,
                page,
                referrer,
                utmSource,
                utmMedium,
                utmCampaign,
                utmTerm,
                utmContent,
                country,
                device,
                os,
                browser,
                currency));
    }

    private static byte[] pack(
            long eventTimeMillis,
            @Nullable Long sentAtMillis,
            @Nullable BigDecimal amount,
            Map<String, String> properties,
            @Nullable String... inOrder) {
        ClickPacker packer = new ClickPacker();
        packer.eventTimeMillis(eventTimeMillis);
        if (sentAtMillis != null) {
            packer.sentAtMillis(sentAtMillis);
        }
        for (int i = 0; i < inOrder.length; i++) {
            packer.text(i, inOrder[i]);
        }
        packer.text(ClickText.AMOUNT, amount == null ? null : amount.toPlainString());
        packer.properties(properties);
        return packer.pack().packed;
    }

    /** The click in this block of bytes, which nobody changes afterwards. */
    public static Click of(byte[] packed) {
        return new Click(packed);
    }

    /** The block of bytes; not to be changed. */
    public byte[] packed() {
        return packed;
    }

    public long eventTimeMillis() {
        return (long) ClickPacker.LONG.get(packed, 0);
    }

    public @Nullable Long sentAtMillis() {
        long millis = (long) ClickPacker.LONG.get(packed, ClickPacker.SENT_AT);
        return millis == ClickPacker.NO_TIME ? null : Long.valueOf(millis);
    }

    public String eventId() {
        return known(ClickText.EVENT_ID);
    }

    public String siteId() {
        return known(ClickText.SITE_ID);
    }

    public String userId() {
        return known(ClickText.USER_ID);
    }

    public String eventType() {
        return known(ClickText.EVENT_TYPE);
    }

    public @Nullable String url() {
        return text(ClickText.URL);
    }

    public @Nullable String page() {
        return text(ClickText.PAGE);
    }

    public @Nullable String referrer() {
        return text(ClickText.REFERRER);
    }

    public @Nullable String utmSource() {
        return text(ClickText.UTM_SOURCE);
    }

    public @Nullable String utmMedium() {
        return text(ClickText.UTM_MEDIUM);
    }

    public @Nullable String utmCampaign() {
        return text(ClickText.UTM_CAMPAIGN);
    }

    public @Nullable String utmTerm() {
        return text(ClickText.UTM_TERM);
    }

    public @Nullable String utmContent() {
        return text(ClickText.UTM_CONTENT);
    }

    public @Nullable String country() {
        return text(ClickText.COUNTRY);
    }

    public @Nullable String device() {
        return text(ClickText.DEVICE);
    }

    public @Nullable String os() {
        return text(ClickText.OS);
    }

    public @Nullable String browser() {
        return text(ClickText.BROWSER);
    }

    public @Nullable String currency() {
        return text(ClickText.CURRENCY);
    }

    public @Nullable BigDecimal amount() {
        String digits = decoded(ClickText.AMOUNT);
        return digits == null ? null : new BigDecimal(digits);
    }

    /** In the order in which the producer named them. */
    public Map<String, String> properties() {
        if (!has(ClickText.PROPERTIES)) {
            return Map.of();
        }
        Map<String, String> properties = new LinkedHashMap<>();
        properties((source, keyStart, keyLength, valueStart, valueLength) -> properties.put(
                new String(source, keyStart, keyLength, StandardCharsets.UTF_8),
                new String(source, valueStart, valueLength, StandardCharsets.UTF_8)));
        return properties;
    }

    /** Whether a text of {@link ClickText} is known. */
    public boolean has(int field) {
        return end(field) >= 0;
    }

    /** Where a known text begins in {@link #packed}, in UTF-8. */
    public int textStart(int field) {
        return ClickPacker.TEXTS + start(field);
    }

    /** How many bytes a known text has. */
    public int textLength(int field) {
        return end(field) - start(field);
    }

    /** Tells where keys and values stand in {@link #packed}, in the order in which the producer named them. */
    public void properties(PropertyPlaces places) {
        if (!has(ClickText.PROPERTIES)) {
            return;
        }
        int at = textStart(ClickText.PROPERTIES);
        int count = (int) ClickPacker.INT.get(packed, at);
        at += 4;
        for (int i = 0; i < count; i++) {
            int keyLength = (int) ClickPacker.INT.get(packed, at);
            int valueLength = (int) ClickPacker.INT.get(packed, at + 4);
            int key = at + 8;
            at = key + keyLength + valueLength;
            places.property(packed, key, keyLength, key + keyLength, valueLength);
        }
    }

    /** Receives the properties of a click, in UTF-8, without making texts of them. */
    @FunctionalInterface
    public interface PropertyPlaces {
        /** One property; the array is the click's own and not to be changed. */
        void property(byte[] source, int keyStart, int keyLength, int valueStart, int valueLength);
    }

    /** The array that holds a known text, from {@link #textStart} on; not to be changed. */
    public byte[] bytes(int field) {
        return packed;
    }

    /** Whether a text has exactly these UTF-8 bytes. */
    public boolean isText(int field, byte[] utf8) {
        if (!has(field) || textLength(field) != utf8.length) {
            return false;
        }
        int start = textStart(field);
        return Arrays.equals(bytes(field), start, start + utf8.length, utf8, 0, utf8.length);
    }

    private String known(int field) {
        return Objects.requireNonNull(text(field));
    }

    private @Nullable String text(int field) {
        String text = texts[field];
        if (text == null) {
            text = decoded(field);
            texts[field] = text;
        }
        return text;
    }

    private @Nullable String decoded(int field) {
        int end = end(field);
        if (end < 0) {
            return null;
        }
        int start = start(field);
        return new String(packed, ClickPacker.TEXTS + start, end - start, StandardCharsets.UTF_8);
    }

    /** Negative for a null. */
    private int end(int field) {
        return (int) ClickPacker.INT.get(packed, ClickPacker.ENDS + 4 * field);
    }

    private int start(int field) {
        return field == 0 ? 0 : end(field - 1) & ~ClickPacker.NULL;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Click click && Arrays.equals(click.packed, packed);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(packed);
    }

    @Override
    public String toString() {
        return "Click[%s of %s/%s at %d]".formatted(eventId(), siteId(), userId(), eventTimeMillis());
    }
}
