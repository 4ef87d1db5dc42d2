package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.PutHeader;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One DoPut stream to one live table. A batch counts as sent once the server has said that it is durable; until then it
 * is sent again, over new connections. Repeating a batch is harmless: the server knows it by its token and sequence
 * number.
 */
final class LiveConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveConnection.class);

    private static final Duration FREED_WITHIN = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN_NANOS = 1_000_000;

    private final LivePushOperator.Settings settings;
    private final BufferAllocator allocator;
    private final LiveBatch batch;
    private final String table;

    private @Nullable BufferAllocator answerMemory;
    private @Nullable FlightClient client;
    private FlightClient.@Nullable ClientStreamListener stream;
    private @Nullable PutAnswers answers;
    private @Nullable FlightRuntimeException failure;
    private boolean isAnswerDue;

    LiveConnection(LivePushOperator.Settings settings, BufferAllocator allocator, LiveBatch batch, String table) {
        this.settings = settings;
        this.allocator = allocator;
        this.batch = batch;
        this.table = table;
    }

    /** Sends the batch as it stands, without waiting; {@link #awaitDurable} must follow. */
    void send(PutHeader header) {
        failure = null;
        isAnswerDue = true;
        try {
            put(header);
        } catch (FlightRuntimeException e) {
            failure = e;
        }
    }

    /**
     * Waits until the batch sent is durable; sends it again as often as it takes.
     *
     * @param outage hears when the server has been away for longer than allowed
     * @throws LivePushException when the server refuses it for good
     */
    void awaitDurable(PutHeader header, Patience.Outage outage) throws InterruptedException, LivePushException {
        Patience patience = new Patience(settings.uri(), "rows for table " + table, settings.maxOutage(), outage);
        while (true) {
            try {
                if (failure != null) {
                    throw failure;
                }
                awaitAnswer(header);
                isAnswerDue = false;
                return;
            } catch (FlightRuntimeException e) {
                disconnect();
                patience.waitAfter(e);
                send(header);
            }
        }
    }

    private void put(PutHeader header) {
        FlightClient.ClientStreamListener open = connect();
        byte[] metadata = header.toBytes();
        ArrowBuf buffer = allocator.buffer(metadata.length);
        buffer.writeBytes(metadata);
        open.putNext(buffer);
    }

    private void awaitAnswer(PutHeader header) throws InterruptedException {
        PutAnswers listener = answers;
        if (listener == null) {
            throw new IllegalStateException("Not connected.");
        }
        try (PutResult answer = listener.poll(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
            if (answer == null) {
                throw FlightStatusCodes.unavailable("no answer within " + settings.answerTimeout());
            }
            ArrowBuf buffer = answer.getApplicationMetadata();
            byte[] bytes = new byte[(int) buffer.readableBytes()];
            buffer.getBytes(buffer.readerIndex(), bytes);
            if (!header.equals(PutHeader.fromBytes(bytes))) {
                throw FlightStatusCodes.unavailable("the answer is to another batch");
            }
        } catch (ExecutionException e) {
            throw FlightStatusCodes.of(e);
        }
    }

    private FlightClient.ClientStreamListener connect() {
        if (stream != null) {
            return stream;
        }
        BufferAllocator memory = allocator.newChildAllocator("answers", 0, Long.MAX_VALUE);
        answerMemory = memory;
        client = settings.access().client(memory, new Location(settings.uri()));
        PutAnswers listener = new PutAnswers();
        answers = listener;
        stream = client.startPut(FlightDescriptor.path(table), batch.root(), listener);
        return stream;
    }

    private void disconnect() {
        try {
            if (stream != null) {
                stream.error(FlightStatusCodes.unavailable("the writer starts anew"));
            }
        } catch (RuntimeException e) {
            LOG.debug("The stream was gone already: table={}", table, e);
        }
        closeClient();
        stream = null;
        answers = null;
        client = null;
    }

    /** A thread of gRPC's may hold the answer that was just taken for a moment more, and what is in use cannot be closed. */
    private void closeClient() {
        closeQuietly(answers);
        BufferAllocator memory = answerMemory;
        if (memory != null) {
            awaitFreed(memory);
        }
        closeQuietly(client);
        closeQuietly(memory);
        answerMemory = null;
    }

    /** Also in a task that is cancelled: a thread that is interrupted would not wait, but spin. */
    private static void awaitFreed(BufferAllocator memory) {
        boolean isInterrupted = Thread.interrupted();
        long deadline = System.nanoTime() + FREED_WITHIN.toNanos();
        while (memory.getAllocatedMemory() > 0 && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            isInterrupted |= Thread.interrupted();
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeQuietly(@Nullable AutoCloseable closeable) {
        if (closeable == null) {
            return;
        }
        try {
            closeable.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("Closing a broken connection failed: table={}", table, e);
        }
    }

    /** A batch that has no answer yet is not waited for: the call is cancelled, or its memory would stay in use. */
    @Override
    public void close() {
        if (isAnswerDue) {
            disconnect();
        } else {
            if (stream != null) {
                stream.completed();
            }
            closeClient();
        }
    }
}
