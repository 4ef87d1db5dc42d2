package io.openclickstream.schemas.metric;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads the block of a {@link Pane}, measure by measure; can be used again and again. What a measure does not have is 0
 * or empty.
 */
public final class PaneReader {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] EMPTY = {};

    private byte[] bytes = EMPTY;
    private int position;
    private MeasureForm form = MeasureForm.NOTHING;
    private long values;
    private long number;
    private int scale;
    private int begin;
    private int length;

    /** Begins to read a block; the first measure is the {@link #next} one. */
    public void begin(byte[] block) {
        if (block.length > 0 && block[0] != Pane.VERSION) {
            throw new IllegalStateException(
                    "A pane's block has version %d, and this release reads version %d. It was written by a later release; restore its savepoint with that one or a newer one."
                            .formatted(block[0], Pane.VERSION));
        }
        bytes = block;
        position = 1;
    }

    /** Whether there is one more measure. */
    public boolean hasNext() {
        return position < bytes.length;
    }

    /** Moves to the next measure; past the last one there is {@link MeasureForm#NOTHING}. */
    public MeasureForm next() {
        values = 0;
        number = 0;
        length = 0;
        if (!hasNext()) {
            form = MeasureForm.NOTHING;
            return form;
        }
        form = MeasureForm.of(bytes[position++]);
        switch (form) {
            case NOTHING -> {}
            case COUNT -> values = readNumber();
            case WHOLE, DOUBLE -> {
                values = readNumber();
                number = readLong();
            }
            case EXACT -> {
                values = readNumber();
                scale = (int) readNumber();
                span((int) readNumber(), 1);
            }
            case TEXT -> {
                values = readNumber();
                span((int) readNumber(), 2);
            }
            case HASHES -> {
                number = readLong();
                span((int) readNumber(), Long.BYTES);
            }
            case BINS -> {
                values = readNumber();
                span((int) readNumber(), 1);
            }
        }
        return form;
    }

    private void span(int elements, int bytesEach) {
        begin = position;
        length = elements;
        position += elements * bytesEach;
    }

    /** The form of the measure. */
    public MeasureForm form() {
        return form;
    }

    /** How many values went in. */
    public long values() {
        return values;
    }

    /** A whole number. */
    public long whole() {
        return number;
    }

    /** A double. */
    public double real() {
        return Double.longBitsToDouble(number);
    }

    /** An exact number. */
    public BigDecimal exact() {
        if (length <= Long.BYTES) {
            long digits = bytes[begin];
            for (int i = 1; i < length; i++) {
                digits = (digits << 8) | (bytes[begin + i] & 0xFF);
            }
            return BigDecimal.valueOf(digits, scale);
        }
        return new BigDecimal(new BigInteger(bytes, begin, length), scale);
    }

    /** A text. */
    public String text() {
        char[] units = new char[length];
        for (int i = 0; i < length; i++) {
            units[i] = (char) ((bytes[begin + 2 * i] & 0xFF) | (bytes[begin + 2 * i + 1] << 8));
        }
        return new String(units);
    }

    /** The moment in the order of hashes up to which they are all there. */
    public long theta() {
        return number;
    }

    /** How many hashes there are. */
    public int hashes() {
        return length;
    }

    /** A hash; they ascend. */
    public long hash(int index) {
        return (long) LONG.get(bytes, begin + index * Long.BYTES);
    }

    /** A sketch of bins. */
    public byte[] bins() {
        return Arrays.copyOfRange(bytes, begin, begin + length);
    }

    private long readLong() {
        long value = (long) LONG.get(bytes, position);
        position += Long.BYTES;
        return value;
    }

    private long readNumber() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[position++];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
