package io.openclickstream.pipeline.source;

import io.openclickstream.schemas.click.ClickText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Finds the fields of a JSON click by the bytes of their names. */
final class JsonNames {
    static final int EVENT_TIME = ClickText.AMOUNT + 1;
    static final int SENT_AT = ClickText.AMOUNT + 2;
    static final int PROPERTIES = ClickText.AMOUNT + 3;
    static final int UNKNOWN = -1;

    /** In the order of {@link ClickText}, and of the numbers above. */
    private static final List<String> NAMES = List.of(
            "event_id",
            "site_id",
            "user_id",
            "event_type",
            "url",
            "page",
            "referrer",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "utm_content",
            "country",
            "device",
            "os",
            "browser",
            "currency",
            "amount",
            "event_time",
            "sent_at",
            "properties");

    private static final int SLOT_BITS = 6;
    private static final int LONGEST = 15;
    private static final long[] MASKS = masks();
    private static final long[] LOW = new long[1 << SLOT_BITS];
    private static final long[] HIGH = new long[1 << SLOT_BITS];
    private static final byte[] FIELDS = new byte[1 << SLOT_BITS];
    private static final long FACTOR = factor();

    private JsonNames() {}

    /** How long a field's name is. */
    static int length(int field) {
        return NAMES.get(field).length();
    }

    /** The field whose name, and after it a quote, stands here; {@link #UNKNOWN} when it is none of ours. */
    static int field(byte[] bytes, int at) {
        long low = EightBytes.orZeros(bytes, at);
        long quote = EightBytes.equal(low, '"');
        long high = 0;
        if (quote == 0) {
            high = EightBytes.orZeros(bytes, at + 8);
            quote = EightBytes.equal(high, '"');
            if (quote == 0) {
                return UNKNOWN;
            }
            high &= MASKS[EightBytes.first(quote)];
        } else {
            low &= MASKS[EightBytes.first(quote)];
        }
        int slot = slot(low, high, FACTOR);
        return LOW[slot] == low && HIGH[slot] == high ? FIELDS[slot] : UNKNOWN;
    }

    private static int slot(long low, long high, long factor) {
        return (int) (((low + 31 * high) * factor) >>> (Long.SIZE - SLOT_BITS));
    }

    /** For each number of bytes the mask that leaves only so many. */
    private static long[] masks() {
        long[] masks = new long[8];
        for (int i = 1; i < masks.length; i++) {
            masks[i] = (masks[i - 1] << 8) | 0xFF;
        }
        return masks;
    }

    /** Fills the slots by the first factor that gives each name one of its own. */
    private static long factor() {
        for (long factor = 0x9E3779B97F4A7C15L; ; factor += 2) {
            Arrays.fill(FIELDS, (byte) UNKNOWN);
            int field = 0;
            while (field < NAMES.size() && isPlaced(field, factor)) {
                field++;
            }
            if (field == NAMES.size()) {
                return factor;
            }
        }
    }

    private static boolean isPlaced(int field, long factor) {
        byte[] name = Arrays.copyOf(NAMES.get(field).getBytes(StandardCharsets.US_ASCII), LONGEST + 1);
        long low = EightBytes.whole(name, 0);
        long high = EightBytes.whole(name, 8);
        int slot = slot(low, high, factor);
        if (FIELDS[slot] != UNKNOWN) {
            return false;
        }
        LOW[slot] = low;
        HIGH[slot] = high;
        FIELDS[slot] = (byte) field;
        return true;
    }
}
