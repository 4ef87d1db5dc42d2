package io.openclickstream.flight.server;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One step, encoded once for all who take it: each is sent the same buffers. Reference counted, born with one reference.
 * For one thread, but for what gRPC still sends.
 */
final class Frame {
    private final Version to;
    private final List<Part> parts = new ArrayList<>();
    private int references = 1;

    /** One batch. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Part(ArrowRecordBatch rows, byte[] mark) {}

    private Frame(Version to) {
        this.to = to;
    }

    /**
     * Encodes a step.
     *
     * @param maxBytes what it may cost
     * @return null when it would cost more; each then has to be sent the step by itself
     */
    static @Nullable Frame of(Step step, Schema schema, BufferAllocator allocator, long maxBytes) {
        Frame frame = new Frame(step.to());
        long bytes = 0;
        try {
            while (step.hasNext()) {
                try (VectorSchemaRoot batch = VectorSchemaRoot.create(schema, allocator)) {
                    byte[] mark = step.next(batch, Subscriptions.BATCH_BYTES);
                    ArrowRecordBatch rows = new VectorUnloader(batch).getRecordBatch();
                    frame.parts.add(new Part(rows, mark));
                    bytes += rows.computeBodyLength();
                }
                if (bytes > maxBytes) {
                    frame.release();
                    return null;
                }
            }
            return frame;
        } catch (OutOfMemoryException e) {
            frame.release();
            return null;
        } catch (RuntimeException | Error e) {
            frame.release();
            throw e;
        }
    }

    Version to() {
        return to;
    }

    int size() {
        return parts.size();
    }

    /**
     * Lets a batch have the rows of a part.
     *
     * @return its app_metadata
     */
    byte[] load(int part, VectorSchemaRoot batch) {
        new VectorLoader(batch).load(parts.get(part).rows());
        return parts.get(part).mark();
    }

    Frame retain() {
        references++;
        return this;
    }

    void release() {
        if (--references == 0) {
            parts.forEach(part -> part.rows().close());
            parts.clear();
        }
    }
}
