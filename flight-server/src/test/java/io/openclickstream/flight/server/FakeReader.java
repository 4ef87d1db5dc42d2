package io.openclickstream.flight.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.openclickstream.flight.Fold;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.IpcOption;

/** A client that is ready when the test says so, and folds what it gets. */
final class FakeReader implements ServerStreamListener {
    final Fold fold;
    private VectorSchemaRoot batch;
    private Runnable onReady = () -> {};
    private Runnable onCancel = () -> {};
    private int ready;
    /** It has said that it is ready: who heard that may send one batch, even if it takes fewer meanwhile. */
    private boolean isPromised;

    private boolean cancelled;
    private boolean isWithoutMemory;
    private Throwable failure;

    FakeReader(Fold fold) {
        this.fold = fold;
    }

    /** Takes so many batches more, and then no more until it is told again. */
    void takes(int batches) {
        Runnable tell;
        synchronized (this) {
            ready = batches;
            tell = onReady;
        }
        tell.run();
    }

    /** From now on its connection finds no memory to send with. */
    synchronized void connectionFindsNoMemory() {
        isWithoutMemory = true;
    }

    void cancel() {
        Runnable tell;
        synchronized (this) {
            cancelled = true;
            tell = onCancel;
        }
        tell.run();
    }

    /** Whether it has got the schema. */
    synchronized boolean isStarted() {
        return batch != null;
    }

    synchronized Throwable failure() {
        return failure;
    }

    @Override
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    @Override
    public synchronized boolean isReady() {
        isPromised = ready > 0 && !cancelled;
        return isPromised;
    }

    @Override
    public synchronized void setOnCancelHandler(Runnable handler) {
        onCancel = handler;
    }

    @Override
    public synchronized void setOnReadyHandler(Runnable handler) {
        onReady = handler;
    }

    @Override
    public synchronized void start(VectorSchemaRoot root, DictionaryProvider dictionaries, IpcOption option) {
        batch = root;
    }

    @Override
    public void putNext() {
        throw new AssertionError("a batch without a mark");
    }

    @Override
    public synchronized void putNext(ArrowBuf metadata) {
        try (metadata) {
            if (!isPromised) {
                throw new AssertionError("sent to a reader that has not said it is ready");
            }
            isPromised = false;
            ready = Math.max(0, ready - 1);
            if (isWithoutMemory) {
                exceedDirectMemory();
            }
            fold.take(batch, metadata);
        }
    }

    @Override
    public void putMetadata(ArrowBuf metadata) {
        metadata.close();
        throw new AssertionError("a mark without a batch");
    }

    @Override
    public synchronized void error(Throwable why) {
        failure = why;
    }

    @Override
    public void completed() {
        throw new AssertionError("a subscription does not complete");
    }

    private static void exceedDirectMemory() {
        List<ByteBuf> taken = new ArrayList<>();
        try {
            while (true) {
                taken.add(Unpooled.directBuffer(256 << 20));
            }
        } finally {
            taken.forEach(ByteBuf::release);
        }
    }
}
