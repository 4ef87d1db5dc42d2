package io.openclickstream.flight.server;

import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.RowCursor;
import io.openclickstream.flight.table.TableSnapshot;
import java.util.function.Consumer;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * One answer to a DoGet: a snapshot sent in batches of about 16k rows, each made only when the client is ready for it,
 * so that a slow client costs its snapshot and a few batches, and no thread.
 */
final class TableStream {
    private static final int BATCH_ROWS = 16_384;
    /** Below the 4 MiB that many gRPC clients take at most. */
    private static final long BATCH_BYTES = 3 << 20;

    private final TableSnapshot snapshot;
    private final RowCursor cursor;
    private final VectorSchemaRoot batch;
    private final BufferAllocator allocator;
    private final byte[] facts;
    private final ServerStreamListener listener;
    private final Consumer<TableStream> ended;
    private boolean over;

    /**
     * @param snapshot closed when the stream is over
     * @param ended called once, when it is
     */
    TableStream(
            TableSnapshot snapshot,
            BufferAllocator allocator,
            ServerStreamListener listener,
            Consumer<TableStream> ended) {
        this.snapshot = snapshot;
        this.allocator = allocator;
        this.facts = BatchFacts.of(snapshot);
        this.cursor = new RowCursor(snapshot, BATCH_ROWS, BATCH_BYTES);
        this.batch = VectorSchemaRoot.create(snapshot.schema(), allocator);
        this.listener = listener;
        this.ended = ended;
    }

    /** Sends the schema and as much as the client is ready for, and returns; the rest follows by itself. */
    synchronized void start() {
        listener.setUseZeroCopy(true);
        listener.setOnCancelHandler(this::cancelled);
        listener.setOnReadyHandler(this::send);
        try {
            listener.start(batch);
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        send();
    }

    /** Ends the stream early with an answer that says why. */
    synchronized void cutOff(Refused why) {
        fail(why);
    }

    private synchronized void send() {
        try {
            while (!over && listener.isReady()) {
                if (cursor.next(batch)) {
                    listener.putNext(metadata());
                    batch.clear();
                } else {
                    end();
                    listener.completed();
                }
            }
        } catch (OutOfMemoryException e) {
            fail(Refused.noRoom("Too many tables are being read at once (streams.memory-max). Try again in a moment."));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** For one batch: sending it frees the buffer. */
    private ArrowBuf metadata() {
        ArrowBuf buffer = allocator.buffer(facts.length);
        buffer.writeBytes(facts);
        return buffer;
    }

    private synchronized void cancelled() {
        end();
    }

    private void fail(Exception why) {
        if (!over) {
            end();
            if (!listener.isCancelled()) {
                listener.error(Answers.to(why, "DoGet"));
            }
        }
    }

    private void end() {
        if (!over) {
            over = true;
            batch.close();
            snapshot.close();
            ended.accept(this);
        }
    }
}
