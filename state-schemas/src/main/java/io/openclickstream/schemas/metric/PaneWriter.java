package io.openclickstream.schemas.metric;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Writes the block of a {@link Pane}, measure by measure; can be used again and again. */
public final class PaneWriter {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LONGEST_NUMBER = 10;

    private byte[] bytes = new byte[256];
    private int size;

    public PaneWriter() {
        begin();
    }

    /** Begins a new block. */
    public void begin() {
        bytes[0] = Pane.VERSION;
        size = 1;
    }

    /** The block so far. */
    public byte[] block() {
        return Arrays.copyOf(bytes, size);
    }

    public void nothing() {
        form(MeasureForm.NOTHING, 0);
    }

    public void count(long values) {
        form(MeasureForm.COUNT, LONGEST_NUMBER);
        number(values);
    }

    public void whole(long values, long number) {
        form(MeasureForm.WHOLE, LONGEST_NUMBER + Long.BYTES);
        number(values);
        fixed(number);
    }

    public void exact(long values, BigDecimal number) {
        byte[] digits = number.unscaledValue().toByteArray();
        form(MeasureForm.EXACT, 3 * LONGEST_NUMBER + digits.length);
        number(values);
        number(number.scale());
        block(digits);
    }

    public void real(long values, double number) {
        form(MeasureForm.DOUBLE, LONGEST_NUMBER + Long.BYTES);
        number(values);
        fixed(Double.doubleToLongBits(number));
    }

    public void text(long values, String text) {
        form(MeasureForm.TEXT, 2 * LONGEST_NUMBER + 2 * text.length());
        number(values);
        number(text.length());
        for (int i = 0; i < text.length(); i++) {
            bytes[size++] = (byte) text.charAt(i);
            bytes[size++] = (byte) (text.charAt(i) >>> 8);
        }
    }

    /**
     * Hashes of different values.
     *
     * @param hashes ascending, of which the first {@code count} are written
     */
    public void hashes(long theta, long[] hashes, int count) {
        form(MeasureForm.HASHES, LONGEST_NUMBER + (count + 1) * Long.BYTES);
        fixed(theta);
        number(count);
        for (int i = 0; i < count; i++) {
            fixed(hashes[i]);
        }
    }

    public void bins(long values, byte[] sketch) {
        form(MeasureForm.BINS, 2 * LONGEST_NUMBER + sketch.length);
        number(values);
        block(sketch);
    }

    private void form(MeasureForm form, int most) {
        if (bytes.length - size < most + 1) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + most + 1));
        }
        bytes[size++] = form.code();
    }

    private void block(byte[] block) {
        number(block.length);
        System.arraycopy(block, 0, bytes, size, block.length);
        size += block.length;
    }

    private void fixed(long value) {
        LONG.set(bytes, size, value);
        size += Long.BYTES;
    }

    private void number(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }
}
