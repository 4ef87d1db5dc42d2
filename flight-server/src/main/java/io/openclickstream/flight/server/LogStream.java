package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Usages;
import io.openclickstream.flight.log.LogRecord;
import io.openclickstream.flight.store.LogFeed;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica that is sent the log. What waits for it stands in files; in memory there is a batch on its way, and one
 * record at most that did not fit into it. For the thread of {@link LogStreams}.
 */
final class LogStream {
    private static final Logger LOG = LoggerFactory.getLogger(LogStream.class);
    private static final int BATCH_RECORDS = 1024;
    private static final long BATCH_BYTES = 3 << 20;

    private final LogStreams all;
    private final LogFeed feed;
    private final LogMark.Bounds bounds;
    private final Usages.Share share;
    private final ServerStreamListener listener;
    private final BufferAllocator allocator;
    private @Nullable VectorSchemaRoot batch;
    private @Nullable LogRecord left;
    private LogMark.Kind next;
    private boolean begun;
    private boolean pausing;
    private boolean over;
    private long sentNanos;

    /** Takes over feed and share, which are closed when it is over. */
    LogStream(
            LogStreams all,
            LogFeed feed,
            LogMark.Bounds bounds,
            Usages.Share share,
            ServerStreamListener listener,
            BufferAllocator allocator) {
        this.all = all;
        this.feed = feed;
        this.bounds = bounds;
        this.share = share;
        this.listener = listener;
        this.allocator = allocator;
        this.next = feed.hasState() ? LogMark.Kind.STATE : LogMark.Kind.LOG;
    }

    void begin(long nowNanos) {
        if (over) { // the replica has left already
            return;
        }
        try {
            batch = LogRows.batch(allocator);
            listener.start(batch);
            pump(nowNanos);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Sends a batch when there is something to send and the replica is ready for it. */
    void pump(long nowNanos) {
        VectorSchemaRoot root = batch;
        if (over || pausing || root == null) {
            return;
        }
        try {
            if (!listener.isReady()) {
                return;
            }
            long wait = share.waitNanos();
            if (wait > 0) {
                pausing = true;
                all.after(wait, this::goOn);
                return;
            }
            LogMark.Kind kind = next;
            List<LogRecord> records = take();
            if (!records.isEmpty() || kind != LogMark.Kind.LOG || !begun) {
                send(kind == next ? kind : LogMark.Kind.STATE_END, records, root, nowNanos);
                all.pumpLater(this);
            }
        } catch (OutOfMemoryException e) {
            fail(Refused.noRoom(
                    "There is no memory left to send the log (streams.memory-max). Follow again in a moment."));
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("cannot send the log to a replica");
            fail(new Refused(Reason.UNAVAILABLE, "The log cannot be read here any more. Follow again."));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Shows that the leader is there, and how far it has come, when nothing else was sent for a while. */
    void keepAlive(long nowNanos, long intervalNanos) {
        VectorSchemaRoot root = batch;
        if (!over && root != null && begun && next == LogMark.Kind.LOG && nowNanos - sentNanos >= intervalNanos) {
            try {
                if (listener.isReady()) {
                    send(LogMark.Kind.LOG, List.of(), root, nowNanos);
                }
            } catch (RuntimeException e) {
                fail(e);
            }
        }
    }

    /** Keeps what has yet to be sent, unless that is too much. */
    void hold(long mostBytes) {
        try {
            if (!over) {
                feed.hold();
                if (feed.heldBytes() > mostBytes) {
                    fail(Refused.noRoom(
                            "This replica is too slow: %d bytes of the log would have to be kept for it. Follow again.",
                            feed.heldBytes()));
                }
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("cannot keep the log for a replica");
            fail(new Refused(Reason.UNAVAILABLE, "The log cannot be read here any more. Follow again."));
        }
    }

    void fail(Exception why) {
        if (!over) {
            end();
            if (!listener.isCancelled()) {
                listener.error(Answers.to(why, "DoGet"));
            }
        }
    }

    /** Gives everything back. */
    void end() {
        if (over) {
            return;
        }
        over = true;
        left = null;
        if (batch != null) {
            batch.close();
        }
        try {
            feed.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("could not close a log that was read");
        }
        share.close();
        all.ended(this);
    }

    private void goOn() {
        pausing = false;
        pump(System.nanoTime());
    }

    /** The records of the next batch; a state that ends with them is over. */
    private List<LogRecord> take() throws IOException {
        List<LogRecord> records = new ArrayList<>();
        long bytes = 0;
        while (records.size() < BATCH_RECORDS) {
            LogRecord record = left == null ? read() : left;
            left = null;
            if (record == null) {
                next = LogMark.Kind.LOG;
                break;
            }
            long size = (long) record.header().length + record.body().length;
            if (!records.isEmpty() && bytes + size > BATCH_BYTES) {
                left = record;
                break;
            }
            records.add(record);
            bytes += size;
        }
        return records;
    }

    private @Nullable LogRecord read() throws IOException {
        return next == LogMark.Kind.LOG ? feed.next() : feed.nextOfState();
    }

    private void send(LogMark.Kind kind, List<LogRecord> records, VectorSchemaRoot root, long nowNanos) {
        LogRows.write(records, root);
        byte[] mark = new LogMark(kind, feed.from(), feed.durable(), begun ? null : bounds).toBytes();
        long bytes = mark.length
                + root.getFieldVectors().stream()
                        .mapToLong(FieldVector::getBufferSize)
                        .sum();
        share.sent(bytes);
        all.sent(bytes);
        ArrowBuf metadata = allocator.buffer(mark.length);
        metadata.writeBytes(mark);
        listener.putNext(metadata);
        root.clear();
        begun = true;
        sentNanos = nowNanos;
    }
}
