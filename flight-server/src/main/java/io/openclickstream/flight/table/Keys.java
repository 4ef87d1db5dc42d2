package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.RowHashes;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.ByteFunctionHelpers;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;

/** Hashes and compares the primary keys of rows where they stand, without copying them. No part of a key is null. */
final class Keys {
    private static final int OFFSET = BaseVariableWidthVector.OFFSET_WIDTH;

    private final int[] keyColumns;

    Keys(TableSchema schema) {
        this.keyColumns =
                schema.keyColumns().stream().mapToInt(Integer::intValue).toArray();
    }

    /** The hashes of the keys of all rows of a batch, in their order. */
    int[] hashes(List<? extends FieldVector> columns, int rows) {
        List<FieldVector> keys = new ArrayList<>();
        for (int column : keyColumns) {
            keys.add(columns.get(column));
        }
        long[] hashes = RowHashes.of(keys, rows);
        int[] folded = new int[rows];
        for (int row = 0; row < rows; row++) {
            folded[row] = (int) hashes[row];
        }
        return folded;
    }

    boolean same(List<? extends FieldVector> a, int rowOfA, List<? extends FieldVector> b, int rowOfB) {
        for (int column : keyColumns) {
            if (!same(a.get(column), rowOfA, b.get(column), rowOfB)) {
                return false;
            }
        }
        return true;
    }

    private static boolean same(FieldVector a, int rowOfA, FieldVector b, int rowOfB) {
        if (a instanceof BaseFixedWidthVector values) {
            int width = values.getTypeWidth();
            return same(a.getDataBuffer(), (long) rowOfA * width, b.getDataBuffer(), (long) rowOfB * width, width);
        }
        ArrowBuf offsetsOfA = a.getOffsetBuffer();
        ArrowBuf offsetsOfB = b.getOffsetBuffer();
        int fromA = offsetsOfA.getInt((long) rowOfA * OFFSET);
        int fromB = offsetsOfB.getInt((long) rowOfB * OFFSET);
        int length = offsetsOfA.getInt((rowOfA + 1L) * OFFSET) - fromA;
        return length == offsetsOfB.getInt((rowOfB + 1L) * OFFSET) - fromB
                && same(a.getDataBuffer(), fromA, b.getDataBuffer(), fromB, length);
    }

    private static boolean same(ArrowBuf a, long fromA, ArrowBuf b, long fromB, int length) {
        if (length == Long.BYTES) {
            return a.getLong(fromA) == b.getLong(fromB);
        }
        return ByteFunctionHelpers.equal(a, fromA, fromA + length, b, fromB, fromB + length) != 0;
    }
}
