package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.session.UserKey;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Runs {@link SessionizeFunction} and tells it of every watermark: a function alone sees one only with the next click
 * or timer, too late for a checkpoint taken in between. Sends its counts just before each barrier and at the end.
 */
public final class SessionizeOperator extends KeyedProcessOperator<UserKey, ReceivedClick, ReceivedClick> {
    private static final long serialVersionUID = 1L;

    private transient long lastEpoch;

    /**
     * @param showsOpenSessions whether anyone wants to know of sessions before they are final
     */
    public SessionizeOperator(SessionRules rules, boolean showsOpenSessions) {
        super(new SessionizeFunction(rules, showsOpenSessions));
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        lastEpoch = context.getRestoredCheckpointId().orElse(0);
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        function().watermarkAdvancedTo(mark.getTimestamp());
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        sendCounts(checkpointId);
    }

    @Override
    public void finish() throws Exception {
        sendCounts(lastEpoch + 1);
        super.finish();
    }

    private void sendCounts(long epoch) {
        lastEpoch = epoch;
        function()
                .counts(epoch)
                .forEach(entry -> output.collect(SessionizeFunction.COUNTED, new StreamRecord<>(entry)));
    }

    private SessionizeFunction function() {
        return (SessionizeFunction) userFunction;
    }
}
