package io.openclickstream.load.sidebyside;

import java.io.Serializable;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Keeps a digest of what a job puts out, and nothing else. */
record DigestSink<T>(String result, ToValues<T> values) implements Sink<T> {

    /** What of a row is digested. */
    @FunctionalInterface
    interface ToValues<T> extends Serializable {
        Object[] of(T row);
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        Digest digest = Digest.of(result);
        return new SinkWriter<>() {
            @Override
            public void write(T row, Context unused) {
                digest.add(values.of(row));
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public void close() {}
        };
    }
}
