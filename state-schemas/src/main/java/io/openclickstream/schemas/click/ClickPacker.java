package io.openclickstream.schemas.click;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Click} of fields that come in any order; one instance is used again and again.
 *
 * <p>Texts that stand in the record's value as they are stay there, and only their places are written down. Everything
 * else is put into the click's own block: event time and sending time (8 bytes each, {@link #NO_TIME} for none), which
 * texts of {@link ClickText} there are (4 bytes, one bit each, and {@link #WIDE}), how many properties (2 bytes), then
 * for each text, and for each property's key and value, where it starts and ends (2 bytes each, 4 when {@link #WIDE}),
 * then the texts of its own in UTF-8. Places count from the value's first byte, and on through the click's own texts as
 * if these followed the value. A block never leaves the job, so it has no version.
 */
public final class ClickPacker {
    /** Stands for a sending time that is not known. */
    public static final long NO_TIME = Long.MIN_VALUE;

    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    static final int SENT_AT = 8;
    static final int PRESENT = 16;
    static final int PROPERTY_COUNT = 20;
    static final int PLACES = 22;
    static final int WIDE = 1 << 31;
    static final byte[] NO_VALUE = {};

    private static final int LONGEST_NARROW = 0xFFFF;

    private int[] starts = new int[ClickText.COUNT + 16];
    private int[] ends = new int[ClickText.COUNT + 16];
    private byte[] value = NO_VALUE;
    private byte[] own = new byte[256];
    private int ownLength;
    private int present;
    private int properties;
    private long eventTimeMillis;
    private long sentAtMillis = NO_TIME;

    /**
     * Forgets everything, and begins a click of this record.
     *
     * @param recordValue the record's value, which nobody changes afterwards
     */
    public void reset(byte[] recordValue) {
        value = recordValue;
        ownLength = 0;
        present = 0;
        properties = 0;
        sentAtMillis = NO_TIME;
    }

    /** Sets a text to a part of the record's value, in UTF-8. */
    public void place(int field, int start, int end) {
        starts[field] = start;
        ends[field] = end;
        present |= 1 << field;
    }

    /** Sets a text that does not stand in the record's value, in UTF-8. */
    public void text(int field, byte[] utf8) {
        int start = keep(utf8);
        place(field, start, start + utf8.length);
    }

    /** Sets a text that does not stand in the record's value; null for none. */
    public void text(int field, @Nullable String text) {
        if (text != null) {
            text(field, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Whether a text is set. */
    public boolean has(int field) {
        return (present & 1 << field) != 0;
    }

    public void eventTimeMillis(long millis) {
        eventTimeMillis = millis;
    }

    /** {@link #NO_TIME} when it is not known. */
    public void sentAtMillis(long millis) {
        sentAtMillis = millis;
    }

    /** Adds a property of which the click has none yet, as parts of the record's value. */
    public void property(int keyStart, int keyEnd, int valueStart, int valueEnd) {
        int at = ClickText.COUNT + 2 * properties++;
        if (at + 2 > starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
            ends = Arrays.copyOf(ends, 2 * ends.length);
        }
        starts[at] = keyStart;
        ends[at] = keyEnd;
        starts[at + 1] = valueStart;
        ends[at + 1] = valueEnd;
    }

    /** Adds properties that do not stand in the record's value. */
    public void properties(Map<String, String> texts) {
        texts.forEach((key, text) -> {
            int keyStart = keep(key.getBytes(StandardCharsets.UTF_8));
            int textStart = keep(text.getBytes(StandardCharsets.UTF_8));
            property(keyStart, textStart, textStart, value.length + ownLength);
        });
    }

    /** Copies a text behind those of the click's own; where it starts. */
    private int keep(byte[] utf8) {
        return keep(utf8, 0, utf8.length);
    }

    private int keep(byte[] source, int from, int length) {
        int start = ownLength;
        ownLength += length;
        if (ownLength > own.length) {
            own = Arrays.copyOf(own, 2 * ownLength);
        }
        System.arraycopy(source, from, own, start, length);
        return value.length + start;
    }

    /**
     * The same click under a pseudonym and without its record: all of its texts are in its own block, so nothing keeps the
     * record's value any more.
     *
     * @param userId what is shown of the user, in UTF-8; copied
     * @param group under whom state is kept, in UTF-8; copied
     */
    public Click underPseudonym(Click click, byte[] userId, byte[] group) {
        reset(NO_VALUE);
        eventTimeMillis = click.eventTimeMillis();
        sentAtMillis = click.sentAtOrNone();
        for (int field = 0; field < ClickText.GROUP; field++) {
            if (field != ClickText.USER_ID && click.has(field)) {
                place(field, click.bytes(field), click.textStart(field), click.textLength(field));
            }
        }
        place(ClickText.USER_ID, userId, 0, userId.length);
        place(ClickText.GROUP, group, 0, group.length);
        click.properties((source, keyStart, keyLength, textStart, textLength) -> {
            int key = keep(source, keyStart, keyLength);
            int text = keep(source, textStart, textLength);
            property(key, text, text, text + textLength);
        });
        return pack();
    }

    private void place(int field, byte[] source, int start, int length) {
        int kept = keep(source, start, length);
        place(field, kept, kept + length);
    }

    /** The click. */
    public Click pack() {
        boolean isWide = value.length + ownLength > LONGEST_NARROW;
        int places = Integer.bitCount(present) + 2 * properties;
        int textsStart = PLACES + places * (isWide ? 8 : 4);
        byte[] block = new byte[textsStart + ownLength];
        LONG.set(block, 0, eventTimeMillis);
        LONG.set(block, SENT_AT, sentAtMillis);
        INT.set(block, PRESENT, isWide ? present | WIDE : present);
        SHORT.set(block, PROPERTY_COUNT, (short) properties);
        int at = PLACES;
        for (int rest = present; rest != 0; rest &= rest - 1) {
            at = writePlace(block, at, Integer.numberOfTrailingZeros(rest), isWide);
        }
        for (int i = 0; i < 2 * properties; i++) {
            at = writePlace(block, at, ClickText.COUNT + i, isWide);
        }
        if (ownLength > 0) {
            System.arraycopy(own, 0, block, textsStart, ownLength);
        }
        return new Click(value, 0, value.length, block, 0, block.length);
    }

    private int writePlace(byte[] block, int at, int index, boolean isWide) {
        if (isWide) {
            INT.set(block, at, starts[index]);
            INT.set(block, at + 4, ends[index]);
            return at + 8;
        }
        INT.set(block, at, starts[index] | ends[index] << 16);
        return at + 4;
    }
}
