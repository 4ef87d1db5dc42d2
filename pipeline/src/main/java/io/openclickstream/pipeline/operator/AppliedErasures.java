package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.lake.LakePrepared;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Tells the lake's committer before each barrier how far a subtask obeys the list of erased persons, so that a committed
 * epoch can say so. What the subtask lets pass before the barrier is in that epoch; after it, nothing comes of the
 * persons up to the entry that was told.
 */
public final class AppliedErasures {
    /** To the committer of the lake; nobody listens where there is no lake. */
    public static final OutputTag<LakePrepared> TOLD =
            new OutputTag<>("erasures-applied", TypeInformation.of(LakePrepared.class));

    private final Output<?> output;
    private final TaskInfo subtask;
    private final OperatorUid operator;
    private boolean isEnded;

    /** @param operator whose subtask it is; the committer waits for all of them */
    AppliedErasures(Output<?> output, TaskInfo subtask, OperatorUid operator) {
        this.output = output;
        this.subtask = subtask;
        this.operator = operator;
    }

    /** @param number of the entry up to which nothing is kept of anybody and nothing let pass */
    void tell(long epoch, long number) {
        if (!isEnded) { // after the end of the input nothing may be sent on any more
            send(epoch, number);
        }
    }

    /** For the last time, since the input has ended. */
    void end(long epoch, long number) {
        isEnded = true;
        send(epoch, number);
    }

    private void send(long epoch, long number) {
        output.collect(
                TOLD,
                new StreamRecord<>(LakePrepared.ofErasures(
                        number,
                        epoch,
                        operator.uid(),
                        subtask.getIndexOfThisSubtask(),
                        subtask.getNumberOfParallelSubtasks(),
                        isEnded)));
    }
}
