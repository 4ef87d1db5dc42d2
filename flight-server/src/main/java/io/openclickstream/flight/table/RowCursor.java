package io.openclickstream.flight.table;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Walks once over the rows of a snapshot, a batch at a time. Does not hold the snapshot; not for several threads. */
public final class RowCursor {
    private final TableSnapshot snapshot;
    private final int maxRows;
    private final long maxBytes;
    private int part;
    private int row;

    /**
     * @param maxRows rows in a batch
     * @param maxBytes size of a batch, kept to by the average size of the rows in a chunk; one row always goes
     */
    public RowCursor(TableSnapshot snapshot, int maxRows, long maxBytes) {
        this.snapshot = snapshot;
        this.maxRows = maxRows;
        this.maxBytes = maxBytes;
    }

    /**
     * Fills the next batch into newly allocated vectors, or returns false after the last row.
     *
     * @param batch has the snapshot's schema; what it held before is released first. On failure it is empty
     */
    public boolean next(VectorSchemaRoot batch) {
        batch.clear();
        List<Rows> picked = new ArrayList<>();
        int rows = 0;
        long bytes = 0;
        while (part < snapshot.parts().size() && rows < maxRows) {
            TableSnapshot.Part from = snapshot.parts().get(part);
            long rowBytes =
                    Math.max(1, from.chunk().bufferBytes() / from.chunk().rows());
            int fitting = (int) Math.min(maxRows - rows, Math.max(rows == 0 ? 1 : 0, (maxBytes - bytes) / rowBytes));
            if (fitting <= 0) {
                break;
            }
            Rows next = Slot.liveRows(from.chunk(), from.dead(), from.live(), row, fitting);
            picked.add(next);
            rows += next.count();
            bytes += rowBytes * next.count();
            row = next.count() < fitting ? from.chunk().rows() : next.rows()[next.count() - 1] + 1;
            if (row >= from.chunk().rows()) {
                part++;
                row = 0;
            }
        }
        if (rows == 0) {
            return false;
        }
        List<FieldVector> columns = batch.getFieldVectors();
        for (int column = 0; column < columns.size(); column++) {
            Rows.copyColumn(picked, column, columns.get(column));
        }
        batch.setRowCount(rows);
        return true;
    }
}
