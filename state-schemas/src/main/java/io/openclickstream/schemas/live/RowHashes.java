package io.openclickstream.schemas.live;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.ArrowBufPointer;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.ElementAddressableVector;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/**
 * Numbers made of the values of rows, column by column, so that a batch of thousands costs little more than reading it.
 * They depend on values only, not on how buffers are laid out, and every byte of a value counts: two rows that differ in
 * one number, or in one piece of eight bytes of a text, never have the same hash. They find mistakes, not attacks.
 */
public final class RowHashes {
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    /** In the place of a value that is null; no length of a text, and hardly a number. */
    private static final long NULL = 0xD6E8FEB86659FD93L;

    private static final int WORD = Long.BYTES;
    private static final int OFFSET = BaseVariableWidthVector.OFFSET_WIDTH;

    private RowHashes() {}

    /** The hashes of all rows of some columns, in their order; the order of the columns counts. */
    public static long[] of(List<? extends FieldVector> columns, int rows) {
        long[] hashes = new long[rows];
        if (rows > 0) {
            for (FieldVector column : columns) {
                add(column, hashes);
            }
        }
        for (int row = 0; row < rows; row++) {
            hashes[row] = mixed(hashes[row]);
        }
        return hashes;
    }

    /**
     * The hash of one row, the same as {@link #of(List, int)} gives; many rows are cheaper together.
     *
     * @param width how many columns a row has; those that are not in {@code columns} are null
     */
    public static long ofRow(List<? extends FieldVector> columns, int width, int row) {
        ArrowBufPointer value = new ArrowBufPointer();
        long hash = 0;
        for (int column = 0; column < width; column++) {
            hash = column < columns.size() ? combined(hash, columns.get(column), row, value) : combined(hash, NULL);
        }
        return mixed(hash);
    }

    private static long combined(long hash, FieldVector column, int row, ArrowBufPointer value) {
        if (column.isNull(row)) {
            return combined(hash, NULL);
        } else if (column instanceof BitVector bits) {
            return combined(hash, bits.get(row));
        } else if (!(column instanceof ElementAddressableVector values)) {
            throw new IllegalArgumentException("not a flat column: " + column.getField());
        } else {
            values.getDataPointer(row, value);
            return combined(hash, value, !(column instanceof BaseFixedWidthVector));
        }
    }

    private static long combined(long hash, ArrowBufPointer value, boolean withLength) {
        int length = Math.toIntExact(value.getLength());
        long combined = withLength ? combined(hash, length) : hash;
        ArrowBuf buffer = value.getBuf();
        return buffer == null || length == 0
                ? combined
                : combined(combined, bytes(buffer, value.getOffset(), length), 0, length);
    }

    /** The finalizer of SplitMix64: every bit of the input moves about half of the output. */
    static long mixed(long value) {
        long bits = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        return bits ^ (bits >>> 31);
    }

    private static void add(FieldVector column, long[] hashes) {
        if (column instanceof BitVector bits) {
            addBits(bits, hashes);
        } else if (column instanceof BaseFixedWidthVector fixed) {
            addFixed(fixed, hashes);
        } else if (column instanceof BaseVariableWidthVector texts) {
            addTexts(texts, hashes);
        } else if (column instanceof ElementAddressableVector other) {
            addEach(column, other, hashes);
        } else {
            throw new IllegalArgumentException("not a flat column: " + column.getField());
        }
    }

    private static void addBits(BitVector column, long[] hashes) {
        ByteBuffer nulls = nulls(column, hashes.length);
        ByteBuffer bits = bytes(column.getDataBuffer(), 0, bytesOfBits(hashes.length));
        for (int row = 0; row < hashes.length; row++) {
            hashes[row] = combined(hashes[row], isNull(nulls, row) ? NULL : bit(bits, row));
        }
    }

