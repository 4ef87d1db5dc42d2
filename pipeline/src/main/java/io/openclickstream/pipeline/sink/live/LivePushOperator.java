package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.live.LivePrepared;
import io.openclickstream.schemas.live.LiveTableSchema;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.checkpoint.CheckpointFailureReason;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Pushes changed rows to live tables: the latest row per key, every flush interval, when a batch is full, and before
 * each barrier, so that a checkpoint is complete only when everything before it is durable on the Flight server. What that
 * is goes to the {@link LiveCommitOperator}, before the barrier too.
 *
 * <p>A server that is down holds the job back: this operator takes nothing in while it waits. A checkpoint whose barrier
 * has waited for {@link Settings#maxOutage} is declined, with the reason; the barrier goes on waiting, so that the
 * checkpoint cannot be complete by any other way, and the job runs on when the server is back.
 *
 * <p>A subtask begins by telling the server from which checkpoint it was restored; what it or its predecessors had pushed
 * since then leaves the live view. Operator state holds the lineage: a UUID made when the job starts without state, and the same for all later runs.
 */
public final class LivePushOperator<T> extends AbstractStreamOperator<LivePrepared>
        implements OneInputStreamOperator<T, LivePrepared> {
    private static final long serialVersionUID = 1L;
    private static final long NO_BARRIER = 0;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final Settings settings;
    private final LiveRows<T> rows;
    private final String writer;

    private transient ListState<String> lineageState;
    private transient String lineage;
    private transient BufferAllocator allocator;
    private transient List<LiveLane<T>> lanes;
    private transient long restoredEpoch;
    private transient long epoch;
    private transient long token;
    private transient long barrier;
    private transient boolean isEnded;
    private transient @Nullable Long watermarkMillis;

    /**
     * Where and how rows are pushed.
     *
     * @param uri of the Flight server, such as {@code grpc://localhost:8815}
     * @param access what is shown to it
     * @param newLineage the lineage of a job that starts without state; a UUID
     * @param flushInterval the longest a changed row waits
     * @param batchRows the most rows that wait, and so the largest batch
     * @param maxOutage how long a server may be away before a checkpoint fails, or the start of a job
     * @param answerTimeout how long an answer may take before the same is sent again over a new connection
     * @param maxMemoryBytes the most Arrow memory of one subtask
     */
    public record Settings(
            URI uri,
            LiveAccess access,
            String newLineage,
            Duration flushInterval,
            int batchRows,
            Duration maxOutage,
            Duration answerTimeout,
            long maxMemoryBytes)
            implements Serializable {

        /** For a server that lets everybody in. */
        public Settings(
                URI uri,
                String newLineage,
                Duration flushInterval,
                int batchRows,
                Duration maxOutage,
                long maxMemoryBytes) {
            this(uri, LiveAccess.OPEN, newLineage, flushInterval, batchRows, maxOutage, maxMemoryBytes);
        }

        /** With the usual time for an answer. */
        public Settings(
                URI uri,
                LiveAccess access,
                String newLineage,
                Duration flushInterval,
                int batchRows,
                Duration maxOutage,
                long maxMemoryBytes) {
            this(uri, access, newLineage, flushInterval, batchRows, maxOutage, ANSWER_TIMEOUT, maxMemoryBytes);
        }
    }

    /** @param uid of this operator; the server knows it by that name */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before the first row
    public LivePushOperator(Settings settings, LiveRows<T> rows, OperatorUid uid) {
        this.settings = settings;
        this.rows = rows;
        this.writer = uid.uid();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        lineageState =
                context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("lineage", Types.STRING));
        lineage = settings.newLineage();
        for (String restored : lineageState.get()) {
            lineage = restored;
        }
        restoredEpoch = context.getRestoredCheckpointId().orElse(0);
        epoch = restoredEpoch + 1;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        lineageState.update(List.of(lineage));
    }

    @Override
    public void open() throws Exception {
        super.open();
        allocator = new RootAllocator(settings.maxMemoryBytes());
        lanes = new ArrayList<>();
        for (LiveTableSchema table : rows.tables()) {
            lanes.add(new LiveLane<>(table, rows, settings, allocator));
        }
        token = new LiveServer(settings, allocator).open(opening()).token();
        scheduleFlush();
    }

    @Override
    public void processElement(StreamRecord<T> element) throws Exception {
        T row = element.getValue();
        int table = rows.tableOf(row);
        if (table >= 0) {
            LiveLane<T> lane = lanes.get(table);
            lane.add(row);
            if (lane.size() >= settings.batchRows()) {
                flush(List.of(lane));
            }
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        // A drain ends event time with the largest watermark there is; that is no moment to tell anyone.
        if (mark.getTimestamp() != Long.MAX_VALUE) {
            watermarkMillis = mark.getTimestamp();
            lanes.forEach(LiveLane::moved);
        }
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        if (!isEnded) { // after the end of the input nothing may be sent on any more
            epoch = checkpointId;
            lanes.forEach(LiveLane::moved);
            barrier = checkpointId;
            prepare();
            barrier = NO_BARRIER;
            epoch = checkpointId + 1;
        }
    }

    @Override
    public void finish() throws Exception {
        isEnded = true;
        prepare();
        super.finish();
    }

    @Override
    public void close() throws Exception {
        try (BufferAllocator a = allocator) {
            if (lanes != null) {
                lanes.forEach(LiveLane::close);
            }
            super.close();
        }
    }

    private WriterOpening opening() {
        var task = getRuntimeContext().getTaskInfo();
        return new WriterOpening(
                WriterOpening.VERSION,
                lineage,
                writer,
                task.getIndexOfThisSubtask(),
                task.getNumberOfParallelSubtasks(),
                restoredEpoch,
                getRuntimeContext().getJobInfo().getJobId().toHexString());
    }

    /** What is common to all lanes. */
    private LivePrepared prepared() {
        var task = getRuntimeContext().getTaskInfo();
        return new LivePrepared(
                lineage,
                epoch,
                writer,
                task.getIndexOfThisSubtask(),
                task.getNumberOfParallelSubtasks(),
                lanes.size(),
                token,
                "",
                0,
                0,
                0,
                isEnded);
    }

    /** Pushes all there is, and tells the committer. */
    private void prepare() throws InterruptedException, LivePushException {
        flush();
        LivePrepared common = prepared();
        lanes.forEach(lane -> output.collect(new StreamRecord<>(lane.prepared(common))));
    }

    private void scheduleFlush() {
        long next = getProcessingTimeService().getCurrentProcessingTime()
                + settings.flushInterval().toMillis();
        var unused = getProcessingTimeService().registerTimer(next, time -> {
            flush();
            scheduleFlush();
        });
    }

    private void flush() throws InterruptedException, LivePushException {
        flush(lanes.stream().filter(LiveLane::hasNews).toList());
    }

    private void flush(List<LiveLane<T>> busy) throws InterruptedException, LivePushException {
        var task = getRuntimeContext().getTaskInfo();
        List<LiveLane<T>> unsent = busy;
        while (!unsent.isEmpty()) {
            unsent.forEach(lane -> lane.send((table, seq, digest) -> new PutHeader(
                    PutHeader.VERSION,
                    table,
                    lineage,
                    writer,
                    task.getIndexOfThisSubtask(),
                    task.getNumberOfParallelSubtasks(),
                    token,
                    epoch,
                    seq,
                    digest,
                    watermarkMillis)));
            List<LiveLane<T>> rest = new ArrayList<>();
            for (LiveLane<T> lane : unsent) {
                if (!lane.awaitDurable(this::awayForTooLong)) {
                    rest.add(lane);
                }
            }
            unsent = rest;
        }
    }

    /** The checkpoint is told to have failed; without a barrier that waits there is none to tell of. */
    private void awayForTooLong(LivePushException outage) {
        if (barrier == NO_BARRIER) {
            LOG.error("The job waits and loses nothing.", outage);
            return;
        }
        LOG.error("Checkpoint {} fails; the job waits and loses nothing.", barrier, outage);
        getContainingTask()
                .getEnvironment()
                .declineCheckpoint(
                        barrier,
                        new CheckpointException(
                                outage.getMessage(), CheckpointFailureReason.CHECKPOINT_DECLINED, outage));
    }
}
