package io.openclickstream.flight.server;

import io.grpc.BinaryLog;
import io.grpc.Channel;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.openclickstream.flight.table.Refused;
import java.io.InputStream;
import java.util.Objects;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses bytes that are no message of Flight's. gRPC reads messages in front of every interceptor, and when it cannot, its
 * log gets a stack trace for each, and the client a status that says nothing. Here such bytes become a message like any
 * other, which is refused behind the door; the log gets a line.
 *
 * <p>Of a service that others have built gRPC lets a method be exchanged in one place, which is meant for a log of all
 * messages. It is used for that alone.
 */
final class UnreadableRequests extends BinaryLog implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(UnreadableRequests.class);

    private final ServerMetrics metrics;

    /** Stands for what could not be read, on its way to the interceptor. */
    private enum Unreadable {
        UNREADABLE
    }

    UnreadableRequests(ServerMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public <Q, A> ServerMethodDefinition<?, ?> wrapMethodDefinition(ServerMethodDefinition<Q, A> method) {
        MethodDescriptor<Q, A> known = method.getMethodDescriptor();
        return ServerMethodDefinition.create(
                known.toBuilder(new Reading<>(known.getRequestMarshaller()), known.getResponseMarshaller())
                        .build(),
                method.getServerCallHandler());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            @Override
            public void onMessage(Q message) {
                if (message == Unreadable.UNREADABLE) {
                    refuse(call);
                } else {
                    super.onMessage(message);
                }
            }
        };
    }

    /** Whoever answers may be doing so already, so the call is ended from outside. */
    private void refuse(ServerCall<?, ?> call) {
        String method = Objects.requireNonNull(call.getMethodDescriptor().getBareMethodName());
        Refused why = Refused.invalid(
                "Cannot read what was sent to %s: it is no message of Arrow Flight's. Use a Flight client.", method);
        LOG.atInfo().addKeyValue("call", method).log("a client sent bytes that are no message");
        metrics.refused(why.reason());
        ((Guest) call).end(why);
    }

    /** Nothing is called by way of this. */
    @Override
    public Channel wrapChannel(Channel channel) {
        return channel;
    }

    @Override
    public void close() {}

    private record Reading<Q>(Marshaller<Q> marshaller) implements Marshaller<Q> {
        @Override
        public InputStream stream(Q message) {
            return marshaller.stream(message);
        }

        @Override
        @SuppressWarnings("unchecked") // nobody takes it for a Q: it does not get past the interceptor
        public Q parse(InputStream bytes) {
            try {
                return marshaller.parse(bytes);
            } catch (RuntimeException e) {
                if (isWantOfMemory(e)) { // our own
                    throw e;
                }
                return (Q) Unreadable.UNREADABLE;
            }
        }
    }

    private static boolean isWantOfMemory(@Nullable Throwable failure) {
        return failure instanceof OutOfMemoryException || (failure != null && isWantOfMemory(failure.getCause()));
    }
}
