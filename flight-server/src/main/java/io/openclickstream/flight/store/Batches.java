package io.openclickstream.flight.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
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
            Counted counted = new Counted();
            MessageSerializer.serialize(new WriteChannel(counted), unloaded);
            // An array that fits: one more of a few megabytes for each put is felt by the collector.
            ByteBuffer message = ByteBuffer.allocate(counted.bytes);
            MessageSerializer.serialize(new WriteChannel(new Filled(message)), unloaded);
            return message.array();
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

    /** Counts what is written. */
    private static final class Counted extends Sink {
        private int bytes;

        @Override
        public int write(ByteBuffer source) {
            int count = source.remaining();
            bytes = Math.addExact(bytes, count);
            source.position(source.limit());
            return count;
        }
    }

    /** Takes what is written into memory that is as large as that. */
    private static final class Filled extends Sink {
        private final ByteBuffer memory;

        Filled(ByteBuffer memory) {
            this.memory = memory;
        }

        @Override
        public int write(ByteBuffer source) {
            int count = source.remaining();
            memory.put(source);
            return count;
        }
    }

    /** A channel that has nothing to close. */
    private abstract static class Sink implements WritableByteChannel {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
