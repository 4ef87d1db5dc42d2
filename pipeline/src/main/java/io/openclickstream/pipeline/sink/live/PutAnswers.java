package io.openclickstream.pipeline.sink.live;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * The answers to a DoPut. None is kept that comes when nobody waits any more, as Flight's own listener does: its memory
 * would never be freed, and a task that leaves memory behind takes the whole process of the tasks with it.
 */
final class PutAnswers implements FlightClient.PutListener, AutoCloseable {
    private final Queue<PutResult> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private boolean isClosed;

    /**
     * The next answer, which the caller closes.
     *
     * @return null when there is none within the timeout, or the server has ended the call without an error
     * @throws ExecutionException when the call has failed
     */
    synchronized @Nullable PutResult poll(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException {
        long deadline = System.nanoTime() + unit.toNanos(timeout);
        while (waiting.isEmpty() && !end.isDone()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        PutResult next = waiting.poll();
        if (next == null) {
            end.get();
        }
        return next;
    }

    @Override
    public synchronized void onNext(PutResult answer) {
        if (!isClosed) {
            ArrowBuf metadata = answer.getApplicationMetadata();
            metadata.getReferenceManager().retain();
            waiting.add(PutResult.metadata(metadata));
            notifyAll();
        }
    }

    @Override
    public synchronized void onError(Throwable failure) {
        end.completeExceptionally(failure);
        notifyAll();
    }

    @Override
    public synchronized void onCompleted() {
        end.complete(null);
        notifyAll();
    }

    @Override
    public void getResult() {
        try {
            end.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof FlightRuntimeException known
                    ? known
                    : CallStatus.INTERNAL.withCause(e.getCause()).toRuntimeException();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CallStatus.CANCELLED.withCause(e).toRuntimeException();
        }
    }

    @Override
    public boolean isCancelled() {
        return end.isDone();
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        waiting.forEach(PutResult::close);
        waiting.clear();
    }
}
