package io.openclickstream.flight.store;

import io.openclickstream.flight.table.TableSnapshot;
import java.util.List;

/**
 * What it takes to go on from a {@link Position}; closed by whoever has asked.
 *
 * @param base the committed view as of the position's epoch
 * @param touched rows whose keys were put or taken back since, in any of their versions: of them the holder of the position
 *     may have any, or none
 * @param now the view as it is now
 */
public record Resumption(TableSnapshot base, List<TableSnapshot> touched, TableSnapshot now) implements AutoCloseable {
    @Override
    public void close() {
        base.close();
        touched.forEach(TableSnapshot::close);
        now.close();
    }
}
