package io.openclickstream.schemas.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes the bytes of state values into an array that grows; {@link StateReader} reads them. */
public final class StateWriter {
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** What stands before a UUID in its canonical form, and before any other id its length and 1. */
    static final int UUID_FOLLOWS = 0;

    static final int UUID_CHARACTERS = 36;
    private static final int LONGEST_VARINT = 10;

    private byte[] bytes = new byte[256];
    private int length;

    /** Begins anew. */
    public void reset() {
        length = 0;
    }

    /** What was written, up to {@link #length}; valid until the next write. */
    public byte[] bytes() {
        return bytes;
    }

    /** How many bytes were written. */
    public int length() {
        return length;
    }

    /** A copy of what was written. */
    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    void fixed8(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    void fixed32(int value) {
        reserve(Integer.BYTES);
        INT.set(bytes, length, value);
        length += Integer.BYTES;
    }

    void fixed64(long value) {
        reserve(Long.BYTES);
        LONG.set(bytes, length, value);
        length += Long.BYTES;
    }

    /** A number that is never negative, or seldom. */
    void number(long value) {
        reserve(LONGEST_VARINT);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    /** A small number of either sign, such as a difference. */
    void difference(long value) {
        number((value << 1) ^ (value >> 63));
    }

    void raw(byte[] source, int start, int count) {
        reserve(count);
        System.arraycopy(source, start, bytes, length, count);
        length += count;
    }

    void text(@Nullable String value) {
        if (value == null) {
            number(0);
        } else {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            number(utf8.length + 1);
            raw(utf8, 0, utf8.length);
        }
    }

    void id(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        id(utf8, 0, utf8.length);
    }

    /** An id in UTF-8; a UUID in lower case takes 17 bytes instead of 37. */
    void id(byte[] source, int start, int count) {
        if (count == UUID_CHARACTERS) {
            int before = length;
            number(UUID_FOLLOWS);
            if (uuid(source, start)) {
                return;
            }
            length = before;
        }
        number(count + 1);
        raw(source, start, count);
    }

    private boolean uuid(byte[] source, int start) {
        reserve(2 * Long.BYTES);
        int at = start;
        for (int i = 0; i < 2 * Long.BYTES; i++) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                if (source[at++] != '-') {
                    return false;
                }
            }
            int high = digit(source[at++]);
            int low = digit(source[at++]);
            if ((high | low) < 0) {
                return false;
            }
            bytes[length++] = (byte) (high << 4 | low);
        }
        return true;
    }

    private static int digit(byte character) {
        if (character >= '0' && character <= '9') {
            return character - '0';
        }
        return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
    }

    private void reserve(int count) {
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
        }
    }
}
