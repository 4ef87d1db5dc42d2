package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LivePrepared;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Commits the live tables of all writers, one checkpoint at a time: what they had put before its barrier is kept in
 * state, and once Flink says that the checkpoint is complete the server is told. After a restore it is told again, since
 * nobody knows whether it was before. Has one subtask.
 */
public final class LiveCommitOperator extends AbstractStreamOperator<Void>
        implements OneInputStreamOperator<LivePrepared, Void> {
    private static final long serialVersionUID = 1L;

    private final LivePushOperator.Settings settings;
    private final Set<String> writers;

    private transient ListState<LivePrepared> state;
    private transient PreparedEpochs prepared;
    private transient BufferAllocator allocator;
    private transient LiveServer server;

    /** @param writers names of all writers */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before the first element
    public LiveCommitOperator(LivePushOperator.Settings settings, Set<String> writers) {
        this.settings = settings;
        this.writers = Set.copyOf(writers);
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        state = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("prepared", TypeInformation.of(LivePrepared.class)));
        prepared = new PreparedEpochs(writers);
        for (LivePrepared restored : state.get()) {
            prepared.add(restored);
        }
        context.getRestoredCheckpointId().ifPresent(prepared::complete);
    }

    @Override
    public void open() throws Exception {
        super.open();
        allocator = new RootAllocator(settings.maxMemoryBytes());
        server = new LiveServer(settings, allocator);
        commitWhatIsDue();
    }

    @Override
    public void processElement(StreamRecord<LivePrepared> element) throws Exception {
        prepared.add(element.getValue());
        commitWhatIsDue(); // only with unaligned checkpoints, where the barrier may have come first
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        state.update(prepared.state());
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        prepared.complete(checkpointId);
        commitWhatIsDue();
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        super.notifyCheckpointAborted(checkpointId);
        prepared.aborted(checkpointId);
    }

    @Override
    public void close() throws Exception {
        try (BufferAllocator a = allocator) {
            super.close();
        }
    }

    private void commitWhatIsDue() throws InterruptedException, LivePushException {
        Optional<EpochCommit> due = prepared.due();
        if (due.isPresent()) {
            server.commit(due.get());
            prepared.committed(due.get().epoch());
        }
    }
}