    private static void addFixed(BaseFixedWidthVector column, long[] hashes) {
        int width = column.getTypeWidth();
        ByteBuffer nulls = nulls(column, hashes.length);
        ByteBuffer values = bytes(column.getDataBuffer(), 0, Math.multiplyExact(hashes.length, width));
        if (nulls == null && width == WORD) {
            for (int row = 0; row < hashes.length; row++) {
                hashes[row] = combined(hashes[row], values.getLong(row * WORD));
            }
            return;
        }
        for (int row = 0; row < hashes.length; row++) {
            hashes[row] = isNull(nulls, row)
                    ? combined(hashes[row], NULL)
                    : combined(hashes[row], values, row * width, width);
        }
    }

    private static void addTexts(BaseVariableWidthVector column, long[] hashes) {
        ByteBuffer nulls = nulls(column, hashes.length);
        ByteBuffer offsets = bytes(column.getOffsetBuffer(), 0, Math.multiplyExact(hashes.length + 1, OFFSET))
                .order(ByteOrder.nativeOrder());
        int first = offsets.getInt(0);
        ByteBuffer texts = bytes(column.getDataBuffer(), first, offsets.getInt(hashes.length * OFFSET) - first);
        int begin = first;
        for (int row = 0; row < hashes.length; row++) {
            int end = offsets.getInt((row + 1) * OFFSET);
            int length = end - begin;
            hashes[row] = isNull(nulls, row)
                    ? combined(hashes[row], NULL)
                    : combined(combined(hashes[row], length), texts, begin - first, length);
            begin = end;
        }
    }

    /** The same as for texts, for columns whose offsets have eight bytes. */
    private static void addEach(FieldVector column, ElementAddressableVector values, long[] hashes) {
        ArrowBufPointer value = new ArrowBufPointer();
        for (int row = 0; row < hashes.length; row++) {
            if (column.isNull(row)) {
                hashes[row] = combined(hashes[row], NULL);
                continue;
            }
            values.getDataPointer(row, value);
            hashes[row] = combined(hashes[row], value, true);
        }
    }

    private static long combined(long hash, long value) {
        return (Long.rotateLeft(hash, 23) ^ value) * MULTIPLIER;
    }

    /** Combines some bytes; nothing when there are none. */
    private static long combined(long hash, ByteBuffer bytes, int from, int count) {
        long combined = hash;
        int at = from;
        int end = from + count;
        for (; at <= end - WORD; at += WORD) {
            combined = combined(combined, bytes.getLong(at));
        }
        return at == end ? combined : combined(combined, rest(bytes, at, end));
    }

    /** Less than eight bytes as a number, the first one lowest. */
    private static long rest(ByteBuffer bytes, int from, int end) {
        if (end >= WORD) {
            return bytes.getLong(end - WORD) >>> ((WORD - (end - from)) * Byte.SIZE); // without those before
        }
        long value = 0;
        for (int at = end - 1; at >= from; at--) {
            value = value << Byte.SIZE | (bytes.get(at) & 0xff);
        }
        return value;
    }

    /** The column's bits, one where there is a value; null when there is one everywhere. */
    private static @Nullable ByteBuffer nulls(FieldVector column, int rows) {
        return column.getNullCount() == 0 ? null : bytes(column.getValidityBuffer(), 0, bytesOfBits(rows));
    }

    private static boolean isNull(@Nullable ByteBuffer nulls, int row) {
        return nulls != null && bit(nulls, row) == 0;
    }

    private static int bit(ByteBuffer bits, int at) {
        return (bits.get(at >> 3) >> (at & 7)) & 1;
    }

    private static int bytesOfBits(int count) {
        return (count + Byte.SIZE - 1) / Byte.SIZE;
    }

    /** A look into an Arrow buffer that is checked once; numbers in it are in Arrow's order, the lowest byte first. */
    private static ByteBuffer bytes(ArrowBuf buffer, long from, int count) {
        return buffer.nioBuffer(from, count).order(ByteOrder.LITTLE_ENDIAN);
    }
}
