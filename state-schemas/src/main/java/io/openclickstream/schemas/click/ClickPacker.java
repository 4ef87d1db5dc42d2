package io.openclickstream.schemas.click;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts the fields of a click into one block of bytes, in whatever order they come; one instance is used again and again.
 *
 * <p>The block: event time and sending time (8 bytes each, {@link #NO_TIME} for none), where each text of {@link
 * ClickText} ends (4 bytes each, from the end of this table on; with the highest bit set for a null), then the texts in
 * UTF-8. It never leaves the job, so it has no version.
 */
public final class ClickPacker {
    /** Stands for a sending time that is not known. */
    public static final long NO_TIME = Long.MIN_VALUE;

    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final int SENT_AT = 8;
    static final int ENDS = 16;
    static final int TEXTS = ENDS + 4 * ClickText.COUNT;
    static final int NULL = 1 << 31;

    private final byte[][] sources = new byte[ClickText.COUNT][];
    private final int[] from = new int[ClickText.COUNT];
    private final int[] to = new int[ClickText.COUNT];
    private long eventTimeMillis;
    private long sentAtMillis;
    private byte[] properties = new byte[256];
    private int propertiesLength;
    private int propertiesCount;

    public ClickPacker() {
        reset();
    }

    /** Forgets everything. */
    public void reset() {
        Arrays.fill(sources, null);
        sentAtMillis = NO_TIME;
        propertiesLength = 4;
        propertiesCount = 0;
    }

    /** Sets a text to a part of an array, in UTF-8, which must not change before {@link #pack}. */
    public void text(int field, byte[] source, int start, int end) {
        sources[field] = source;
        from[field] = start;
        to[field] = end;
    }

    /** Sets a text. */
    public void text(int field, @Nullable String value) {
        if (value == null) {
            sources[field] = null;
        } else {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            text(field, utf8, 0, utf8.length);
        }
    }

    /** Whether a text is set. */
    public boolean has(int field) {
        return sources[field] != null;
    }

    public void eventTimeMillis(long millis) {
        eventTimeMillis = millis;
    }

    /** {@link #NO_TIME} when it is not known. */
    public void sentAtMillis(long millis) {
        sentAtMillis = millis;
    }

    /** Adds a property of which the click has none yet. */
    public void property(byte[] source, int keyStart, int keyEnd, int valueStart, int valueEnd) {
        int keyLength = keyEnd - keyStart;
        int valueLength = valueEnd - valueStart;
        int needed = propertiesLength + 8 + keyLength + valueLength;
        if (needed > properties.length) {
            properties = Arrays.copyOf(properties, Math.max(needed, 2 * properties.length));
        }
        INT.set(properties, propertiesLength, keyLength);
        INT.set(properties, propertiesLength + 4, valueLength);
        System.arraycopy(source, keyStart, properties, propertiesLength + 8, keyLength);
        System.arraycopy(source, valueStart, properties, propertiesLength + 8 + keyLength, valueLength);
        propertiesLength = needed;
        propertiesCount++;
    }

    /** Adds properties. */
    public void properties(Map<String, String> values) {
        values.forEach((key, value) -> {
            byte[] utf8 = (key + value).getBytes(StandardCharsets.UTF_8);
            int keyLength = key.getBytes(StandardCharsets.UTF_8).length;
            property(utf8, 0, keyLength, keyLength, utf8.length);
        });
    }

    /** The click. */
    public Click pack() {
        if (propertiesCount > 0) {
            INT.set(properties, 0, propertiesCount);
            text(ClickText.PROPERTIES, properties, 0, propertiesLength);
        }
        int length = 0;
        for (int i = 0; i < ClickText.COUNT; i++) {
            length += sources[i] == null ? 0 : to[i] - from[i];
        }
        byte[] packed = new byte[TEXTS + length];
        LONG.set(packed, 0, eventTimeMillis);
        LONG.set(packed, SENT_AT, sentAtMillis);
        int end = 0;
        for (int i = 0; i < ClickText.COUNT; i++) {
            byte[] source = sources[i];
            if (source == null) {
                INT.set(packed, ENDS + 4 * i, end | NULL);
            } else {
                int size = to[i] - from[i];
                System.arraycopy(source, from[i], packed, TEXTS + end, size);
                end += size;
                INT.set(packed, ENDS + 4 * i, end);
            }
        }
        return Click.of(packed);
    }
}
