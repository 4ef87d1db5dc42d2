package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.ledger.LedgerEntry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts what one subtask saw between two checkpoints, per Kafka partition. Its operator takes the counts out just before
 * each barrier, so it needs no state, and the ledger costs one record per partition and checkpoint instead of one per
 * click.
 */
final class LedgerTally {
    private static final class Counts {
        final String topic;
        final int partition;
        long fromOffset = LedgerEntry.NO_OFFSET;
        long toOffset;
        long received;
        long accepted;
        long duplicate;
        long late;
        long malformed;
        long future;
        long filtered;
        long ingestionTimeMillis;

        Counts(SourcePosition position) {
            topic = position.topic();
            partition = position.partition();
        }

        boolean areOf(SourcePosition position) {
            return partition == position.partition() && topic.equals(position.topic());
        }

        void ended(Outcome outcome) {
            switch (outcome) {
                case ACCEPTED -> accepted++;
                case DUPLICATE -> duplicate++;
                case LATE -> late++;
                case MALFORMED -> malformed++;
                case FUTURE -> future++;
                case FILTERED -> filtered++;
            }
        }

        LedgerEntry entry(long epoch) {
            return new LedgerEntry(
                    topic,
                    partition,
                    epoch,
                    fromOffset,
                    toOffset,
                    received,
                    accepted,
                    duplicate,
                    late,
                    malformed,
                    future,
                    filtered,
                    ingestionTimeMillis);
        }
    }

    // A subtask reads a handful of partitions, and mostly the same one as just before.
    private final List<Counts> partitions = new ArrayList<>();
    private @Nullable Counts latest;

    /** Counts a record that was read. */
    void received(SourcePosition position) {
        Counts counts = of(position);
        counts.received++;
        counts.fromOffset = Math.min(counts.fromOffset, position.offset());
        counts.toOffset = Math.max(counts.toOffset, position.offset() + 1);
        counts.ingestionTimeMillis = Math.max(counts.ingestionTimeMillis, position.ingestionTimeMillis());
    }

    /** Counts what became of a record. */
    void ended(SourcePosition position, Outcome outcome) {
        of(position).ended(outcome);
    }

    /** The counts since the last time, one entry per partition; afterwards nothing is counted. */
    List<LedgerEntry> drain(long epoch) {
        List<LedgerEntry> entries =
                partitions.stream().map(counts -> counts.entry(epoch)).toList();
        partitions.clear();
        latest = null;
        return entries;
    }

    private Counts of(SourcePosition position) {
        if (latest != null && latest.areOf(position)) {
            return latest;
        }
        for (Counts counts : partitions) {
            if (counts.areOf(position)) {
                latest = counts;
                return counts;
            }
        }
        latest = new Counts(position);
        partitions.add(latest);
        return latest;
    }
}
