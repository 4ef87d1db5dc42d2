package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what all subtasks counted in an epoch: just before each barrier it sends one step per Kafka partition
 * that was read in it, and aside the partition's total so far. In what it sends {@code received} is always the sum of the
 * outcomes: with aligned checkpoints every tally of an epoch has arrived by then. Only when a bounded input ends may
 * outcomes come an epoch after their records; then the step waits for them and covers both epochs.
 */
public final class LedgerOperator extends AbstractStreamOperator<LedgerEntry>
        implements OneInputStreamOperator<LedgerEntry, LedgerEntry> {
    private static final long serialVersionUID = 1L;

    /** The totals of the partitions whose step is sent. */
    public static final OutputTag<LedgerEntry> TOTALS =
            new OutputTag<>("totals", TypeInformation.of(LedgerEntry.class));

    private transient ValueState<LedgerEntry> steps;
    private transient ValueState<LedgerEntry> totals;
    private transient Set<PartitionKey> counted;

    @SuppressWarnings("NullAway.Init") // Flink calls open before the first entry
    public LedgerOperator() {}

    @Override
    public void open() throws Exception {
        super.open();
        steps = getRuntimeContext().getState(new ValueStateDescriptor<>("step", TypeInformation.of(LedgerEntry.class)));
        totals = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("total", TypeInformation.of(LedgerEntry.class)));
        counted = new LinkedHashSet<>();
    }

    @Override
    public void processElement(StreamRecord<LedgerEntry> element) throws Exception {
        LedgerEntry entry = element.getValue();
        steps.update(sum(steps.value(), entry));
        totals.update(sum(totals.value(), entry));
        counted.add(new PartitionKey(entry.topic(), entry.partition()));
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        send(false);
    }

    @Override
    public void finish() throws Exception {
        send(true);
    }

    private void send(boolean isEnd) throws Exception {
        for (Iterator<PartitionKey> partitions = counted.iterator(); partitions.hasNext(); ) {
            setCurrentKey(partitions.next());
            LedgerEntry step = steps.value();
            if (isEnd || step.received() == step.outcomes()) {
                output.collect(new StreamRecord<>(step));
                output.collect(TOTALS, new StreamRecord<>(totals.value()));
                steps.clear();
                partitions.remove();
            }
        }
    }

    private static LedgerEntry sum(@Nullable LedgerEntry known, LedgerEntry entry) {
        return known == null ? entry : known.plus(entry);
    }
}
