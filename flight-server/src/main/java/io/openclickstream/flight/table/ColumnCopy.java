package io.openclickstream.flight.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;

/**
 * Copies one column of some rows into a new vector, neighbours at once: most of what is read and put together are whole
 * chunks. Under a null there are always zeros, or no bytes, whatever stood there in the source; in a chunk it is so
 * already, and its nulls need not be looked at.
 */
final class ColumnCopy {
    private static final int OFFSET = BaseVariableWidthVector.OFFSET_WIDTH;
    /** The numbers of an Arrow buffer in an array of bytes. */
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final List<Rows> sources;
    private final int column;
    /** Where the texts of a run begin and end; a place to work. */
    private byte[] offsets = {};

    /** @param column of the sources, which may have fewer: then its values are null */
    ColumnCopy(List<Rows> sources, int column) {
        this.sources = sources;
        this.column = column;
    }

    /** Fills an empty vector of the column's type that has one value of a fixed number of bytes, or a bit, per row. */
    void into(BaseFixedWidthVector target, int total) {
        target.allocateNew(total);
        int to = 0;
        for (Rows source : sources) {
            if (column < source.columns().size()) {
                BaseFixedWidthVector from =
                        (BaseFixedWidthVector) source.columns().get(column);
                int first = 0;
                for (int run = 0; run < source.runs(); run++) {
                    int count = source.runEnd(run) - first;
                    boolean isWhole = copy(from, source.rows()[first], target, to + first, count);
                    if (!isWhole && source.mayHoldValuesUnderNulls()) {
                        clearUnderNulls(target, to + first, count);
                    }
                    first = source.runEnd(run);
                }
            }
            to += source.count();
        }
        target.setValueCount(total);
    }

    /** Fills an empty vector of texts or bytes. */
    void into(BaseVariableWidthVector target, int total) {
        target.allocateNew(bytes(), total);
        ArrowBuf ends = target.getOffsetBuffer();
        int to = 0;
        int end = 0;
        for (Rows source : sources) {
            FieldVector from =
                    column < source.columns().size() ? source.columns().get(column) : null;
            int first = 0;
            for (int run = 0; run < source.runs(); run++) {
                int count = source.runEnd(run) - first;
                if (from instanceof BaseVariableWidthVector texts) {
                    end = copy(source, texts, source.rows()[first], target, to + first, end, count);
                } else {
                    for (int i = 1; i <= count; i++) {
                        ends.setInt((long) (to + first + i) * OFFSET, end);
                    }
                }
                first = source.runEnd(run);
            }
            to += source.count();
        }
        target.setLastSet(total - 1);
        target.setValueCount(total);
    }

    /** Copies values as they are, and returns whether none is null. */
    private static boolean copy(BaseFixedWidthVector from, int row, BaseFixedWidthVector target, int to, int count) {
        int width = from.getTypeWidth();
        ArrowBuf values = target.getDataBuffer();
        boolean isWhole = Bits.copy(from.getValidityBuffer(), row, target.getValidityBuffer(), to, count);
        if (width == 0) {
            Bits.copy(from.getDataBuffer(), row, values, to, count);
        } else {
            values.setBytes((long) to * width, from.getDataBuffer(), (long) row * width, (long) count * width);
        }
        return isWhole;
    }

    private static void clearUnderNulls(BaseFixedWidthVector target, int first, int count) {
        int width = target.getTypeWidth();
        for (int row = first; row < first + count; row++) {
            boolean isNull = !Bits.isOne(target.getValidityBuffer(), row);
            if (isNull && width == 0) {
                BitVectorHelper.unsetBit(target.getDataBuffer(), row);
            } else if (isNull) {
                target.getDataBuffer().setZero((long) row * width, width);
            }
        }
    }

    /** Copies texts to where {@code end} bytes are used already, and returns how many are then. */
    private int copy(
            Rows source,
            BaseVariableWidthVector from,
            int row,
            BaseVariableWidthVector target,
            int to,
            int end,
            int count) {
        boolean isWhole = Bits.copy(from.getValidityBuffer(), row, target.getValidityBuffer(), to, count);
        int size = (count + 1) * OFFSET;
        if (offsets.length < size) {
            offsets = new byte[Math.max((Chunk.MAX_ROWS + 1) * OFFSET, size)];
        }
        // At once, since each look into an Arrow buffer is checked.
        from.getOffsetBuffer().getBytes((long) row * OFFSET, offsets, 0, size);
        if (!isWhole && source.mayHoldValuesUnderNulls() && hasBytesUnderNulls(from, row, count)) {
            return copyEach(from, row, target, to, end, count);
        }
        int start = offset(0);
        int length = offset(count) - start;
        for (int i = 1; i <= count; i++) {
            INTS.set(offsets, i * OFFSET, offset(i) - start + end);
        }
        target.getOffsetBuffer().setBytes((long) (to + 1) * OFFSET, offsets, OFFSET, (long) count * OFFSET);
        target.getDataBuffer().setBytes(end, from.getDataBuffer(), start, length);
        return end + length;
    }

    private int offset(int position) {
        return (int) INTS.get(offsets, position * OFFSET);
    }

    private boolean hasBytesUnderNulls(BaseVariableWidthVector from, int row, int count) {
        for (int i = 0; i < count; i++) {
            if (offset(i + 1) != offset(i) && !Bits.isOne(from.getValidityBuffer(), row + i)) {
                return true;
            }
        }
        return false;
    }

    private static int copyEach(
            BaseVariableWidthVector from, int row, BaseVariableWidthVector target, int to, int end, int count) {
        int reached = end;
        for (int i = 0; i < count; i++) {
            if (Bits.isOne(from.getValidityBuffer(), row + i)) {
                int length = from.getValueLength(row + i);
                target.getDataBuffer().setBytes(reached, from.getDataBuffer(), from.getStartOffset(row + i), length);
                reached += length;
            }
            target.getOffsetBuffer().setInt((long) (to + i + 1) * OFFSET, reached);
        }
        return reached;
    }

    /** What the texts take, and perhaps a little more. */
    private long bytes() {
        long bytes = 0;
        for (Rows source : sources) {
            if (column < source.columns().size()) {
                ArrowBuf given = source.columns().get(column).getOffsetBuffer();
                int first = 0;
                for (int run = 0; run < source.runs(); run++) {
                    int row = source.rows()[first];
                    int count = source.runEnd(run) - first;
                    bytes += given.getInt((long) (row + count) * OFFSET) - given.getInt((long) row * OFFSET);
                    first = source.runEnd(run);
                }
            }
        }
        return bytes;
    }
}
