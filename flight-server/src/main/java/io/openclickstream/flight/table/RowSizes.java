package io.openclickstream.flight.table;

import java.util.List;
import org.apache.arrow.vector.FieldVector;

/**
 * What a row takes in a batch, in bytes. Where rows are chosen, it is counted from the row alone, so that nothing can be
 * learnt from it about its neighbours; where all rows go, the average of its chunk is quicker.
 */
final class RowSizes {
    private final Selection selection;

    RowSizes(Selection selection) {
        this.selection = selection;
    }

    long of(Chunk chunk, int row) {
        return selection.isEveryRow() ? Math.max(1, chunk.bufferBytes() / chunk.rows()) : exactly(chunk.columns(), row);
    }

    private long exactly(List<? extends FieldVector> columns, int row) {
        long bytes = 0;
        for (int column : selection.columns()) {
            bytes += 1;
            if (column < columns.size()) {
                bytes += Rows.bytesOf(columns.get(column), row);
            }
        }
        return bytes;
    }
}
