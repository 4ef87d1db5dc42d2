package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.PutHeader;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Pushes changed rows to a live table: the latest row per key, every flush interval, when a batch is full, and before
 * each barrier, so that a checkpoint is complete only when everything before it is durable on the Flight server. A
 * server that is down holds the job back within {@link Settings#maxOutage}.
 *
 * <p>Operator state holds the lineage: a UUID made when the job starts without state, and the same for all later runs.
 */
public final class LivePushOperator<T> extends AbstractStreamOperator<Void> implements OneInputStreamOperator<T, Void> {
    private static final long serialVersionUID = 1L;

    private final Settings settings;
    private final LiveRows<T> rows;

    private transient ListState<String> lineageState;
    private transient String lineage;
    private transient BufferAllocator allocator;
    private transient LiveBatch batch;
    private transient LiveConnection connection;
    private transient Map<Object, T> waiting;
    private transient long epoch;
    private transient long seq;
    private transient @Nullable Long watermarkMillis;
    private transient boolean progressed;

    /**
     * Where and how rows are pushed.
     *
     * @param uri of the Flight server, such as {@code grpc://localhost:8815}
     * @param newLineage the lineage of a job that starts without state; a UUID
     * @param flushInterval the longest a changed row waits
     * @param batchRows the most rows that wait, and so the largest batch
     * @param maxOutage how long a server may be away before the job fails
     * @param maxMemoryBytes the most Arrow memory of one subtask
     */
    public record Settings(
            URI uri, String newLineage, Duration flushInterval, int batchRows, Duration maxOutage, long maxMemoryBytes)
            implements Serializable {}

    @SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before the first row
    public LivePushOperator(Settings settings, LiveRows<T> rows) {
        this.settings = settings;
        this.rows = rows;
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
        waiting = new LinkedHashMap<>();
        progressed = true;
        allocator = new RootAllocator(settings.maxMemoryBytes());
        batch = new LiveBatch(rows, allocator);
        connection = new LiveConnection(
                new Location(settings.uri()),
                allocator,
                settings.maxOutage(),
                batch,
                rows.table().tableName());
        scheduleFlush();
    }

    @Override
    public void processElement(StreamRecord<T> element) throws Exception {
        T row = element.getValue();
        Object key = rows.key().apply(row);
        // Removed first, so that the batch keeps the order of the latest changes.
        waiting.remove(key);
        waiting.put(key, row);
        if (waiting.size() >= settings.batchRows()) {
            flush();
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        // A drain ends event time with the largest watermark there is; that is no moment to tell anyone.
        if (mark.getTimestamp() != Long.MAX_VALUE) {
            watermarkMillis = mark.getTimestamp();
            progressed = true;
        }
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        epoch = checkpointId;
        progressed = true;
        flush();
        epoch = checkpointId + 1;
    }

    @Override
    public void finish() throws Exception {
        flush();
        super.finish();
    }

    @Override
    public void close() throws Exception {
        try (BufferAllocator a = allocator;
                LiveBatch b = batch;
                LiveConnection c = connection) {
            super.close();
        }
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
        if (waiting.isEmpty() && !progressed) {
            return;
        }
        var task = getRuntimeContext().getTaskInfo();
        Iterator<T> unsent = waiting.values().iterator();
        do {
            batch.fill(rows, unsent);
            connection.send(new PutHeader(
                    PutHeader.VERSION,
                    rows.table().tableName(),
                    lineage,
                    task.getIndexOfThisSubtask(),
                    task.getNumberOfParallelSubtasks(),
                    epoch,
                    seq++,
                    watermarkMillis));
        } while (unsent.hasNext());
        waiting.clear();
        progressed = false;
    }
}
