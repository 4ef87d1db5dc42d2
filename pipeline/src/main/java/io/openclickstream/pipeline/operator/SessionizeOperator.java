package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.session.UserKey;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * Runs {@link SessionizeFunction} and tells it of every watermark: a function alone sees one only with the next click
 * or timer, too late for a checkpoint taken in between.
 */
public final class SessionizeOperator extends KeyedProcessOperator<UserKey, ReceivedClick, ReceivedClick> {
    private static final long serialVersionUID = 1L;

    public SessionizeOperator(SessionRules rules) {
        super(new SessionizeFunction(rules));
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        ((SessionizeFunction) userFunction).watermarkAdvancedTo(mark.getTimestamp());
        super.processWatermark(mark);
    }
}
