package io.openclickstream.failures;

import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.schemas.live.LivePrepared;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** One subtask: an operator in a harness, as Flink would run it. */
final class Task<I, O> {
    static final int MAX_PARALLELISM = 128;

    final int index;
    final int parallelism;
    private final MockEnvironment environment;
    private final OneInputStreamOperatorTestHarness<I, O> harness;
    private long now;
    private boolean isClosed;

    /** What came before in a job. */
    record Restored(long checkpoint, List<OperatorSubtaskState> subtasks) {}

    /**
     * @param restored null for a start without state
     */
    Task(OneInputStreamOperator<I, O> operator, JobID job, int index, int parallelism, Restored restored)
            throws Exception {
        this.index = index;
        this.parallelism = parallelism;
        environment = new MockEnvironmentBuilder()
                .setTaskName("task")
                .setJobID(job)
                .setMaxParallelism(MAX_PARALLELISM)
                .setParallelism(parallelism)
                .setSubtaskIndex(index)
                .build();
        harness = new OneInputStreamOperatorTestHarness<>(operator, environment);
        harness.setup();
        if (restored != null) {
            harness.setRestoredCheckpointId(restored.checkpoint());
            OperatorSubtaskState all = AbstractStreamOperatorTestHarness.repackageState(
                    restored.subtasks().toArray(OperatorSubtaskState[]::new));
            harness.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                    all, MAX_PARALLELISM, restored.subtasks().size(), parallelism, index));
        }
    }

    void open() throws Exception {
        harness.open();
    }

    void feed(I value) throws Exception {
        harness.processElement(new StreamRecord<>(value));
    }

    void watermark(long millis) throws Exception {
        harness.processWatermark(millis);
    }

    /** Lets the flush interval pass. */
    void tick() throws Exception {
        now += Job.FLUSH_INTERVAL.toMillis();
        harness.setProcessingTime(now);
    }

    OperatorSubtaskState barrier(long checkpoint) throws Exception {
        harness.prepareSnapshotPreBarrier(checkpoint);
        return harness.snapshot(checkpoint, now);
    }

    void completed(long checkpoint) throws Exception {
        harness.notifyOfCompletedCheckpoint(checkpoint);
    }

    void aborted(long checkpoint) throws Exception {
        harness.getOperator().notifyCheckpointAborted(checkpoint);
    }

    void endInput() throws Exception {
        harness.getOperator().finish();
    }

    /** What it has sent on since it was asked last. */
    List<O> takeOutput() {
        List<O> values = new ArrayList<>(harness.extractOutputValues());
        harness.getOutput().clear();
        return values;
    }

    /** Without finishing, as when a task fails or is cancelled. Fails when memory has leaked. */
    void close() throws Exception {
        if (!isClosed) {
            isClosed = true;
            harness.getProcessingTimeService().shutdownService();
            harness.getOperator().close();
            environment.close();
        }
    }

    /** Makes one for a writer. */
    static Task<Object, LivePrepared> of(
            Sink sink,
            Writer writer,
            LivePushOperator.Settings settings,
            JobID job,
            int index,
            int parallelism,
            Restored restored)
            throws Exception {
        return new Task<>(sink.writer(writer, settings), job, index, parallelism, restored);
    }
}
