package io.openclickstream.load.live;

import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.LiveTableSchema;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * One subtask that puts to one table as the job's writers do: opened, with a header and a digest for every batch, and with a
 * bounded number of batches that are not acknowledged yet. For one thread.
 */
final class LiveWriter implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 120;
    private static final String WRITER = "load-test";

    private final FlightClient client;
    private final BufferAllocator allocator;
    private final LiveTableSchema table;
    private final String lineage;
    private final int subtask;
    private final int parallelism;
    private final int mostInFlight;
    private final Semaphore inFlight;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final VectorSchemaRoot root;
    private final FlightClient.ClientStreamListener stream;
    private final long token;
    private long epoch = 1;
    private long batches;
    private long rows;
    private long digest = RowDigest.NOTHING;

    /**
     * Opens the subtask.
     *
     * @param mostInFlight batches that may be on their way before {@link #put} waits
     * @param acknowledged told the sequence number, from 0, of every batch that is durable; called by a thread of gRPC
     */
    LiveWriter(
            Location server,
            LiveTableSchema table,
            String lineage,
            int subtask,
            int parallelism,
            int mostInFlight,
            LongConsumer acknowledged,
            BufferAllocator allocator) {
        this.table = table;
        this.lineage = lineage;
        this.subtask = subtask;
        this.parallelism = parallelism;
        this.mostInFlight = mostInFlight;
        this.allocator = allocator;
        inFlight = new Semaphore(mostInFlight);
        client = FlightClient.builder(allocator, server).build();
        var opening = new WriterOpening(WriterOpening.VERSION, lineage, WRITER, subtask, parallelism, 0, "load-test");
        token = WriterOpened.fromBytes(action(LiveActions.OPEN, opening.toBytes()))
                .token();
        root = VectorSchemaRoot.create(table.putSchema(), allocator);
        stream = client.startPut(FlightDescriptor.path(table.name()), root, new Answers(acknowledged));
    }

    /**
     * Sends a batch; waits while as many as may be are on their way.
     *
     * @param watermarkMillis how far the writer says event time has come; null before the first time
     * @throws IOException when the server has refused one, or does not answer
     */
    void put(PutBatch batch, @Nullable Long watermarkMillis) throws IOException, InterruptedException {
        acquire(1);
        var header = new PutHeader(
                PutHeader.VERSION,
                table.name(),
                lineage,
                WRITER,
                subtask,
                parallelism,
                token,
                epoch,
                batches,
                batch.digest(),
                watermarkMillis);
        new VectorLoader(root).load(batch.batch());
        byte[] bytes = header.toBytes();
        ArrowBuf metadata = allocator.buffer(bytes.length);
        metadata.writeBytes(bytes);
        stream.putNext(metadata);
        batches++;
        rows += batch.rows();
        digest = RowDigest.then(digest, batch.digest());
    }

    /** Waits until everything is acknowledged. */
    void awaitAcknowledged() throws IOException, InterruptedException {
        acquire(mostInFlight);
        inFlight.release(mostInFlight);
    }

    /** What was put by now, and how later puts are of the epoch after this one. */
    EpochCommit.Lane endEpoch() {
        epoch++;
        return new EpochCommit.Lane(WRITER, subtask, token, table.name(), batches, rows, digest);
    }

    /** Commits an epoch for all writers; each has ended it, and everything is acknowledged. */
    void commit(long committedEpoch, List<EpochCommit.Lane> lanes) {
        action(LiveActions.COMMIT, new EpochCommit(EpochCommit.VERSION, lineage, committedEpoch, lanes).toBytes());
    }

    @Override
    public void close() throws InterruptedException {
        stream.completed();
        root.close();
        client.close();
    }

    private void acquire(int permits) throws IOException, InterruptedException {
        boolean acquired = inFlight.tryAcquire(permits, PATIENCE_SECONDS, TimeUnit.SECONDS);
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IOException("A put to table %s failed: %s".formatted(table.name(), cause.getMessage()), cause);
        }
        if (!acquired) {
            throw new IOException(
                    "The server has acknowledged nothing for %d s; see its log.".formatted(PATIENCE_SECONDS));
        }
    }

    private byte[] action(String type, byte[] body) {
        return client.doAction(new Action(type, body), patience()).next().getBody();
    }

    private static CallOption patience() {
        return CallOptions.timeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Counts acknowledgements; they come in the order of the puts. */
    private final class Answers implements FlightClient.PutListener {
        private final LongConsumer acknowledged;
        private long next;

        Answers(LongConsumer acknowledged) {
            this.acknowledged = acknowledged;
        }

        @Override
        public void onNext(PutResult answer) {
            acknowledged.accept(next++);
            inFlight.release();
        }

        @Override
        public void onError(Throwable cause) {
            failure.compareAndSet(null, cause);
            inFlight.release(mostInFlight);
        }

        @Override
        public void onCompleted() {}

        @Override
        public void getResult() {}
    }
}
