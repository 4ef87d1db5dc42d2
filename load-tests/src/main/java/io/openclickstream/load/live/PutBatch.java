package io.openclickstream.load.live;

import io.openclickstream.schemas.live.RowDigest;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/**
 * A batch that can be put again and again: made once, so that making it is no part of what is measured.
 *
 * @param digest as it goes into the header
 */
record PutBatch(ArrowRecordBatch batch, int rows, long digest) implements AutoCloseable {

    /** The rows of some positions, see {@link Form#fill}. */
    static PutBatch of(Form form, long first, int rows, long spanMillis, long revision, BufferAllocator allocator) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(form.table().putSchema(), allocator)) {
            form.fill(root, first, rows, spanMillis, revision);
            return new PutBatch(new VectorUnloader(root).getRecordBatch(), rows, RowDigest.of(root));
        }
    }

    /** What its values take on the wire and in a log. */
    long bytes() {
        return batch.computeBodyLength();
    }

    @Override
    public void close() {
        batch.close();
    }
}
