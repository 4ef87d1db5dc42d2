package io.openclickstream.pipeline.drain;

import io.openclickstream.pipeline.source.SourceRecord;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/** Passes everything on, and tells which subtasks of the source before it are idle. */
final class IdleProbe extends AbstractStreamOperator<SourceRecord>
        implements OneInputStreamOperator<SourceRecord, SourceRecord> {
    private static final long serialVersionUID = 1L;
    private static final Set<String> IDLE = ConcurrentHashMap.newKeySet();

    private final String id;

    /**
     * @param id one that no other job of this JVM has
     */
    IdleProbe(String id) {
        this.id = id;
    }

    /** How many subtasks of the job's source are idle now. */
    static long idleSubtasks(String id) {
        return IDLE.stream().filter(subtask -> subtask.startsWith(id + "/")).count();
    }

    @Override
    public void processElement(StreamRecord<SourceRecord> element) {
        output.collect(element);
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
