package io.openclickstream.schemas.metric;

/**
 * The forms that a measure has in a {@link Pane}'s block. Append-only: the byte that stands for a form, and what
 * follows that byte, never change.
 *
 * <p>A <i>number</i> has 7 bits a byte, lowest first, the highest bit set in all but the last byte. A <i>long</i> is 8
 * bytes, lowest first. {@code values} is a number: how many values went in, without nulls and filtered rows.
 */
public enum MeasureForm {
    /** No value went in. Nothing follows. */
    NOTHING(0),
    /** COUNT: {@code values}. */
    COUNT(1),
    /** Whole number or moment, its sum, minimum or maximum: {@code values}, long. */
    WHOLE(2),
    /** Sum, minimum or maximum that is exact: {@code values}, scale as a number, length in bytes as a number, the digits as a two's complement, highest byte first. */
    EXACT(3),
    /** Minimum or maximum of doubles: {@code values}, their bits as a long. */
    DOUBLE(4),
    /** Minimum or maximum of texts: {@code values}, length as a number, two bytes for each UTF-16 unit, lowest first. */
    TEXT(5),
    /**
     * Different values, as a Theta sketch knows them: long theta, how many hashes as a number, the hashes below theta as
     * longs, ascending. Theta is {@link Long#MAX_VALUE} while the hashes are all there are.
     */
    HASHES(6),
    /** Quantiles: {@code values}, length in bytes as a number, an encoded DDSketch. */
    BINS(7);

    private static final MeasureForm[] BY_CODE = {NOTHING, COUNT, WHOLE, EXACT, DOUBLE, TEXT, HASHES, BINS};

    private final byte code;

    MeasureForm(int code) {
        this.code = (byte) code;
    }

    /** The byte that stands for it. */
    public byte code() {
        return code;
    }

    /** The form that a byte stands for. */
    static MeasureForm of(byte code) {
        return BY_CODE[code];
    }
}
