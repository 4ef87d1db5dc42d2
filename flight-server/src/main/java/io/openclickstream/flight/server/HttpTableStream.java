package io.openclickstream.flight.server;

import com.sun.net.httpserver.HttpExchange;
import io.openclickstream.flight.access.Credential;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Usages;
import io.openclickstream.flight.read.Reading;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.RowCursor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * One table being read over HTTP, on the thread of its call. Whoever ends it from outside interrupts that thread: that
 * closes the connection, also in the middle of a write that the client does not take.
 */
final class HttpTableStream implements Guest, TableStreams.Reader {
    private static final int BATCH_ROWS = 16_384;
    private static final long BATCH_BYTES = 3 << 20;

    private final HttpExchange exchange;
    private final Reading reading;
    private final RowFormat format;
    private final Principal principal;
    private final Credential credential;
    private final ServerMetrics metrics;
    private final Thread thread = Thread.currentThread();
    private final long begunNanos = System.nanoTime();
    private boolean over;
    private volatile @Nullable Refused ended;

    HttpTableStream(
            HttpExchange exchange,
            Reading reading,
            RowFormat format,
            Principal principal,
            Credential credential,
            ServerMetrics metrics) {
        this.exchange = exchange;
        this.reading = reading;
        this.format = format;
        this.principal = principal;
        this.credential = credential;
        this.metrics = metrics;
    }

    /**
     * Sends the rows.
     *
     * @throws Refused NO_ROOM when too many tables are being read; nothing has been sent then
     * @throws IOException when it broke off
     */
    void run(TableStreams streams, RunningCalls running) throws Refused, IOException {
        Usages.Share share = streams.add(this, principal);
        running.add(this);
        try (share;
                Portions.Portion memory = streams.memory(principal);
                VectorSchemaRoot batch = VectorSchemaRoot.create(reading.schema(), memory.allocator())) {
            send(batch, share, () -> memory.batchBytes(BATCH_BYTES));
        } catch (RuntimeException e) {
            throw new IOException("broke off", e);
        } finally {
            running.remove(this);
            streams.remove(this);
            metrics.streamEnded(System.nanoTime() - begunNanos);
            synchronized (this) {
                over = true;
                Thread.interrupted(); // the thread goes on to other calls
            }
        }
    }

    private void send(VectorSchemaRoot batch, Usages.Share share, LongSupplier batchBytes) throws Refused, IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            return;
        }
        RowCursor cursor = reading.rows(BATCH_ROWS, BATCH_BYTES);
        boolean isThere = first(cursor, batch, batchBytes.getAsLong());
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 1 << 16);
        RowFormat.Writer writer = format.writer(batch, out);
        for (; isThere; isThere = cursor.next(batch, batchBytes.getAsLong())) {
            for (long wait = share.waitNanos(); wait > 0 && ended == null; wait = share.waitNanos()) {
                LockSupport.parkNanos(wait);
            }
            Refused why = ended;
            if (why != null) {
                throw new IOException(why.getMessage());
            }
            long bytes = batch.getFieldVectors().stream()
                    .mapToLong(FieldVector::getBufferSize)
                    .sum();
            share.sent(bytes);
            metrics.sent(bytes);
            writer.rows();
        }
        writer.end();
        out.flush();
        exchange.close();
    }

    /** Fills the first batch while it can still be said that there is no memory for it. */
    private static boolean first(RowCursor cursor, VectorSchemaRoot batch, long bytes) throws Refused {
        try {
            return cursor.next(batch, bytes);
        } catch (OutOfMemoryException e) {
            throw Refused.noRoom(
                    "Too many tables are being read at once (streams.memory-max, or quota.memory-max for one "
                            + "principal). Try again in a moment.");
        }
    }

    @Override
    public Principal principal() {
        return principal;
    }

    @Override
    public Credential credential() {
        return credential;
    }

    @Override
    public long holdsSinceNanos() {
        return begunNanos;
    }

    @Override
    public void cutOff(Refused why) {
        end(why);
    }

    @Override
    public synchronized void end(Refused why) {
        if (!over && ended == null) {
            ended = why;
            thread.interrupt();
        }
    }
}
