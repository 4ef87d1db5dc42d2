package io.openclickstream.flight.store;

import io.openclickstream.flight.log.CheckpointReader;
import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.log.LogRecord;
import io.openclickstream.flight.log.LogTail;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What somebody needs to have the same tables: the records of a checkpoint, unless they can go on from what they have, and
 * then those of the log, as they become durable. Read from disk, so it holds no rows. For one thread.
 */
public final class LogFeed implements AutoCloseable {
    private static final int ATTEMPTS = 5;

    private final boolean hasState;
    private final long from;
    private final LogTail tail;
    private final LongSupplier durable;
    private @Nullable CheckpointReader state;

    private LogFeed(boolean hasState, long from, @Nullable CheckpointReader state, LogTail tail, LongSupplier durable) {
        this.hasState = hasState;
        this.from = from;
        this.state = state;
        this.tail = tail;
        this.durable = durable;
    }

    /** Goes on from a position when this log has it and all after it; otherwise begins with a checkpoint. */
    static LogFeed open(DataFolder folder, Terms terms, LogPosition position, LongSupplier durable) throws IOException {
        if (terms.have(position, durable.getAsLong())) {
            LogTail tail = LogTail.open(folder, position.sequence() + 1);
            if (tail != null) {
                return new LogFeed(false, position.sequence(), null, tail, durable);
            }
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) { // another checkpoint may be finished in between
            CheckpointReader state = CheckpointReader.open(folder);
            long from = state == null ? 0 : state.sequence();
            LogTail tail = null;
            try {
                tail = LogTail.open(folder, from + 1);
                if (tail != null) {
                    return new LogFeed(true, from, state, tail, durable);
                }
            } finally {
                if (tail == null && state != null) {
                    state.close();
                }
            }
        }
        throw new IOException("the log in %s is cut faster than it can be opened".formatted(folder.path()));
    }

    /** Whether a state comes first, which takes the place of all that the reader has. */
    public boolean hasState() {
        return hasState;
    }

    /** The record after which the log is read: the last one in the state, or the last one that the reader has. */
    public long from() {
        return from;
    }

    /** The next record of the state; null when all have come. */
    public @Nullable LogRecord nextOfState() throws IOException {
        LogRecord record = state == null ? null : state.next();
        if (record == null && state != null) {
            state.close();
            state = null;
        }
        return record;
    }

    /** The next durable record of the log; null while there is none. */
    public @Nullable LogRecord next() throws IOException {
        return tail.next(durable.getAsLong());
    }

    /** Sequence of the last durable record. */
    public long durable() {
        return durable.getAsLong();
    }

    /** Sees to it that what has yet to be read stays when the log is cut. Called after each group of puts. */
    public void hold() throws IOException {
        if (!tail.hasRead(durable.getAsLong())) {
            tail.hold();
        }
    }

    /** Room on disk that is free once this has read on. */
    public long heldBytes() throws IOException {
        return tail.heldBytes();
    }

    @Override
    public void close() throws IOException {
        if (state != null) {
            state.close();
        }
        tail.close();
    }
}
