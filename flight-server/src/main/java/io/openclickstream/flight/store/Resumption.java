package io.openclickstream.flight.store;

import io.openclickstream.flight.table.TableSnapshot;
import java.util.List;

/**
 * What it takes to go on from a {@link Position}; closed by whoever has asked.
 *
 * @param base the committed view as of the position's epoch
 * @param deleted keys that may have been there at the position, as far as they were deleted since
 * @param now the view as it is now
 */
public record Resumption(TableSnapshot base, List<TableSnapshot> deleted, TableSnapshot now) implements AutoCloseable {
    @Override
    public void close() {
        base.close();
        deleted.forEach(TableSnapshot::close);
        now.close();
    }
}
