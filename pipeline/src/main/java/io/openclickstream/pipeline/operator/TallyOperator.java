package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the counts of one subtask between two checkpoints and sends one entry per Kafka partition just before each
 * barrier. So it needs no state, and the ledger costs one record per partition and checkpoint instead of one per click.
 */
public final class TallyOperator extends AbstractStreamOperator<LedgerEntry>
        implements OneInputStreamOperator<LedgerEntry, LedgerEntry> {
    private static final long serialVersionUID = 1L;

    private transient @Nullable Map<PartitionKey, LedgerEntry> tallies;
    private transient long lastEpoch;

    @Override
    public void open() throws Exception {
        super.open();
        tallies = new HashMap<>();
    }

    @Override
    public void processElement(StreamRecord<LedgerEntry> element) {
        LedgerEntry entry = element.getValue();
        tallies().merge(new PartitionKey(entry.topic(), entry.partition()), entry, LedgerEntry::plus);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        send(checkpointId);
    }

    @Override
    public void finish() {
        send(lastEpoch + 1);
    }

    private void send(long epoch) {
        lastEpoch = epoch;
        tallies().values().forEach(entry -> output.collect(new StreamRecord<>(entry.at(epoch))));
        tallies().clear();
    }

    private Map<PartitionKey, LedgerEntry> tallies() {
        if (tallies == null) {
            throw new IllegalStateException("The operator was not opened.");
        }
        return tallies;
    }
}
