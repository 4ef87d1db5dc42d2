package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.schemas.click.Click;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a row is sorted by, as bytes whose order, unsigned, is the order of the columns: made once for each row, since a
 * row is compared several times. A text that begins another one comes before it.
 */
public final class SortKey implements Comparable<SortKey> {
    private static final int USUAL_BYTES = 64;
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes = new byte[USUAL_BYTES];
    private int length;

    /** Then by this text. */
    SortKey text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return text(utf8, 0, utf8.length);
    }

    /** Then by this text of a click. */
    SortKey text(Click click, int field) {
        return text(click.bytes(field), click.textStart(field), click.textLength(field));
    }

    private SortKey text(byte[] utf8, int start, int count) {
        ensure(count + 1);
        System.arraycopy(utf8, start, bytes, length, count);
        length += count;
        bytes[length++] = 0;
        return this;
    }

    /** Then by this number. */
    SortKey number(long number) {
        ensure(Long.BYTES);
        ByteBuffer.wrap(bytes).putLong(length, number ^ Long.MIN_VALUE);
        length += Long.BYTES;
        return this;
    }

    int length() {
        return length;
    }

    /** Eight bytes as a number whose order, unsigned, is theirs; they must be there. */
    long eightBytes(int from) {
        return (long) EIGHT.get(bytes, from);
    }

    /**
     * How many bytes this key and another have in common.
     *
     * @param known so many they have
     * @param most not more than these are looked at
     */
    int common(SortKey other, int known, int most) {
        int end = Math.min(most, other.length);
        int differs = end <= known ? -1 : Arrays.mismatch(bytes, known, end, other.bytes, known, end);
        return differs < 0 ? end : known + differs;
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }

    @Override
    public int compareTo(SortKey other) {
        return Arrays.compareUnsigned(bytes, 0, length, other.bytes, 0, other.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SortKey key && compareTo(key) == 0;
    }

    @Override
    public int hashCode() {
        return length == 0 ? 0 : 31 * length + bytes[length - 1];
    }
}
