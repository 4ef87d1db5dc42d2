package io.openclickstream.flight.table;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Walks once over the rows of a snapshot, a batch at a time. Does not hold the snapshot; not for several threads. */
public final class RowCursor {
    private final Selection selection;
    private final RowSizes sizes;
    private final PickedRows picked;
    private final int maxRows;
    private final long maxBytes;

    /** A cursor over all rows and columns as they are kept; see the other constructor. */
    public RowCursor(TableSnapshot snapshot, int maxRows, long maxBytes) {
        this(snapshot, Selection.everything(snapshot.tableSchema()), maxRows, maxBytes);
    }

    /**
     * @param selection of this snapshot's table
     * @param maxRows rows in a batch
     * @param maxBytes size of a batch, kept to by the size of its rows where only some are chosen, and else by the average
     *     size of the rows in a chunk; one row always goes
     */
    public RowCursor(TableSnapshot snapshot, Selection selection, int maxRows, long maxBytes) {
        this.selection = selection;
        this.sizes = new RowSizes(selection);
        this.picked = new PickedRows(snapshot.parts(), selection);
        this.maxRows = maxRows;
        this.maxBytes = maxBytes;
    }

    /**
     * Fills the next batch into newly allocated vectors, or returns false after the last row.
     *
     * @param batch has the selection's columns; what it held before is released first. On failure it is empty
     */
    public boolean next(VectorSchemaRoot batch) {
        return next(batch, maxBytes);
    }

    /**
     * The same, with a batch of another size.
     *
     * @param mostBytes as {@code maxBytes}, for this batch alone
     */
    public boolean next(VectorSchemaRoot batch, long mostBytes) {
        batch.clear();
        List<Rows> taken = new ArrayList<>();
        int rows = 0;
        long bytes = 0;
        while (rows < maxRows && picked.hasNext()) {
            Rows run = picked.run(maxRows - rows);
            int fitting = 0;
            while (fitting < run.count()) {
                long size = sizes.of(picked.chunk(), run.rows()[fitting]);
                if (bytes + size > mostBytes && rows + fitting > 0) {
                    break;
                }
                bytes += size;
                fitting++;
            }
            taken.add(new Rows(run.columns(), run.rows(), fitting));
            picked.skip(fitting);
            rows += fitting;
            if (fitting < run.count()) {
                break;
            }
        }
        if (rows == 0) {
            return false;
        }
        List<FieldVector> columns = batch.getFieldVectors();
        for (int i = 0; i < columns.size(); i++) {
            Rows.copyColumn(taken, selection.columns().get(i), columns.get(i));
        }
        batch.setRowCount(rows);
        return true;
    }
}
