package io.openclickstream.flight.server;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.openclickstream.flight.access.Credential;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.table.Refused;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A call that can be ended from outside at any moment, whatever it is doing: its client gets a status, and whoever answers
 * it learns that it is cancelled. What is sent afterwards is dropped.
 */
final class GuardedCall<Q, A> extends SimpleForwardingServerCall<Q, A> implements Guest {
    /** Fewer bytes than any message has. */
    private static final int ANYTHING_BYTES = 1;

    private final Principal principal;
    private final Credential credential;
    private final AtomicBoolean told = new AtomicBoolean();
    private ServerCall.@Nullable Listener<Q> listener;
    private boolean closed;
    private volatile boolean ended;
    private volatile boolean sendsOneAtATime;

    GuardedCall(ServerCall<Q, A> call, Principal principal, Credential credential) {
        super(call);
        this.principal = principal;
        this.credential = credential;
    }

    @Override
    public Principal principal() {
        return principal;
    }

    @Override
    public Credential credential() {
        return credential;
    }

    /**
     * From now on the client counts as ready only once nothing waits for it in gRPC. For whoever answers, who asks before
     * each message: then one waits at most, however small messages are and however long the client takes none.
     *
     * <p>To be called while the call is answered: Flight sets a bound of its own, in bytes, after all interceptors.
     */
    void sendOneAtATime() {
        sendsOneAtATime = true;
    }

    /**
     * Wraps the listener of whoever answers.
     *
     * @param over called once the call is over, perhaps more than once
     */
    ServerCall.Listener<Q> listeningWith(ServerCall.Listener<Q> answering, Runnable over) {
        boolean late;
        synchronized (this) {
            listener = answering;
            late = ended;
        }
        if (late) {
            tellCancelled(answering);
        }
        return new SimpleForwardingServerCallListener<>(answering) {
            @Override
            public void onCancel() {
                over.run();
                tellCancelled(answering);
            }

            @Override
            public void onComplete() {
                over.run();
                if (ended) { // the answer was sent before whoever answers was told, and nobody else would tell
                    tellCancelled(answering);
                } else if (told.compareAndSet(false, true)) {
                    super.onComplete();
                }
            }
        };
    }

    @Override
    public void end(Refused why) {
        ServerCall.Listener<Q> answering;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            ended = true;
            answering = listener;
            try {
                super.close(Answers.grpcStatus(why), new Metadata());
            } catch (RejectedExecutionException e) {
                // The connection has ended, and the thread that would say it there; who answers still has to hear of
                // it.
            }
        }
        if (answering != null) {
            tellCancelled(answering);
        }
    }

    private void tellCancelled(ServerCall.Listener<Q> answering) {
        if (told.compareAndSet(false, true)) {
            answering.onCancel();
        }
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
        if (!ended) {
            super.sendHeaders(headers);
        }
    }

    @Override
    public synchronized void sendMessage(A message) {
        if (!ended) {
            super.sendMessage(message);
        }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
        if (!ended) {
            closed = true;
            super.close(Answers.withoutInsides(status), trailers);
        }
    }

    @Override
    public boolean isReady() {
        return !ended && (sendsOneAtATime ? isAllTaken() : super.isReady());
    }

    /**
     * Whether nothing waits for the client. Only whoever was told no hears when it has taken all: to tell each time costs
     * as much as to send a small message, for each of thousands.
     */
    private synchronized boolean isAllTaken() {
        setOnReadyThreshold(ANYTHING_BYTES);
        boolean isAllTaken = super.isReady();
        if (isAllTaken) {
            setOnReadyThreshold(Integer.MAX_VALUE);
        }
        return isAllTaken;
    }

    @Override
    public boolean isCancelled() {
        return ended || super.isCancelled();
    }
}
