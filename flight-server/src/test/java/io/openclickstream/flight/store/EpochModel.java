package io.openclickstream.flight.store;

import io.openclickstream.flight.table.Clicks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What the tables of a lineage must be: a list of all that was put and not taken back, and the epochs committed. */
final class EpochModel {
    private final int epochsKept;
    private final List<Put> puts = new ArrayList<>();
    private final List<Long> kept = new ArrayList<>();
    private long committed;

    /** Rows that a subtask has put to a table in an epoch. */
    record Put(String table, String writer, int subtask, int parallelism, long epoch, List<Clicks> rows) {}

    EpochModel(int epochsKept) {
        this.epochsKept = epochsKept;
    }

    void put(Put put) {
        puts.add(put);
    }

    /** All rows of a table with these keys are gone, whatever was put of them. */
    void erase(String table, Predicate<String> keys) {
        puts.replaceAll(put -> put.table().equals(table)
                ? new Put(
                        table,
                        put.writer(),
                        put.subtask(),
                        put.parallelism(),
                        put.epoch(),
                        put.rows().stream().filter(row -> !keys.test(row.key())).toList())
                : put);
    }

    /** A job goes back: all of these puts that are later than the epoch are gone. */
    void takeBack(long epoch, Predicate<Put> whose) {
        puts.removeIf(put -> put.epoch() > epoch && whose.test(put));
    }

    void commit(long epoch) {
        if (epoch > committed) {
            committed = epoch;
            keep(epoch);
        }
    }

    /** Whether the job may go back there. */
    boolean isKept(long epoch) {
        return epoch >= committed || (!kept.isEmpty() && epoch >= kept.get(0));
    }

    void rewind(long epoch) {
        if (epoch < committed) {
            takeBack(epoch, put -> true);
            kept.removeIf(each -> each > epoch);
            committed = epoch;
            if (!kept.contains(epoch)) {
                keep(epoch);
            }
        }
    }

    long committed() {
        return committed;
    }

    List<Long> kept() {
        return kept;
    }

    /** Rows of a table with all puts up to an epoch, as {@link Clicks#read} shows them, sorted. */
    List<String> rows(String table, long upToEpoch) {
        Map<String, Clicks> rows = new TreeMap<>();
        puts.stream()
                .filter(put -> put.table().equals(table) && put.epoch() <= upToEpoch)
                .sorted(Comparator.comparingLong(Put::epoch))
                .flatMap(put -> put.rows().stream())
                .forEach(row -> {
                    rows.remove(row.key());
                    if (!row.delete()) {
                        rows.put(row.key(), row);
                    }
                });
        return rows.values().stream()
                .map(row -> row.key() + "@" + row.timeMillis() + "=" + row.value())
                .sorted()
                .toList();
    }

    private void keep(long epoch) {
        kept.add(epoch);
        if (kept.size() > epochsKept) {
            kept.remove(0);
        }
    }
}
