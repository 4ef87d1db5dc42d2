package io.openclickstream.schemas.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads what {@link StateWriter} has written. */
public final class StateReader {
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;
    private int position;

    /** Reads from the beginning of these bytes, which are not changed meanwhile. */
    public StateReader(byte[] bytes) {
        this.bytes = bytes;
    }

    int fixed8() {
        return bytes[position++];
    }

    int fixed32() {
        int value = (int) StateWriter.INT.get(bytes, position);
        position += Integer.BYTES;
        return value;
    }

    long fixed64() {
        long value = (long) StateWriter.LONG.get(bytes, position);
        position += Long.BYTES;
        return value;
    }

    long number() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[position++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    int count() {
        return Math.toIntExact(number());
    }

    long difference() {
        long value = number();
        return (value >>> 1) ^ -(value & 1);
    }

    byte[] raw(int count) {
        byte[] copy = Arrays.copyOfRange(bytes, position, position + count);
        position += count;
        return copy;
    }

    @Nullable
    String text() {
        int length = count() - 1;
        if (length < 0) {
            return null;
        }
        position += length;
        return new String(bytes, position - length, length, StandardCharsets.UTF_8);
    }

    String id() {
        return new String(idBytes(), StandardCharsets.UTF_8);
    }

    byte[] idBytes() {
        int kind = count();
        return switch (kind) {
            case StateWriter.UUID_FOLLOWS -> digits(StateWriter.UUID_CHARACTERS);
            case StateWriter.DIGITS_FOLLOW -> digits(StateWriter.DIGITS);
            default -> raw(kind - 1);
        };
    }

    private byte[] digits(int characters) {
        byte[] text = new byte[characters];
        boolean hasDashes = characters == StateWriter.UUID_CHARACTERS;
        int at = 0;
        for (int i = 0; i < 2 * Long.BYTES; i++) {
            if (hasDashes && StateWriter.isBehindDash(i)) {
                text[at++] = '-';
            }
            byte next = bytes[position++];
            text[at++] = DIGITS[(next >> 4) & 0xF];
            text[at++] = DIGITS[next & 0xF];
        }
        return text;
    }
}
