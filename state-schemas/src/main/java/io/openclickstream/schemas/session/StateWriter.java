package io.openclickstream.schemas.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes the bytes of state values into an array that grows; {@link StateReader} reads them. */
public final class StateWriter {
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** What stands before a UUID in its canonical form, of which no dash is written. */
    static final int UUID_FOLLOWS = 0;

    /** What stands before 32 hexadecimal digits. Before any other id its length and 1 stand; an id is never empty. */
    static final int DIGITS_FOLLOW = 1;

    static final int UUID_CHARACTERS = 36;
    static final int DIGITS = 32;
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

    /**
     * How state holds an id, where that is not the text itself.
     *
     * @return the bytes with what stands before them; empty when the text stands there
     */
    public static Optional<byte[]> packedId(String id) {
        byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
        if (utf8.length != UUID_CHARACTERS && utf8.length != DIGITS) {
            return Optional.empty();
        }
        StateWriter out = new StateWriter();
        out.id(utf8, 0, utf8.length);
        return out.length < utf8.length ? Optional.of(out.toBytes()) : Optional.empty();
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

    /**
     * An id in UTF-8, of at least one byte. A UUID and 32 hexadecimal digits, as a UUID without its dashes or any other
     * hash of 128 bits, take 17 bytes instead of 37 and 33 when they are in lower case; upper case would not come back.
     */
    void id(byte[] source, int start, int count) {
        if (count == 0) {
            throw new IllegalArgumentException("An id is never empty; a click without one is refused when it is read.");
        }
        if (count == UUID_CHARACTERS || count == DIGITS) {
            int before = length;
            boolean hasDashes = count == UUID_CHARACTERS;
            number(hasDashes ? UUID_FOLLOWS : DIGITS_FOLLOW);
            if (digits(source, start, hasDashes)) {
                return;
            }
            length = before;
        }
        number(count + 1);
        raw(source, start, count);
    }

    private boolean digits(byte[] source, int start, boolean hasDashes) {
        reserve(2 * Long.BYTES);
        int at = start;
        for (int i = 0; i < 2 * Long.BYTES; i++) {
            if (hasDashes && isBehindDash(i)) {
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

    /** Whether a dash stands in a UUID before the byte at this index. */
    static boolean isBehindDash(int index) {
        return index == 4 || index == 6 || index == 8 || index == 10;
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
