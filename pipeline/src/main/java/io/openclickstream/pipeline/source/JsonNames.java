package io.openclickstream.pipeline.source;

import io.openclickstream.schemas.click.ClickText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the fields of JSON clicks by the bytes of their names. It expects them in the order of the clicks before: then
 * where the next one begins is known without having looked at this one.
 */
final class JsonNames {
    static final int EVENT_TIME = ClickText.AMOUNT + 1;
    static final int SENT_AT = ClickText.AMOUNT + 2;
    static final int PROPERTIES = ClickText.AMOUNT + 3;
    static final int UNKNOWN = -1;

    /** What stands before the first field. */
    static final int NONE = ClickText.AMOUNT + 4;

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
    private static final long[] MASKS = masks();
    /** Each name and the quote after it, as two times eight bytes, and which bits of these count. */
    private static final Quoted[] QUOTED =
            NAMES.stream().map(name -> quoted(name + '"')).toArray(Quoted[]::new);

    private static final byte[] LENGTHS = lengths();
    private static final byte[] SLOTS = new byte[1 << SLOT_BITS];
    private static final long FACTOR = factor();

    private final byte[] following = new byte[NONE + 1];

    private record Quoted(long low, long lowMask, long high, long highMask) {
        boolean isAt(byte[] bytes, int at) {
            return (EightBytes.orZeros(bytes, at) & lowMask) == low
                    && (highMask == 0 || (EightBytes.orZeros(bytes, at + 8) & highMask) == high);
        }
    }

    /** How long a field's name is. */
    static int length(int field) {
        return LENGTHS[field];
    }

    /**
     * The field whose name, and after it a quote, stands here; {@link #UNKNOWN} when it is none of ours.
     *
     * @param before the field before it, or {@link #NONE}
     */
    int field(byte[] bytes, int at, int before) {
        int expected = following[before];
        if (QUOTED[expected].isAt(bytes, at)) {
            return expected;
        }
        int afterNext = following[expected]; // for when that field is left out this time
        if (QUOTED[afterNext].isAt(bytes, at)) {
            return afterNext;
        }
        int field = lookUp(bytes, at);
        if (field != UNKNOWN) {
            following[before] = (byte) field;
        }
        return field;
    }

    private static int lookUp(byte[] bytes, int at) {
        long low = EightBytes.orZeros(bytes, at);
        long high = EightBytes.orZeros(bytes, at + 8);
        int length = EightBytes.first(EightBytes.equal(low, '"'));
        if (length < 8) {
            low &= MASKS[length];
            high = 0;
        } else {
            length = EightBytes.first(EightBytes.equal(high, '"'));
            if (length == 8) {
                return UNKNOWN;
            }
            high &= MASKS[length];
        }
        int field = SLOTS[slot(low, high, FACTOR)];
        return field != UNKNOWN && QUOTED[field].isAt(bytes, at) ? field : UNKNOWN;
    }

    private static int slot(long low, long high, long factor) {
        return (int) (((low + 31 * high) * factor) >>> (Long.SIZE - SLOT_BITS));
    }

    private static Quoted quoted(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return new Quoted(
                EightBytes.orZeros(bytes, 0),
                MASKS[Math.min(8, bytes.length)],
                EightBytes.orZeros(bytes, 8),
                MASKS[Math.max(0, bytes.length - 8)]);
    }

    /** For each number of bytes the mask that leaves only so many. */
    private static long[] masks() {
        long[] masks = new long[9];
        for (int i = 1; i < masks.length; i++) {
            masks[i] = (masks[i - 1] << 8) | 0xFF;
        }
        return masks;
    }

    private static byte[] lengths() {
        byte[] lengths = new byte[NAMES.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = (byte) NAMES.get(i).length();
        }
        return lengths;
    }

    /** Fills the slots by the first factor that gives each name one of its own. */
    private static long factor() {
        for (long factor = 0x9E3779B97F4A7C15L; ; factor += 2) {
            Arrays.fill(SLOTS, (byte) UNKNOWN);
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
        byte[] name = NAMES.get(field).getBytes(StandardCharsets.US_ASCII);
        int slot = slot(EightBytes.orZeros(name, 0), EightBytes.orZeros(name, 8), factor);
        boolean isFree = SLOTS[slot] == UNKNOWN;
        if (isFree) {
            SLOTS[slot] = (byte) field;
        }
        return isFree;
    }
}
