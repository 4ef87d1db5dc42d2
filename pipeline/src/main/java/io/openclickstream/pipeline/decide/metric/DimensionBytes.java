package io.openclickstream.pipeline.decide.metric;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What tells the panes of a window apart, as bytes: each dimension is a text's length and its UTF-8, or {@link #WHOLE}
 * and 8 bytes. Bytes can be compared without a look at a dozen objects, and most come straight from the click.
 */
final class DimensionBytes {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** Stands where a text has its length. */
    private static final int WHOLE = -1;

    /** Different in every process, so that nobody can make up pages whose hashes are all the same. */
    private static final long SALT = ThreadLocalRandom.current().nextLong();

    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private byte[] bytes = new byte[256];
    private int size;

    /** Begins anew. */
    void clear() {
        size = 0;
    }

    /** Adds a text in UTF-8. */
    void text(byte[] source, int start, int length) {
        reserve(Integer.BYTES + length);
        INT.set(bytes, size, length);
        System.arraycopy(source, start, bytes, size + Integer.BYTES, length);
        size += Integer.BYTES + length;
    }

    /** Adds a text; half a surrogate pair, which only an expression that cuts a text can make, becomes a question mark. */
    void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        text(utf8, 0, utf8.length);
    }

    void whole(long number) {
        reserve(Integer.BYTES + Long.BYTES);
        INT.set(bytes, size, WHOLE);
        LONG.set(bytes, size + Integer.BYTES, number);
        size += Integer.BYTES + Long.BYTES;
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }

    /** Equal for equal dimensions, in this process. */
    long hash() {
        long hash = SALT ^ size;
        int at = 0;
        while (at <= size - Long.BYTES) {
            hash = (hash ^ (long) LONG.get(bytes, at)) * FACTOR;
            hash ^= hash >>> 32;
            at += Long.BYTES;
        }
        while (at < size) {
            hash = (hash ^ bytes[at++]) * FACTOR;
        }
        hash ^= hash >>> 29;
        return hash * FACTOR;
    }

    boolean isSame(byte[] other) {
        return Arrays.equals(bytes, 0, size, other, 0, other.length);
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    /** The dimensions as {@link Dimensions#toJson} writes them. */
    static String toJson(byte[] dimensions) {
        byte[] json = new byte[2 + 3 * dimensions.length];
        int size = 0;
        json[size++] = '[';
        for (int at = 0; at < dimensions.length; ) {
            if (at > 0) {
                json[size++] = ',';
            }
            int length = (int) INT.get(dimensions, at);
            at += Integer.BYTES;
            if (length == WHOLE) {
                byte[] digits = Long.toString((long) LONG.get(dimensions, at)).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(digits, 0, json, size, digits.length);
                size += digits.length;
                at += Long.BYTES;
            } else {
                if (!isPlain(dimensions, at, length)) {
                    return Dimensions.toJson(values(dimensions));
                }
                json[size++] = '"';
                System.arraycopy(dimensions, at, json, size, length);
                size += length;
                json[size++] = '"';
                at += length;
            }
        }
        json[size++] = ']';
        return new String(json, 0, size, StandardCharsets.UTF_8);
    }

    /** Whether JSON has the text as it is. */
    private static boolean isPlain(byte[] text, int start, int length) {
        for (int i = start; i < start + length; i++) {
            byte unit = text[i];
            if ((unit >= 0 && unit < ' ') || unit == '"' || unit == '\\') {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Object[] values(byte[] dimensions) {
        @Nullable Object[] values = new Object[dimensions.length / Integer.BYTES];
        int count = 0;
        for (int at = 0; at < dimensions.length; ) {
            int length = (int) INT.get(dimensions, at);
            at += Integer.BYTES;
            values[count++] = length == WHOLE
                    ? (Object) LONG.get(dimensions, at)
                    : new String(dimensions, at, length, StandardCharsets.UTF_8);
            at += length == WHOLE ? Long.BYTES : length;
        }
        return Arrays.copyOf(values, count);
    }
}
