package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.lake.LakeContent;
import io.openclickstream.schemas.lake.LakePrepared;
import io.openclickstream.schemas.lake.LakeProgress;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of a dataset to files that nobody sees yet, and tells the {@link LakeCommitOperator} of them before each
 * barrier. Rows wait in memory until they are many or a barrier comes, and are sorted. So between two barriers this operator
 * has nothing that would have to be in state but the lineage.
 */
public final class LakeWriteOperator<T> extends AbstractStreamOperator<LakePrepared>
        implements OneInputStreamOperator<T, LakePrepared> {
    private static final long serialVersionUID = 1L;

    private final LakeTarget target;
    private final LakeDataset<T> dataset;
    private final String writer;

    private transient ListState<String> lineageState;
    private transient String lineage;
    private transient SortedFiles<T> files;
    private transient List<LakeProgress> progress;
    private transient long epoch;
    private transient boolean isEnded;

    /** @param uid of this operator; the committer knows it by that name */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before the first row
    public LakeWriteOperator(LakeTarget target, LakeDataset<T> dataset, OperatorUid uid) {
        this.target = target;
        this.dataset = dataset;
        this.writer = uid.uid();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        lineageState =
                context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("lineage", Types.STRING));
        lineage = target.newLineage();
        for (String restored : lineageState.get()) {
            lineage = restored;
        }
        epoch = context.getRestoredCheckpointId().orElse(0) + 1;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        lineageState.update(List.of(lineage));
    }

    @Override
    public void open() throws Exception {
        super.open();
        var task = getRuntimeContext().getTaskInfo();
        String attempt = "%s-%d-%d"
                .formatted(
                        getRuntimeContext()
                                .getJobInfo()
                                .getJobId()
                                .toHexString()
                                .substring(0, 8),
                        task.getIndexOfThisSubtask(),
                        task.getAttemptNumber());
        var storage = new Path(target.root()).getFileSystem().createRecoverableWriter();
        files = new SortedFiles<>(dataset, target.root(), lineage, attempt, storage);
        progress = new ArrayList<>();
    }

    @Override
    public void processElement(StreamRecord<T> element) throws Exception {
        T row = element.getValue();
        files.add(row);
        @Nullable LakeProgress step = dataset.progress().of(row);
        if (step != null) {
            progress.add(step);
        }
        if (files.memoryBytes() >= target.bufferBytes()) {
            files.write(epoch);
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        if (!isEnded) { // after the end of the input nothing may be sent on any more
            epoch = checkpointId;
            tell();
            epoch = checkpointId + 1;
        }
    }

    @Override
    public void finish() throws Exception {
        isEnded = true;
        tell();
        super.finish();
    }

    private void tell() throws Exception {
        files.write(epoch);
        var task = getRuntimeContext().getTaskInfo();
        output.collect(new StreamRecord<>(new LakePrepared(
                lineage,
                epoch,
                writer,
                task.getIndexOfThisSubtask(),
                task.getNumberOfParallelSubtasks(),
                isEnded,
                new LakeContent(files.take(), progress).toBytes())));
        progress.clear();
    }
}
