package io.openclickstream.flight.server;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.openclickstream.flight.table.Refused;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.Flight.FlightDescriptor.DescriptorType;

/** Refuses a descriptor that is neither a path nor a command. Flight's own code fails on one, before it asks us. */
final class DescriptorCheck implements ServerInterceptor {
    private final ServerMetrics metrics;

    DescriptorCheck(ServerMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean isRefused;

            @Override
            public void onMessage(Q message) {
                if (message instanceof Flight.FlightDescriptor descriptor && !isKnown(descriptor.getType())) {
                    Refused why = Refused.invalid(
                            "This descriptor is neither a path nor a command. Name the table in a path of one word, or "
                                    + "send a JSON command.");
                    isRefused = true;
                    metrics.refused(why.reason());
                    call.close(Answers.grpcStatus(why), new Metadata());
                } else {
                    super.onMessage(message);
                }
            }

            @Override
            public void onHalfClose() {
                if (!isRefused) {
                    super.onHalfClose();
                }
            }
        };
    }

    private static boolean isKnown(DescriptorType type) {
        return type == DescriptorType.PATH || type == DescriptorType.CMD;
    }
}
