package io.openclickstream.flight.store;

import io.openclickstream.flight.log.Checkpoint;
import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.log.PutLog;
import io.openclickstream.flight.table.Piece;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.RowCursor;
import io.openclickstream.flight.table.TableSchema;
import io.openclickstream.flight.table.TableSnapshot;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes all tables to a checkpoint beside the puts, whenever the log has grown enough, so that the log stays short.
 * Called by the store's writer only.
 */
final class Checkpoints implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final int ROWS_PER_RECORD = 16_384;
    private static final long BYTES_PER_RECORD = 4 << 20;
    private static final int MOST_BEHIND = 8;

    private final DataFolder folder;
    private final BufferAllocator allocator;
    private final long logBytes;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "live-store-checkpoint");
        made.setDaemon(true);
        return made;
    });
    private @Nullable Future<Long> running;
    private final Runnable ended;
    private long dueAt;
    private long triedUpTo;
    private long writtenUpTo;
    private String lastFailure = "";

    /**
     * @param logBytes size of the log that makes a checkpoint due
     * @param ended told, by another thread, that {@link #finished} has something to do
     */
    Checkpoints(DataFolder folder, BufferAllocator allocator, long logBytes, Runnable ended) {
        this.ended = ended;
        this.folder = folder;
        this.allocator = allocator;
        this.logBytes = logBytes;
        this.dueAt = logBytes;
    }

    /** @param lastErasure the record up to which files must not stay */
    boolean isDue(long currentLogBytes, long lastErasure) {
        return running == null && (currentLogBytes > dueAt || lastErasure > triedUpTo);
    }

    /** The last record that no file but a checkpoint may hold any more. */
    long writtenUpTo() {
        return writtenUpTo;
    }

    /** Whether a checkpoint up to this record, or a later one, was tried and failed. */
    boolean hasFailed(long sequence) {
        return running == null && triedUpTo >= sequence && writtenUpTo < sequence;
    }

    /** Why the last one that failed did. */
    String lastFailure() {
        return lastFailure;
    }

    /** Begins a checkpoint that holds everything up to {@code last}; closes their rows when it is through. */
    void start(long last, List<Piece.WithRows> pieces, List<Entries.Content> beside) {
        triedUpTo = last;
        running = thread.submit(() -> {
            try {
                Checkpoint.write(folder, last, sink -> {
                    for (Piece.WithRows piece : pieces) {
                        write(piece, sink);
                    }
                    for (Entries.Content content : beside) {
                        sink.add(content.kind(), content.header(), content.body());
                    }
                });
                return last;
            } finally {
                pieces.stream()
                        .map(Piece.WithRows::rows)
                        .filter(Objects::nonNull)
                        .forEach(TableSnapshot::close);
            }
        });
        thread.execute(ended); // only then is what runs done
    }

    /** Writes one and returns when it is on disk; the log is cut later, as after any other. */
    void write(long last, List<Piece.WithRows> pieces, List<Entries.Content> beside) throws IOException {
        start(last, pieces, beside);
        try {
            Objects.requireNonNull(running).get();
        } catch (ExecutionException e) {
            running = null;
            throw new IOException("the tables cannot be written to a checkpoint", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a checkpoint was written");
        }
    }

    /** Cuts the log when a checkpoint has been written since the last call. */
    void finished(PutLog log) throws IOException {
        Future<Long> finished = running;
        if (finished == null || !finished.isDone()) {
            return;
        }
        running = null;
        try {
            log.prune(finished.get());
            writtenUpTo = finished.get();
            dueAt = logBytes;
            LOG.atInfo()
                    .addKeyValue("upTo", finished.get())
                    .addKeyValue("logBytes", log.bytes())
                    .log("wrote a checkpoint");
        } catch (ExecutionException e) {
            failed(log.bytes(), e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A checkpoint could not be written: the log is kept, and another is tried when it has grown some more. */
    void failed(long currentLogBytes, Throwable cause) {
        lastFailure = String.valueOf(cause.getMessage());
        dueAt = Math.min(currentLogBytes + logBytes / 4, MOST_BEHIND * logBytes);
        LOG.atWarn()
                .addKeyValue("folder", folder.path())
                .addKeyValue("reason", lastFailure)
                .log("could not write a checkpoint");
    }

    /**
     * Keeps the log bounded when checkpoints fail or are too slow.
     *
     * @throws Refused NO_ROOM when the log is eight times as long as it should be
     */
    void refuseWhenBehind(long currentLogBytes) throws Refused {
        if (currentLogBytes > MOST_BEHIND * logBytes) {
            throw Refused.noRoom(
                    "The log in %s has %d bytes and could not be shortened (%s). Puts are taken again once a checkpoint "
                            + "has been written.",
                    folder.path(),
                    currentLogBytes,
                    lastFailure.isEmpty() ? "a checkpoint is being written" : lastFailure);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        boolean interrupted = false;
        try {
            while (!thread.isTerminated()) {
                try {
                    thread.awaitTermination(1, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void write(Piece.WithRows withRows, Checkpoint.Sink sink) throws IOException {
        Piece piece = withRows.piece();
        byte kind = Entries.kind(piece);
        byte[] header = Entries.header(piece);
        TableSnapshot rows = withRows.rows();
        if (rows == null) {
            TableSchema schema = Entries.schema(piece);
            sink.add(kind, header, schema == null ? new byte[0] : Entries.schemaBytes(schema));
            return;
        }
        try (VectorSchemaRoot batch = VectorSchemaRoot.create(rows.tableSchema().schema(), allocator)) {
            RowCursor cursor = new RowCursor(rows, ROWS_PER_RECORD, BYTES_PER_RECORD);
            while (cursor.next(batch)) {
                sink.add(kind, header, Batches.encode(batch));
            }
        }
    }
}
