package io.openclickstream.flight.server;

import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.store.PutSchema;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.schemas.live.PutHeader;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * One DoPut: each batch goes to the store, and its header goes back to the client once it is durable, in order. The
 * first refusal ends the stream; what was acknowledged before stays.
 */
final class PutStream {
    private final LiveStore store;
    private final ServerMetrics metrics;
    private final Bounds bounds;
    private final FlightStream puts;
    private final StreamListener<PutResult> answers;

    /**
     * What one stream may use.
     *
     * @param allocator for acknowledgements
     * @param maxBatchBytes largest batch
     */
    record Bounds(BufferAllocator allocator, long maxBatchBytes) {}

    PutStream(
            LiveStore store,
            ServerMetrics metrics,
            Bounds bounds,
            FlightStream puts,
            StreamListener<PutResult> answers) {
        this.store = store;
        this.metrics = metrics;
        this.bounds = bounds;
        this.puts = puts;
        this.answers = answers;
    }

    /** Takes puts until the client has no more. Blocks; failures are answered, never thrown. */
    void run() {
        try {
            PutStart start = PutStart.current();
            String table = LiveProducer.tableOf(read(() -> start.read(puts::getDescriptor)));
            VectorSchemaRoot batch = read(() -> start.read(puts::getRoot));
            PutSchema schema = PutSchema.of(batch.getSchema());
            while (read(puts::next)) {
                PutHeader header = header(table);
                checkSize(batch);
                long begin = System.nanoTime();
                store.put(header, schema, batch);
                metrics.put(table, batch.getRowCount(), System.nanoTime() - begin);
                acknowledge(header);
            }
            answers.onCompleted();
        } catch (Refused e) {
            metrics.refused(e.reason());
            answers.onError(Answers.to(e, "DoPut"));
        } catch (FlightRuntimeException e) {
            answers.onError(e);
        } catch (RuntimeException e) {
            answers.onError(Answers.to(e, "DoPut"));
        }
    }

    private PutHeader header(String table) throws Refused {
        ArrowBuf metadata = puts.getLatestMetadata();
        if (metadata == null) {
            throw Refused.invalid(
                    "A batch of a put to table %s has no app_metadata; it must carry a put header.", table);
        }
        byte[] bytes = new byte[(int) Math.min(metadata.readableBytes(), 1 << 16)];
        metadata.getBytes(metadata.readerIndex(), bytes);
        PutHeader header;
        try {
            header = PutHeader.fromBytes(bytes);
        } catch (IllegalArgumentException e) {
            throw Refused.invalid("%s", String.valueOf(e.getMessage()));
        }
        if (!header.table().equals(table)) {
            throw Refused.invalid(
                    "A batch says it is for table %s, but its stream puts to table %s.", header.table(), table);
        }
        return header;
    }

    private void checkSize(VectorSchemaRoot batch) throws Refused {
        long bytes = batch.getFieldVectors().stream()
                .mapToLong(FieldVector::getBufferSize)
                .sum();
        if (bytes > bounds.maxBatchBytes()) {
            throw Refused.invalid(
                    "A batch of %d rows has %d bytes, more than %d (put.max-bytes). Send fewer rows at a time.",
                    batch.getRowCount(), bytes, bounds.maxBatchBytes());
        }
    }

    private void acknowledge(PutHeader header) {
        byte[] bytes = header.toBytes();
        ArrowBuf metadata = bounds.allocator().buffer(bytes.length);
        metadata.writeBytes(bytes);
        try (PutResult result = PutResult.metadata(metadata)) { // closing it frees the buffer
            answers.onNext(result);
        }
    }

    private interface Reading<T> {
        T read() throws Refused;
    }

    /** Reads from the client; whatever its bytes break on is the client's mistake. */
    private static <T> T read(Reading<T> reading) throws Refused {
        try {
            return reading.read();
        } catch (FlightRuntimeException e) {
            throw Answers.to(e, "DoPut");
        } catch (RuntimeException e) {
            throw Answers.unreadable(e);
        }
    }
}
