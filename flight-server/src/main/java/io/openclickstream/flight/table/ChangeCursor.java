package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.Change;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Walks once over changes, a batch at a time. Each batch has the chosen columns and {@code _op} last; a row that deletes
 * has its primary key and nothing else. Whoever uses it holds the snapshots. Not for several threads.
 */
public final class ChangeCursor {
    private final Selection selection;
    private final RowSizes sizes;
    private final Iterator<Changes.Run> runs;
    private Changes.@Nullable Run run;
    private int taken;
    /** Rows of the next batch while there was no memory for it. */
    private List<Changes.Run> picked = List.of();

    private int pickedRows;

    /** Before the first change. */
    public ChangeCursor(Changes changes) {
        this.selection = changes.selection();
        this.sizes = new RowSizes(selection);
        this.runs = changes.runs();
    }

    /** Whether {@link #next} gives another batch. */
    public boolean hasNext() {
        return pickedRows > 0 || hasNextRow();
    }

    private boolean hasNextRow() {
        while ((run == null || taken == run.rows().count()) && runs.hasNext()) {
            run = runs.next();
            taken = 0;
        }
        return run != null && taken < run.rows().count();
    }

    /**
     * Fills the next batch into newly allocated vectors. Bounds as for {@link RowCursor}.
     *
     * @param batch has the fields of {@link Selection#changeFields}; empty, and empty again on failure; the next call
     *     then tries the same rows again
     */
    public void next(VectorSchemaRoot batch, int maxRows, long maxBytes) {
        if (pickedRows == 0) {
            pick(maxRows, maxBytes);
        }
        fill(batch, picked, pickedRows);
        picked = List.of();
        pickedRows = 0;
    }

    private void pick(int maxRows, long maxBytes) {
        picked = new ArrayList<>();
        int rows = 0;
        long bytes = 0;
        boolean isFull = false;
        while (!isFull && rows < maxRows && hasNextRow() && run != null) {
            Rows all = run.rows();
            int end = taken;
            while (end < all.count() && rows < maxRows) {
                long size = sizes.of(run.chunk(), all.rows()[end]);
                isFull = bytes + size > maxBytes && rows > 0;
                if (isFull) {
                    break;
                }
                bytes += size;
                rows++;
                end++;
            }
            if (end > taken) {
                int[] part = Arrays.copyOfRange(all.rows(), taken, end);
                picked.add(new Changes.Run(run.chunk(), new Rows(all.columns(), part, part.length), run.areDeletes()));
            }
            taken = end;
        }
        pickedRows = rows;
    }

    private void fill(VectorSchemaRoot batch, List<Changes.Run> picked, int rows) {
        try {
            List<FieldVector> columns = batch.getFieldVectors();
            for (int i = 0; i < selection.columns().size(); i++) {
                int column = selection.columns().get(i);
                boolean isKey = selection.schema().keyColumns().contains(column);
                List<Rows> sources = picked.stream()
                        .map(each -> isKey ? each.rows() : withoutDeletes(each))
                        .toList();
                Rows.copyColumn(sources, column, columns.get(i));
            }
            TinyIntVector codes = (TinyIntVector) columns.get(columns.size() - 1);
            codes.allocateNew(rows);
            int to = 0;
            for (Changes.Run each : picked) {
                byte code = (each.areDeletes() ? Change.DELETE : Change.UPSERT).code();
                for (int i = 0; i < each.rows().count(); i++) {
                    codes.set(to++, code);
                }
            }
            codes.setValueCount(rows);
            batch.setRowCount(rows);
        } catch (RuntimeException | Error e) {
            batch.clear();
            throw e;
        }
    }

    private static Rows withoutDeletes(Changes.Run run) {
        return run.areDeletes()
                ? new Rows(List.of(), run.rows().rows(), run.rows().count())
                : run.rows();
    }
}
