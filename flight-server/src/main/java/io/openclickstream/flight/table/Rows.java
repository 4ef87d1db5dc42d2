package io.openclickstream.flight.table;

import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;

/** Some rows of a list of columns, to be copied elsewhere; it lives for one copy. */
final class Rows {
    private final List<? extends FieldVector> columns;
    private final int[] rows;
    private final int count;
    /** Where each run of rows that stand one after the other ends, as positions in {@link #rows}. */
    private final int[] runEnds;

    private final int runs;
    private final boolean mayHoldValuesUnderNulls;

    /**
     * Rows of a chunk, or of no columns at all.
     *
     * @param columns the columns they stand in
     * @param rows their positions, in the order in which they are copied
     * @param count how many of {@code rows} are used
     */
    Rows(List<? extends FieldVector> columns, int[] rows, int count) {
        this(columns, rows, count, false);
    }

    /** Rows of a batch that somebody else has made, who may have left anything under its nulls. */
    static Rows ofBatch(List<? extends FieldVector> columns, int[] rows) {
        return new Rows(columns, rows, rows.length, true);
    }

    private Rows(List<? extends FieldVector> columns, int[] rows, int count, boolean mayHoldValuesUnderNulls) {
        this.columns = columns;
        this.rows = rows;
        this.count = count;
        this.mayHoldValuesUnderNulls = mayHoldValuesUnderNulls;
        int[] ends = new int[8];
        int found = 0;
        for (int i = 1; i <= count; i++) {
            if (i == count || rows[i] != rows[i - 1] + 1) {
                ends = found == ends.length ? Arrays.copyOf(ends, found * 2) : ends;
                ends[found++] = i;
            }
        }
        runEnds = ends;
        runs = found;
    }

    List<? extends FieldVector> columns() {
        return columns;
    }

    int[] rows() {
        return rows;
    }

    int count() {
        return count;
    }

    /** Whether something may stand under a null that must not be copied; never so in a chunk. */
    boolean mayHoldValuesUnderNulls() {
        return mayHoldValuesUnderNulls;
    }

    /** In how many pieces of neighbours the rows come. */
    int runs() {
        return runs;
    }

    /** Where a run ends, as a position in {@link #rows}; the next one begins there. */
    int runEnd(int run) {
        return runEnds[run];
    }

    /**
     * Copies one column of all these rows, one after the other, into a vector that is sized to fit. Columns that a
     * source does not have yet are filled with nulls.
     *
     * @param target an empty vector of the column's type; on failure it holds no memory
     */
    static void copyColumn(List<Rows> sources, int column, FieldVector target) {
        int total = 0;
        for (Rows source : sources) {
            total += source.count;
        }
        try {
            if (target instanceof BaseVariableWidthVector texts) {
                new ColumnCopy(sources, column).into(texts, total);
            } else if (target instanceof BaseFixedWidthVector fixed) {
                new ColumnCopy(sources, column).into(fixed, total);
            } else if (target instanceof BaseLargeVariableWidthVector texts) {
                copyEach(sources, column, texts, total);
            } else {
                throw new IllegalStateException("not a flat column: " + target.getField());
            }
        } catch (RuntimeException | Error e) {
            target.close();
            throw e;
        }
    }

    /** Copies all columns into new vectors; on failure nothing stays allocated. */
    static List<FieldVector> copy(List<Rows> sources, TableSchema schema, BufferAllocator allocator) {
        List<FieldVector> columns = schema.schema().getFields().stream()
                .map(field -> field.createVector(allocator))
                .toList();
        try {
            for (int column = 0; column < columns.size(); column++) {
                copyColumn(sources, column, columns.get(column));
            }
            return columns;
        } catch (RuntimeException | Error e) {
            columns.forEach(FieldVector::close);
            throw e;
        }
    }

    /** What one value takes in a batch, in bytes, without its bit that says whether it is null. */
    static long bytesOf(FieldVector column, int row) {
        if (column instanceof BaseFixedWidthVector fixed) {
            return Math.max(1, fixed.getTypeWidth());
        }
        return lengthOf(column, row) + (column instanceof BaseVariableWidthVector ? 4 : 8);
    }

    private static void copyEach(List<Rows> sources, int column, BaseLargeVariableWidthVector target, int total) {
        target.allocateNew(bytesOf(sources, column), total);
        int to = 0;
        for (Rows source : sources) {
            if (column < source.columns.size()) {
                FieldVector from = source.columns.get(column);
                for (int i = 0; i < source.count; i++) {
                    target.copyFromSafe(source.rows[i], to + i, from);
                }
            }
            to += source.count;
        }
        target.setValueCount(total);
    }

    private static long bytesOf(List<Rows> sources, int column) {
        long bytes = 0;
        for (Rows source : sources) {
            if (column < source.columns.size()) {
                FieldVector from = source.columns.get(column);
                for (int i = 0; i < source.count; i++) {
                    bytes += lengthOf(from, source.rows[i]);
                }
            }
        }
        return bytes;
    }

    private static long lengthOf(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return 0;
        }
        return vector instanceof BaseVariableWidthVector text
                ? text.getValueLength(row)
                : ((BaseLargeVariableWidthVector) vector).getValueLength(row);
    }
}
