package io.openclickstream.load.operator;

import io.openclickstream.load.sidebyside.Digest;
import java.io.Serializable;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.jspecify.annotations.Nullable;

/**
 * Digests final sessions and tells {@link Course} when the last one has come.
 *
 * @param values what of a row is digested; nothing when it gives null
 * @param facts all that is known of the session, digested by itself; null when the operator does not tell
 */
record FinalSessionsSink<T>(ToValues<T> values, @Nullable ToValues<T> facts) implements Sink<T> {
    private static final long serialVersionUID = 1L;

    /** The digest's name. */
    static final String SESSIONS = "sessions";

    /** The name of the digest with all facts. */
    static final String FACTS = "facts";

    /** What of a row is digested. */
    @FunctionalInterface
    interface ToValues<T> extends Serializable {
        Object @Nullable [] of(T row);
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        Digest digest = Digest.of(SESSIONS);
        Digest ofFacts = Digest.of(FACTS);
        return new SinkWriter<>() {
            @Override
            public void write(T row, Context unused) {
                Object[] digested = values.of(row);
                if (digested == null) {
                    return;
                }
                digest.add(digested);
                Object[] known = facts == null ? null : facts.of(row);
                if (known != null) {
                    ofFacts.add(known);
                }
            }

            @Override
            public void flush(boolean endOfInput) {
                if (endOfInput) {
                    Course.ended();
                }
            }

            @Override
            public void close() {}
        };
    }
}
