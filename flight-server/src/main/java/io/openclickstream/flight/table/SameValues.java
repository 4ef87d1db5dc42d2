package io.openclickstream.flight.table;

import java.util.List;
import org.apache.arrow.memory.util.ArrowBufPointer;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.ElementAddressableVector;
import org.apache.arrow.vector.FieldVector;

/** Tells whether two rows have the same values in the chosen columns. Not for several threads. */
final class SameValues {
    private final List<Integer> columnsOfFirst;
    private final List<Integer> columnsOfSecond;
    private final ArrowBufPointer left = new ArrowBufPointer();
    private final ArrowBufPointer right = new ArrowBufPointer();

    /** For rows of two tables with the same chosen columns, which may stand at different places. */
    SameValues(Selection first, Selection second) {
        this.columnsOfFirst = first.columns();
        this.columnsOfSecond = second.columns();
    }

    boolean test(
            List<? extends FieldVector> first, int rowOfFirst, List<? extends FieldVector> second, int rowOfSecond) {
        for (int i = 0; i < columnsOfFirst.size(); i++) {
            if (!same(first, columnsOfFirst.get(i), rowOfFirst, second, columnsOfSecond.get(i), rowOfSecond)) {
                return false;
            }
        }
        return true;
    }

    /** A column that a chunk does not have yet holds nulls. */
    private boolean same(
            List<? extends FieldVector> a,
            int columnOfA,
            int rowOfA,
            List<? extends FieldVector> b,
            int columnOfB,
            int rowOfB) {
        boolean isNullInA = columnOfA >= a.size() || a.get(columnOfA).isNull(rowOfA);
        boolean isNullInB = columnOfB >= b.size() || b.get(columnOfB).isNull(rowOfB);
        if (isNullInA || isNullInB) {
            return isNullInA == isNullInB;
        }
        if (a.get(columnOfA) instanceof BitVector bits) {
            return bits.get(rowOfA) == ((BitVector) b.get(columnOfB)).get(rowOfB);
        }
        ((ElementAddressableVector) a.get(columnOfA)).getDataPointer(rowOfA, left);
        ((ElementAddressableVector) b.get(columnOfB)).getDataPointer(rowOfB, right);
        return left.equals(right);
    }
}
