package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Keeps the running total of every Kafka partition and sends the totals that changed just before each barrier. With
 * aligned checkpoints every tally of an epoch has arrived by then, so in what it sends {@code received} is always the
 * sum of the outcomes.
 */
public final class LedgerOperator extends AbstractStreamOperator<LedgerEntry>
        implements OneInputStreamOperator<LedgerEntry, LedgerEntry> {
    private static final long serialVersionUID = 1L;

    private transient ValueState<LedgerEntry> totals;
    private transient Map<PartitionKey, LedgerEntry> changed;

    @SuppressWarnings("NullAway.Init") // Flink calls open before the first entry
    public LedgerOperator() {}

    @Override
    public void open() throws Exception {
        super.open();
        totals = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("total", TypeInformation.of(LedgerEntry.class)));
        changed = new LinkedHashMap<>();
    }

    @Override
    public void processElement(StreamRecord<LedgerEntry> element) throws Exception {
        LedgerEntry step = element.getValue();
        LedgerEntry known = totals.value();
        LedgerEntry total = known == null ? step : known.plus(step);
        totals.update(total);
        changed.put(new PartitionKey(total.topic(), total.partition()), total);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        send();
    }

    @Override
    public void finish() {
        send();
    }

    private void send() {
        changed.values().forEach(total -> output.collect(new StreamRecord<>(total)));
        changed.clear();
    }
}
