package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what all subtasks counted in an epoch: just before each barrier it sends one step per Kafka partition,
 * and aside the totals so far of those that were read in it. In what it sends {@code received} is always the sum of the
 * outcomes: with aligned checkpoints every tally of an epoch has arrived by then. Only when a bounded input ends may
 * outcomes come an epoch after their records; then the step waits for them and covers both epochs.
 *
 * <p>A step says how far event time was complete. This operator's watermark is at most that of every operator it hears
 * from, and theirs at most that of the operators behind them: what becomes final by then is in the same epoch. Where
 * event time moved on and nothing was read, a step without records says so.
 */
public final class LedgerOperator extends WholeInputOperator<LedgerEntry>
        implements OneInputStreamOperator<LedgerEntry, LedgerEntry> {
    private static final long serialVersionUID = 1L;

    /** The totals of the partitions whose step is sent. */
    public static final OutputTag<LedgerEntry> TOTALS =
            new OutputTag<>("totals", TypeInformation.of(LedgerEntry.class));

    private transient ValueState<LedgerEntry> steps;
    private transient ValueState<LedgerEntry> totals;
    private transient Set<PartitionKey> partitions;
    private transient long lastEpoch;
    private transient long completeThroughMillis;
    private transient boolean isDrained;
    private transient boolean hasMoved;

    @SuppressWarnings("NullAway.Init") // Flink calls open before the first entry
    public LedgerOperator() {}

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        lastEpoch = context.getRestoredCheckpointId().orElse(0);
    }

    @Override
    public void open() throws Exception {
        super.open();
        steps = getRuntimeContext().getState(new ValueStateDescriptor<>("step", TypeInformation.of(LedgerEntry.class)));
        totals = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("total", TypeInformation.of(LedgerEntry.class)));
        partitions = new LinkedHashSet<>();
        try (Stream<PartitionKey> known =
                this.<PartitionKey>getKeyedStateBackend().getKeys("total", VoidNamespace.INSTANCE)) {
            known.forEach(partitions::add);
        }
        completeThroughMillis = LedgerEntry.NOT_KNOWN;
    }

    @Override
    public void processElement(StreamRecord<LedgerEntry> element) throws Exception {
        LedgerEntry entry = element.getValue();
        steps.update(sum(steps.value(), entry));
        totals.update(sum(totals.value(), entry));
        partitions.add(new PartitionKey(entry.topic(), entry.partition()));
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (mark.getTimestamp() != Long.MAX_VALUE) {
            completeThroughMillis = mark.getTimestamp();
            hasMoved = true;
        }
        super.processWatermark(mark);
    }

    @Override
    public void endInput() throws Exception {
        isDrained = true;
        hasMoved = true;
        super.endInput();
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        send(checkpointId, false);
    }

    @Override
    public void finish() throws Exception {
        send(lastEpoch + 1, true);
    }

    private void send(long epoch, boolean isEnd) throws Exception {
        lastEpoch = epoch;
        for (PartitionKey partition : partitions) {
            setCurrentKey(partition);
            LedgerEntry step = steps.value();
            if (step == null) {
                if (hasMoved) {
                    sendStep(totals.value().nothingSince(epoch));
                }
            } else if (isEnd || step.received() == step.outcomes()) {
                sendStep(step);
                output.collect(TOTALS, new StreamRecord<>(totals.value()));
                steps.clear();
            }
        }
        hasMoved = false;
    }

    private void sendStep(LedgerEntry step) {
        output.collect(new StreamRecord<>(step.complete(completeThroughMillis, isDrained)));
    }

    private static LedgerEntry sum(@Nullable LedgerEntry known, LedgerEntry entry) {
        return known == null ? entry : known.plus(entry);
    }
}
