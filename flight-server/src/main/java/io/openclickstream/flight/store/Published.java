package io.openclickstream.flight.store;

import io.openclickstream.flight.table.Lineage;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.flight.table.Table;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.flight.table.Tables;
import io.openclickstream.flight.table.ViewFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The latest durable snapshots of all tables in all views, for any thread to take a reference to. They change together. */
final class Published implements AutoCloseable {
    private Map<String, Views> lineages = Map.of();
    private String served = "";

    /** Snapshots of the tables of a lineage, each holding a reference. */
    private record Views(
            LineageFacts facts, Map<String, TableSnapshot> live, Map<Long, Map<String, TableSnapshot>> committed) {
        void close() {
            live.values().forEach(TableSnapshot::close);
            committed.values().forEach(tables -> tables.values().forEach(TableSnapshot::close));
        }
    }

    /** Publishes all tables as they are now. For the writer. */
    void publish(Tables tables) {
        publish(tables, lineages);
    }

    /** Publishes other tables than before, however much they look like them. For the writer. */
    void replace(Tables tables) {
        publish(tables, Map.of());
    }

    private void publish(Tables tables, Map<String, Views> known) {
        Map<String, Views> now = new TreeMap<>();
        for (Lineage lineage : tables.lineages()) {
            now.put(lineage.id(), views(lineage, tables.served(), known.get(lineage.id())));
        }
        Map<String, Views> before;
        synchronized (this) {
            before = lineages;
            lineages = now;
            served = tables.served();
        }
        before.values().forEach(Views::close);
    }

    /** Names of the tables of the served lineage, sorted. */
    synchronized List<String> names() {
        Views views = lineages.get(served);
        return views == null ? List.of() : List.copyOf(views.live().keySet());
    }

    synchronized List<LineageFacts> lineages() {
        return lineages.values().stream().map(Views::facts).toList();
    }

    /**
     * A reference to what a reader asks for, for the caller to close.
     *
     * @throws Refused UNKNOWN_TABLE when there is no such table, epoch or lineage; the message says what there is
     */
    synchronized TableSnapshot find(TableView view) throws Refused {
        String wanted = view.lineage();
        Views views = lineages.get(wanted == null ? served : wanted);
        if (views == null && wanted != null) {
            throw unknown("There is no lineage %s here. There are: %s.".formatted(wanted, lineages.keySet()));
        }
        TableSnapshot live = views == null ? null : views.live().get(view.table());
        if (views == null || live == null) {
            throw unknown("There is no table '%s'. %s".formatted(view.table(), tablesThereAre(views)));
        }
        if (!view.isCommitted()) {
            return live.retain();
        }
        List<Long> kept = views.facts().keptEpochs();
        Long epoch = view.epoch() != null || kept.isEmpty() ? view.epoch() : kept.get(kept.size() - 1);
        TableSnapshot committed = epoch == null
                ? null
                : views.committed().getOrDefault(epoch, Map.of()).get(view.table());
        if (committed == null) {
            throw unknown(
                    kept.isEmpty()
                            ? "Table %s has no committed view yet; wait for the job's next checkpoint, or read the live view."
                                    .formatted(view.table())
                            : "Table %s is not kept as of epoch %s. Epochs kept are %s; the table may be in the later ones only."
                                    .formatted(view.table(), epoch, kept));
        }
        return committed.retain();
    }

    @Override
    public synchronized void close() {
        lineages.values().forEach(Views::close);
        lineages = Map.of();
    }

    private static Views views(Lineage lineage, String served, @Nullable Views before) {
        Map<String, TableSnapshot> live = new TreeMap<>();
        Map<Long, Map<String, TableSnapshot>> committed = new TreeMap<>();
        ViewFacts facts = lineage.liveFacts();
        for (Table table : lineage.tables().values()) {
            TableSnapshot known = before == null ? null : before.live().get(table.name());
            boolean isSame = known != null
                    && known.state().equals(table.state())
                    && known.view().equals(facts)
                    && known.tableSchema().schema().equals(table.schema().schema());
            live.put(table.name(), known != null && isSame ? known.retain() : table.snapshot(facts));
            table.committed().forEach((epoch, snapshot) -> committed
                    .computeIfAbsent(epoch, e -> new TreeMap<>())
                    .put(table.name(), snapshot.retain()));
        }
        var told = new LineageFacts(
                lineage.id(), lineage.id().equals(served), lineage.committedEpoch(), List.copyOf(lineage.keptEpochs()));
        return new Views(told, live, committed);
    }

    private static String tablesThereAre(@Nullable Views views) {
        List<String> names =
                new ArrayList<>(views == null ? List.of() : views.live().keySet());
        return names.isEmpty()
                ? "No table has been put yet; start the job, or wait for its first rows."
                : "There are: " + String.join(", ", names) + ".";
    }

    private static Refused unknown(String message) {
        return new Refused(Reason.UNKNOWN_TABLE, message);
    }
}
