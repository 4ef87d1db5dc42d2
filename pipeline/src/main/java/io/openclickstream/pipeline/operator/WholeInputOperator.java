package io.openclickstream.pipeline.operator;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * An operator with timers whose event time ends with all of its input: when every source has ended, or the job is
 * stopped with a drain.
 *
 * <p>Flink says so by the largest watermark there is, and that one cannot be trusted where inputs are idle. Of a source
 * that is idle nobody hears it. And where others are, it comes with the first input that ends, before what they still
 * send. So it is left aside as it comes, and all timers fire when nothing can come any more.
 */
abstract class WholeInputOperator<OUT> extends AbstractStreamOperator<OUT> implements BoundedOneInput {
    private static final long serialVersionUID = 1L;

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (mark.getTimestamp() != Long.MAX_VALUE) {
            advanceTo(mark);
        }
    }

    @Override
    public void endInput() throws Exception {
        advanceTo(Watermark.MAX_WATERMARK);
    }

    /** Event time has come this far: timers fire, and the watermark goes on. */
    protected void advanceTo(Watermark mark) throws Exception {
        super.processWatermark(mark);
    }
}
