package io.openclickstream.flight.store;

import io.openclickstream.flight.table.Table;
import io.openclickstream.flight.table.TableSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The latest durable snapshot of each table, for any thread to take a reference to. */
final class Published implements AutoCloseable {
    private final SortedMap<String, TableSnapshot> snapshots = new TreeMap<>();

    /** Publishes a table as it is now, unless that is what is published already. For the writer. */
    void publish(Table table) {
        TableSnapshot before;
        synchronized (this) {
            before = snapshots.get(table.name());
        }
        if (before != null
                && before.state().equals(table.state())
                && before.tableSchema().schema().equals(table.schema().schema())) {
            return;
        }
        TableSnapshot now = table.snapshot();
        synchronized (this) {
            snapshots.put(table.name(), now);
        }
        if (before != null) {
            before.close();
        }
    }

    synchronized List<String> names() {
        return List.copyOf(snapshots.keySet());
    }

    /** A reference to the snapshot of a table, for the caller to close; null when there is no such table. */
    synchronized @Nullable TableSnapshot find(String table) {
        TableSnapshot snapshot = snapshots.get(table);
        return snapshot == null ? null : snapshot.retain();
    }

    /** References to all snapshots, for the caller to close. */
    synchronized List<TableSnapshot> all() {
        List<TableSnapshot> all = new ArrayList<>();
        snapshots.values().forEach(snapshot -> all.add(snapshot.retain()));
        return all;
    }

    @Override
    public synchronized void close() {
        snapshots.values().forEach(TableSnapshot::close);
        snapshots.clear();
    }
}
