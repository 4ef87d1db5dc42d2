package io.openclickstream.pipeline.drain;

import io.openclickstream.pipeline.source.SourceRecord;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/** Passes everything on, and tells what has come, and which subtasks of the source before it are idle. */
final class IdleProbe extends AbstractStreamOperator<SourceRecord>
        implements OneInputStreamOperator<SourceRecord, SourceRecord> {
    private static final long serialVersionUID = 1L;
    private static final Set<String> IDLE = ConcurrentHashMap.newKeySet();
    private static final Map<String, AtomicInteger> CLICKS = new ConcurrentHashMap<>();

    private final String id;

    /**
     * @param id one that no other job of this JVM has
     */
    IdleProbe(String id) {
        this.id = id;
    }

    /** How many clicks the job has read. A source counts as idle before its first one, too, where it has to wait for it. */
    static int clicks(String id) {
        return CLICKS.getOrDefault(id, new AtomicInteger()).get();
    }

    /** How many subtasks of the job's source are idle now. */
    static long idleSubtasks(String id) {
        return IDLE.stream().filter(subtask -> subtask.startsWith(id + "/")).count();
    }

    @Override
    public void processElement(StreamRecord<SourceRecord> element) {
        output.collect(element);
        CLICKS.computeIfAbsent(id, job -> new AtomicInteger()).incrementAndGet();
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status) throws Exception {
        String subtask = id + "/" + getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
        if (status.isIdle()) {
            IDLE.add(subtask);
        } else {
            IDLE.remove(subtask);
        }
        super.processWatermarkStatus(status);
    }
}
