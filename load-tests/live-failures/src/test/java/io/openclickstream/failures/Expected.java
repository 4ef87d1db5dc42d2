package io.openclickstream.failures;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What readers must see: a list of all rows that were fed and not gone back behind, each with the checkpoint whose
 * barrier came after it, and the epochs that were committed. Knows nothing of the protocol.
 */
final class Expected {
    private static final long NO_BARRIER_YET = Long.MAX_VALUE;

    private final int epochsKept;
    private final List<Fed> fed = new ArrayList<>();
    private final List<Long> kept = new ArrayList<>();
    private long committed;

    private static final class Fed {
        private final Object task;
        private final Row row;
        private long epoch = NO_BARRIER_YET;

        Fed(Object task, Row row) {
            this.task = task;
            this.row = row;
        }
    }

    Expected(int epochsKept) {
        this.epochsKept = epochsKept;
    }

    /** A task is fed a row. */
    void feed(Object task, Row row) {
        fed.add(new Fed(task, row));
    }

    /** A barrier has passed a task. */
    void barrier(Object task, long epoch) {
        for (Fed each : fed) {
            if (each.task == task && each.epoch == NO_BARRIER_YET) {
                each.epoch = epoch;
            }
        }
    }

    void commit(long epoch) {
        if (epoch > committed) {
            committed = epoch;
            keep(epoch);
        }
    }

    /** Whether a job may go back there. */
    boolean isKept(long epoch) {
        return epoch >= committed || (!kept.isEmpty() && epoch >= kept.get(0));
    }

    /** The job was restored from a checkpoint: what came after it has never been. */
    void backTo(long epoch) {
        fed.removeIf(each -> each.epoch > epoch);
        if (epoch < committed) {
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
        return List.copyOf(kept);
    }

    List<String> live(String table) {
        return rows(table, NO_BARRIER_YET);
    }

    List<String> committed(String table, long epoch) {
        return rows(table, epoch);
    }

    private List<String> rows(String table, long upToEpoch) {
        Map<String, String> rows = new TreeMap<>();
        for (Fed each : fed) {
            if (each.epoch <= upToEpoch && each.row.table().equals(table)) {
                rows.remove(each.row.key());
                if (!each.row.isDelete()) {
                    rows.put(each.row.key(), each.row.text());
                }
            }
        }
        return rows.values().stream().sorted().toList();
    }

    private void keep(long epoch) {
        kept.add(epoch);
        if (kept.size() > epochsKept) {
            kept.remove(0);
        }
    }
}
