package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Usages;
import io.openclickstream.flight.read.Reading;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.RowCursor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * One answer to a DoGet: rows of a snapshot sent in batches of at most 16k rows, each made only when the client is ready for it,
 * so that a slow client costs its snapshot and a few batches, and no thread. Where many are slow, a small batch.
 */
final class TableStream implements TableStreams.Reader {
    private static final int BATCH_ROWS = 16_384;
    /** Below what may wait in gRPC for a client, so that the next batch is made while one is on its way. */
    private static final long BATCH_BYTES = 1 << 20;

    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LAST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(256);

    private final Reading reading;
    private final Usages.Share share;
    private final Pacer pacer;
    private final ServerMetrics metrics;
    private final long begunNanos = System.nanoTime();
    private final RowCursor cursor;
    private final VectorSchemaRoot batch;
    private final Portions.Portion memory;
    private final byte[] facts;
    private final ServerStreamListener listener;
    private final Consumer<TableStreams.Reader> ended;
    private boolean over;
    private boolean pausing;
    private long retryNanos = FIRST_RETRY_NANOS;

    /** Calls back after a while. */
    @FunctionalInterface
    interface Pacer {
        void after(long nanos, Runnable callback);
    }

    /**
     * @param reading closed when the stream is over
     * @param share of the principal's quota, closed as well
     * @param memory for batches, the same
     * @param ended called once, when it is
     */
    TableStream(
            Reading reading,
            Usages.Share share,
            Pacer pacer,
            ServerMetrics metrics,
            Portions.Portion memory,
            ServerStreamListener listener,
            Consumer<TableStreams.Reader> ended) {
        this.reading = reading;
        this.share = share;
        this.pacer = pacer;
        this.memory = memory;
        this.facts = BatchFacts.of(reading.facts());
        this.metrics = metrics;
        this.cursor = reading.rows(BATCH_ROWS, BATCH_BYTES);
        this.batch = VectorSchemaRoot.create(reading.schema(), memory.allocator());
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

    @Override
    public long holdsSinceNanos() {
        return begunNanos;
    }

    @Override
    public synchronized void cutOff(Refused why) {
        fail(why);
    }

    private synchronized void send() {
        try {
            while (!over && listener.isReady()) {
                long wait = share.waitNanos();
                if (wait > 0) {
                    sendAfter(wait);
                    return;
                }
                if (memory.mustWait()) { // that the client takes what is on its way is not always told
                    sendAfter(retryNanos);
                    retryNanos = Math.min(LAST_RETRY_NANOS, 2 * retryNanos);
                    return;
                }
                retryNanos = FIRST_RETRY_NANOS;
                if (cursor.next(batch, memory.batchBytes(BATCH_BYTES))) {
                    long bytes = batch.getFieldVectors().stream()
                            .mapToLong(FieldVector::getBufferSize)
                            .sum();
                    share.sent(bytes);
                    metrics.sent(bytes);
                    listener.putNext(metadata());
                    batch.clear();
                } else {
                    end();
                    listener.completed();
                }
            }
        } catch (OutOfMemoryException e) {
            fail(Refused.noRoom(
                    "Too many tables are being read at once (streams.memory-max, or quota.memory-max for one principal). "
                            + "Try again in a moment."));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** For one batch: sending it frees the buffer. */
    private ArrowBuf metadata() {
        ArrowBuf buffer = memory.allocator().buffer(facts.length);
        buffer.writeBytes(facts);
        return buffer;
    }

    private void sendAfter(long nanos) {
        if (!pausing) {
            pausing = true;
            pacer.after(nanos, this::resume);
        }
    }

    private synchronized void resume() {
        pausing = false;
        send();
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
            reading.close();
            share.close();
            memory.close();
            metrics.streamEnded(System.nanoTime() - begunNanos);
            ended.accept(this);
        }
    }
}
