package io.openclickstream.flight.server;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.openclickstream.flight.table.Refused;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * The descriptor and the schema that a put starts with. Flight waits for them for ever when the client leaves, or ends its
 * side, without having sent them; the thread and the put's place among those that may be open would be gone. Here
 * the wait ends with the client.
 */
final class PutStart {
    private static final Context.Key<PutStart> KEY = Context.key("clickstream-put-start");
    private static final String METHOD = "DoPut";

    /**
     * An interrupt may hit a thread that has what it waited for and does not know it yet, so it looks again; a future does
     * not tell it otherwise. That it is not let run for a second, each time between two lines, is not to be expected.
     */
    private static final int LOOKS = 3;

    private static final Executor SOON = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

    private @Nullable Thread waiting;
    private boolean over;
    private boolean left;

    /** The start of the put that this thread answers. */
    static PutStart current() {
        PutStart start = KEY.get();
        if (start == null) {
            throw new IllegalStateException("No put is answered by this thread.");
        }
        return start;
    }

    /** Tells each put when nothing more will come from its client. */
    static ServerInterceptor interceptor() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                if (!METHOD.equals(call.getMethodDescriptor().getBareMethodName())) {
                    return next.startCall(call, headers);
                }
                PutStart start = new PutStart();
                return new Watched<>(
                        Contexts.interceptCall(Context.current().withValue(KEY, start), call, headers, next), start);
            }
        };
    }

    /**
     * Waits for a part of the start.
     *
     * @throws Refused INVALID when the client has ended its side without sending it
     * @throws FlightRuntimeException CANCELLED when it has left
     */
    <T> T read(Supplier<T> part) throws Refused {
        for (int look = 0; look < LOOKS; look++) {
            begin();
            try {
                return part.get();
            } catch (FlightRuntimeException e) {
                if (!(e.getCause() instanceof InterruptedException)) {
                    throw e;
                }
            } finally {
                end();
            }
        }
        if (hasLeft()) {
            throw Answers.to(Status.CANCELLED.asRuntimeException(), METHOD);
        }
        throw Refused.invalid("This put ended before its descriptor and its schema. Send both in its first message.");
    }

    private synchronized void begin() {
        waiting = Thread.currentThread();
        if (over) {
            SOON.execute(this::interrupt);
        }
    }

    private synchronized void end() {
        waiting = null;
        Thread.interrupted(); // it may have come between the last part and this line
    }

    private synchronized boolean hasLeft() {
        return left;
    }

    private synchronized void over(boolean hasLeft) {
        over = true;
        left |= hasLeft;
        interrupt();
    }

    private synchronized void interrupt() {
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    /** All that came before has been passed on when the end is told, so what is still missing then never comes. */
    private static final class Watched<Q> extends SimpleForwardingServerCallListener<Q> {
        private final PutStart start;

        Watched(ServerCall.Listener<Q> answering, PutStart start) {
            super(answering);
            this.start = start;
        }

        @Override
        public void onHalfClose() {
            super.onHalfClose();
            start.over(false);
        }

        @Override
        public void onCancel() {
            super.onCancel();
            start.over(true);
        }
    }
}
