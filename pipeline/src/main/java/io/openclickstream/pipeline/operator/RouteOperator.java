package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.ledger.LedgerEntry;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/** Sends clicks on, rejected records aside, and counts every record read. */
public final class RouteOperator extends AbstractStreamOperator<ReceivedClick>
        implements OneInputStreamOperator<SourceRecord, ReceivedClick> {
    private static final long serialVersionUID = 1L;

    /** Malformed and future records. */
    public static final OutputTag<Rejected> REJECTED = new OutputTag<>("rejected", TypeInformation.of(Rejected.class));

    /** Before each barrier and at the end: the records read since the last one, and the outcomes known here. */
    public static final OutputTag<LedgerEntry> COUNTED =
            new OutputTag<>("counted", TypeInformation.of(LedgerEntry.class));

    private transient LedgerTally tally;
    private transient long lastEpoch;

    @SuppressWarnings("NullAway.Init") // Flink calls initializeState before the first record
    public RouteOperator() {}

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        tally = new LedgerTally();
        lastEpoch = context.getRestoredCheckpointId().orElse(0);
    }

    @Override
    public void processElement(StreamRecord<SourceRecord> element) {
        SourceRecord record = element.getValue();
        tally.received(record.position());
        if (record.rejected() != null) {
            tally.ended(record.position(), record.rejected().reason().outcome());
            output.collect(REJECTED, element.replace(record.rejected()));
        } else if (record.click() != null) {
            output.collect(element.replace(record.click()));
        }
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
        tally.drain(epoch).forEach(entry -> output.collect(COUNTED, new StreamRecord<>(entry)));
    }
}
