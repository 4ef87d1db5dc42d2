package io.openclickstream.load.wholejob;

import io.openclickstream.schemas.click.ReceivedClick;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Tells {@link Passage} how many clicks a subtask has accepted, a few at a time, and of every barrier. */
record AcceptedProbe() implements Sink<ReceivedClick> {
    private static final long serialVersionUID = 1L;

    /** Few enough not to be missed in a measure of thousands; one at a time would cost something. */
    private static final int TOLD_EVERY = 64;

    @Override
    public SinkWriter<ReceivedClick> createWriter(WriterInitContext context) {
        return new Counting();
    }

    static final class Counting implements SinkWriter<ReceivedClick> {
        private long untold;

        @Override
        public void write(ReceivedClick click, Context context) {
            if (++untold == TOLD_EVERY) {
                tell();
            }
        }

        /** Called before every barrier, and at the end of the input. */
        @Override
        public void flush(boolean endOfInput) {
            tell();
            if (!endOfInput) {
                Passage.barrier();
            }
        }

        private void tell() {
            Passage.accepted(untold);
            untold = 0;
        }

        @Override
        public void close() {}
    }
}
