package io.openclickstream.flight.table;

import java.util.List;
import org.apache.arrow.memory.util.ArrowBufPointer;
import org.apache.arrow.memory.util.hash.MurmurHasher;
import org.apache.arrow.vector.ElementAddressableVector;
import org.apache.arrow.vector.FieldVector;

/** Hashes and compares the primary keys of rows where they stand, without copying them. Not for several threads. */
final class Keys {
    private static final MurmurHasher HASHER = new MurmurHasher(0x5bd1e995);

    private final List<Integer> keyColumns;
    private final ArrowBufPointer left = new ArrowBufPointer();
    private final ArrowBufPointer right = new ArrowBufPointer();

    Keys(TableSchema schema) {
        this.keyColumns = schema.keyColumns();
    }

    int hash(List<? extends FieldVector> columns, int row) {
        int hash = 0;
        for (int column : keyColumns) {
            hash = 31 * hash + columns.get(column).hashCode(row, HASHER);
        }
        return hash ^ (hash >>> 15);
    }

    boolean same(List<? extends FieldVector> a, int rowOfA, List<? extends FieldVector> b, int rowOfB) {
        for (int column : keyColumns) {
            ((ElementAddressableVector) a.get(column)).getDataPointer(rowOfA, left);
            ((ElementAddressableVector) b.get(column)).getDataPointer(rowOfB, right);
            if (!left.equals(right)) {
                return false;
            }
        }
        return true;
    }
}
