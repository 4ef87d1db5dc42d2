package io.openclickstream.load.wholejob;

import io.openclickstream.schemas.ledger.LedgerEntry;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Adds up what the ledger says, in a static place, for the job's subtasks and who measures them share a JVM. */
record LedgerProbe() implements Sink<LedgerEntry> {
    private static final long serialVersionUID = 1L;

    private static final LongAdder RECEIVED = new LongAdder();
    private static final LongAdder ACCEPTED = new LongAdder();

    /** Forgets everything, before a run. */
    static void reset() {
        RECEIVED.reset();
        ACCEPTED.reset();
    }

    /** Records that were read, according to the steps of the ledger so far. */
    static long received() {
        return RECEIVED.sum();
    }

    /** Those of them that were accepted; the others were late, duplicates or refused for another reason. */
    static long accepted() {
        return ACCEPTED.sum();
    }

    @Override
    public SinkWriter<LedgerEntry> createWriter(WriterInitContext context) {
        return new SinkWriter<>() {
            @Override
            public void write(LedgerEntry step, Context unused) {
                RECEIVED.add(step.received());
                ACCEPTED.add(step.accepted());
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public void close() {}
        };
    }
}
