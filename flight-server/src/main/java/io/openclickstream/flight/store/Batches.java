package io.openclickstream.flight.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/** Record batches as bytes: an Arrow IPC message without its schema. */
final class Batches {
    private Batches() {}

    static byte[] encode(VectorSchemaRoot batch) throws IOException {
        try (ArrowRecordBatch unloaded = new VectorUnloader(batch).getRecordBatch()) {
            var out = new ByteArrayOutputStream((int) Math.min(1 << 30, unloaded.computeBodyLength() + 4096));
            MessageSerializer.serialize(new WriteChannel(Channels.newChannel(out)), unloaded);
            return out.toByteArray();
        }
    }

    /** Reads what {@link #encode} has written; the caller closes it. */
    static VectorSchemaRoot decode(byte[] body, Schema schema, BufferAllocator allocator) throws IOException {
        VectorSchemaRoot batch = VectorSchemaRoot.create(schema, allocator);
        try (ReadChannel in = new ReadChannel(Channels.newChannel(new ByteArrayInputStream(body)));
                ArrowRecordBatch loaded = MessageSerializer.deserializeRecordBatch(in, allocator)) {
            new VectorLoader(batch).load(loaded);
            return batch;
        } catch (IOException | RuntimeException | Error e) {
            batch.close();
            throw e;
        }
    }
}
