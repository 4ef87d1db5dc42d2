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
 * <p>A click is a view: its texts stay where they stand in the record's value, and a small block of its own knows where
 * that is and holds the rest (see {@link ClickPacker}). A text is made when somebody asks, and then kept. Who can work
 * with UTF-8 asks for {@link #bytes}, {@link #textStart} and {@link #textLength} instead and leaves no garbage. Nobody
 * changes these arrays.
 */
public final class Click {
    /** Digits after the point that an amount can hold. */
    public static final int AMOUNT_SCALE = 9;

    /** Digits in all that an amount can hold. */
    public static final int AMOUNT_PRECISION = 27;

    private static final int LONGEST_IN_A_LONG = 18;

    private final byte[] value;
    private final int valueStart;
    private final int valueLength;
    private final byte[] block;
    private final int blockStart;
    private final int blockLength;
    /** Which texts are known, and whether places are wide; in the block as well, but asked for at every turn. */
    private final int present;
    // These two are asked for wherever a click goes by its user, and often nothing else is.
    private @Nullable String siteId;
    private @Nullable String userId;
    private @Nullable String @Nullable [] texts;

    /**
     * The click in these bytes, which nobody changes afterwards.
     *
     * @param value where the record's value stands; of no length when the click's block holds all of its texts
     * @param block where the block of a {@link ClickPacker} stands
     */
    Click(byte[] value, int valueStart, int valueLength, byte[] block, int blockStart, int blockLength) {
        this.value = value;
        this.valueStart = valueStart;
        this.valueLength = valueLength;
        this.block = block;
        this.blockStart = blockStart;
        this.blockLength = blockLength;
        present = (int) ClickPacker.INT.get(block, blockStart + ClickPacker.PRESENT);
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
        this(packed(
                eventTimeMillis,
                sentAtMillis,
                amount,
                properties,
                Objects.requireNonNull(eventId),
                Objects.requireNonNull(siteId),
                Objects.requireNonNull(userId),
                Objects.requireNonNull(eventType),
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

    private Click(Click same) {
        this(same.value, same.valueStart, same.valueLength, same.block, same.blockStart, same.blockLength);
    }

    private static Click packed(
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
        return packer.pack();
    }

    public long eventTimeMillis() {
        return (long) ClickPacker.LONG.get(block, blockStart);
    }

    public @Nullable Long sentAtMillis() {
        long millis = sentAtOrNone();
        return millis == ClickPacker.NO_TIME ? null : Long.valueOf(millis);
    }

    long sentAtOrNone() {
        return (long) ClickPacker.LONG.get(block, blockStart + ClickPacker.SENT_AT);
    }

    public String eventId() {
        return known(ClickText.EVENT_ID);
    }

    public String siteId() {
        String made = siteId;
        if (made == null) {
            int place = place(ClickText.SITE_ID);
            made = SiteTexts.of(bytesAt(place), indexAt(place), lengthAt(place));
            siteId = made;
        }
        return made;
    }

    public String userId() {
        String made = userId;
        if (made == null) {
            made = made(ClickText.USER_ID);
            userId = made;
        }
        return made;
    }

    /** The id under which state is kept of who clicked: the user id, unless that is a pseudonym that will change. */
    public String stateUserId() {
        return has(ClickText.GROUP) ? known(ClickText.GROUP) : userId();
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
        if (!has(ClickText.AMOUNT)) {
            return null;
        }
        int length = textLength(ClickText.AMOUNT);
        if (length > LONGEST_IN_A_LONG) {
            return new BigDecimal(known(ClickText.AMOUNT));
        }
        byte[] digits = bytes(ClickText.AMOUNT);
        int start = textStart(ClickText.AMOUNT);
        long unscaled = 0;
        int scale = 0;
        for (int i = start; i < start + length; i++) {
            if (digits[i] == '.') {
                scale = start + length - i - 1;
            } else if (digits[i] != '-') {
                unscaled = 10 * unscaled + digits[i] - '0';
            }
        }
        return BigDecimal.valueOf(digits[start] == '-' ? -unscaled : unscaled, scale);
    }

    /** In the order in which the producer named them. */
    public Map<String, String> properties() {
        if (propertyCount() == 0) {
            return Map.of();
        }
        Map<String, String> properties = new LinkedHashMap<>();
        properties((source, keyStart, keyLength, valueFrom, valueSize) -> properties.put(
                new String(source, keyStart, keyLength, StandardCharsets.UTF_8),
                new String(source, valueFrom, valueSize, StandardCharsets.UTF_8)));
        return properties;
    }

    /** Whether a text of {@link ClickText} is known. */
    public boolean has(int field) {
        return (present & 1 << field) != 0;
    }

    /** The array in which a known text of {@link ClickText} stands, in UTF-8. */
    public byte[] bytes(int field) {
        return bytesAt(place(field));
    }

    /** Where a known text begins in {@link #bytes}. */
    public int textStart(int field) {
        return indexAt(place(field));
    }

    /** How many bytes a known text has. */
    public int textLength(int field) {
        return lengthAt(place(field));
    }

    /** Whether another click has the same text here, or both have none. */
    public boolean isSameText(int field, Click other) {
        return has(field) == other.has(field) && (!has(field) || isSamePlace(place(field), other, other.place(field)));
    }

    /** Whether this text is known and reads so in UTF-8. */
    public boolean isText(int field, byte[] utf8) {
        if (!has(field)) {
            return false;
        }
        int start = textStart(field);
        return Arrays.equals(bytes(field), start, start + textLength(field), utf8, 0, utf8.length);
    }

    /** Tells where keys and values stand, in the order in which the producer named them. */
    public void properties(PropertyPlaces places) {
        int width = width();
        int at = firstProperty();
        for (int i = propertyCount(); i > 0; i--) {
            int text = at + width;
            places.property(bytesAt(at), indexAt(at), lengthAt(at), indexAt(text), lengthAt(text));
            at = text + width;
        }
    }

    /** Receives the properties of a click, in UTF-8, without making texts of them. */
    @FunctionalInterface
    public interface PropertyPlaces {
        /** One property; the array is the click's own and not to be changed. */
        void property(byte[] source, int keyStart, int keyLength, int valueStart, int valueLength);
    }

    byte[] block() {
        return block;
    }

    int blockStart() {
        return blockStart;
    }

    int blockLength() {
        return blockLength;
    }

    /** Whether texts stand in the record's value. */
    boolean isOfValue() {
        return valueLength > 0;
    }

    private String known(int field) {
        return Objects.requireNonNull(text(field));
    }

    private @Nullable String text(int field) {
        @Nullable String[] made = texts;
        if (made == null) {
            made = new String[ClickText.COUNT];
            texts = made;
        }
        String text = made[field];
        if (text == null && has(field)) {
            text = made(field);
            made[field] = text;
        }
        return text;
    }

    private String made(int field) {
        int place = place(field);
        return new String(bytesAt(place), indexAt(place), lengthAt(place), StandardCharsets.UTF_8);
    }

    private boolean isWide() {
        return present < 0;
    }

    private int width() {
        return isWide() ? 8 : 4;
    }

    private int propertyCount() {
        return (short) ClickPacker.SHORT.get(block, blockStart + ClickPacker.PROPERTY_COUNT) & 0xFFFF;
    }

    /** Where the place of a known text is written down. */
    private int place(int field) {
        return blockStart + ClickPacker.PLACES + width() * Integer.bitCount(present & (1 << field) - 1);
    }

    private int firstProperty() {
        return place(ClickText.COUNT);
    }

    private int startAt(int place) {
        int start = (int) ClickPacker.INT.get(block, place);
        return isWide() ? start : start & 0xFFFF;
    }

    private int lengthAt(int place) {
        int start = (int) ClickPacker.INT.get(block, place);
        return isWide() ? (int) ClickPacker.INT.get(block, place + 4) - start : (start >>> 16) - (start & 0xFFFF);
    }

    private byte[] bytesAt(int place) {
        return startAt(place) < valueLength ? value : block;
    }

    private int indexAt(int place) {
        int start = startAt(place);
        return start < valueLength
                ? valueStart + start
                : firstProperty() + 2 * width() * propertyCount() + start - valueLength;
    }

    private boolean isSamePlace(int place, Click other, int otherPlace) {
        int start = indexAt(place);
        int otherStart = other.indexAt(otherPlace);
        return Arrays.equals(
                bytesAt(place),
                start,
                start + lengthAt(place),
                other.bytesAt(otherPlace),
                otherStart,
                otherStart + other.lengthAt(otherPlace));
    }

    /** Whether all fields are the same, wherever they stand; properties in the same order. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Click click
                && eventTimeMillis() == click.eventTimeMillis()
                && sentAtOrNone() == click.sentAtOrNone()
                && propertyCount() == click.propertyCount()
                && (present & ~ClickPacker.WIDE) == (click.present & ~ClickPacker.WIDE)
                && hasSamePlaces(click);
    }

    private boolean hasSamePlaces(Click other) {
        int place = place(0);
        int otherPlace = other.place(0);
        int last = firstProperty() + 2 * width() * propertyCount();
        while (place < last) {
            if (!isSamePlace(place, other, otherPlace)) {
                return false;
            }
            place += width();
            otherPlace += other.width();
        }
        return true;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(eventTimeMillis()) + eventId().hashCode();
    }

    @Override
    public String toString() {
        return "Click[%s of %s/%s at %d]".formatted(eventId(), siteId(), userId(), eventTimeMillis());
    }
}
