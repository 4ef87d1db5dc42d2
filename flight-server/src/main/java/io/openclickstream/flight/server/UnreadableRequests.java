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
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Set;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.util.AutoCloseables;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses bytes that are no message of Flight's. gRPC reads messages in front of every interceptor, and when it cannot, its
 * log gets a stack trace for each, and the client a status that says nothing. Here such bytes become a message like any
 * other, which is refused behind the door; the log gets a line. So is a second schema in a stream of rows: Flight would
 * begin anew, and not give back the rows it has read by the first one.
 *
 * <p>Of a service that others have built gRPC lets a method be exchanged in one place, which is meant for a log of all
 * messages. It is used for that alone.
 */
final class UnreadableRequests extends BinaryLog implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(UnreadableRequests.class);

    private static final Set<String> TAKING_ROWS = Set.of("DoPut", "DoExchange");

    private final ServerMetrics metrics;

    /** Stands for what could not be read, on its way to the interceptor. */
    private enum Unreadable {
        UNREADABLE
    }

    /** A message with a schema, the same. */
    private record SchemaMessage<Q>(Q message) {}

    UnreadableRequests(ServerMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public <Q, A> ServerMethodDefinition<?, ?> wrapMethodDefinition(ServerMethodDefinition<Q, A> method) {
        MethodDescriptor<Q, A> known = method.getMethodDescriptor();
        Marshaller<Q> reading = new Reading<>(
                known.getRequestMarshaller(), TAKING_ROWS.contains(String.valueOf(known.getBareMethodName())));
        return ServerMethodDefinition.create(
                known.toBuilder(reading, known.getResponseMarshaller()).build(), method.getServerCallHandler());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean hasSchema;

            @Override
            @SuppressWarnings("unchecked") // what parse put into it
            public void onMessage(Q message) {
                if (message == Unreadable.UNREADABLE) {
                    refuseUnreadable(call);
                } else if (message instanceof SchemaMessage<?> schema && hasSchema) {
                    AutoCloseables.closeNoChecked((AutoCloseable) schema.message());
                    refuse(
                            call,
                            Refused.invalid("A second schema came in this stream. Rows of another schema take another "
                                    + "stream; a batch does not need its schema again."));
                } else if (message instanceof SchemaMessage<?> schema) {
                    hasSchema = true;
                    super.onMessage((Q) schema.message());
                } else {
                    super.onMessage(message);
                }
            }
        };
    }

    private void refuseUnreadable(ServerCall<?, ?> call) {
        String method = Objects.requireNonNull(call.getMethodDescriptor().getBareMethodName());
        LOG.atInfo().addKeyValue("call", method).log("a client sent bytes that are no message");
        refuse(
                call,
                Refused.invalid(
                        "Cannot read what was sent to %s: it is no message of Arrow Flight's. Use a Flight client.",
                        method));
    }

    /** Whoever answers may be doing so already, so the call is ended from outside. */
    private void refuse(ServerCall<?, ?> call, Refused why) {
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

    /** @param takesRows whether messages are {@code FlightData}, which Flight reads by code of its own */
    private record Reading<Q>(Marshaller<Q> marshaller, boolean takesRows) implements Marshaller<Q> {
        @Override
        public InputStream stream(Q message) {
            return marshaller.stream(message);
        }

        @Override
        @SuppressWarnings("unchecked") // nobody takes what stands for a Q for one: it does not get past the interceptor
        public Q parse(InputStream bytes) {
            try {
                if (!takesRows) {
                    return marshaller.parse(bytes);
                }
                DataCheck.Checked checked = DataCheck.check(bytes);
                Q message = marshaller.parse(checked.bytes());
                return checked.isSchema() ? (Q) new SchemaMessage<>(message) : message;
            } catch (IOException | StackOverflowError e) { // the latter of a schema that contains itself
                return (Q) Unreadable.UNREADABLE;
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
