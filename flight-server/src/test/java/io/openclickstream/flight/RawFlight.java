package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteStreams;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.impl.Flight;

/** Calls a Flight server with any bytes, and gets the bytes that come back. */
final class RawFlight implements AutoCloseable {
    static final List<String> UNARY = List.of("GetFlightInfo", "PollFlightInfo", "GetSchema");
    static final List<String> STREAMING = List.of("ListFlights", "DoGet", "DoAction", "ListActions");

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return ByteStreams.toByteArray(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private final ManagedChannel channel;

    RawFlight(int port) {
        this(port, NettyChannelBuilder.DEFAULT_FLOW_CONTROL_WINDOW);
    }

    /** @param windowBytes how much of a stream may be on its way before it is asked for */
    RawFlight(int port, int windowBytes) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .initialFlowControlWindow(windowBytes)
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    /**
     * All messages of the answer.
     *
     * @param authorization the header; null for none
     */
    List<byte[]> call(String method, byte[] request, String authorization) {
        Metadata headers = new Metadata();
        if (authorization != null) {
            headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
        }
        var descriptor = MethodDescriptor.newBuilder(BYTES, BYTES)
                .setType(UNARY.contains(method) ? MethodType.UNARY : MethodType.SERVER_STREAMING)
                .setFullMethodName("arrow.flight.protocol.FlightService/" + method)
                .build();
        var options = CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS);
        List<byte[]> answer = new ArrayList<>();
        ClientCalls.blockingServerStreamingCall(
                        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
                        descriptor,
                        options,
                        request)
                .forEachRemaining(answer::add);
        return answer;
    }

    /** The status of a call of DoGet that sends no request at all. */
    Status withoutRequest() throws Exception {
        CompletableFuture<Status> status = new CompletableFuture<>();
        begin("DoGet", MethodType.SERVER_STREAMING, status).halfClose();
        return status.get(60, TimeUnit.SECONDS);
    }

    /** The status of a put that ends without having sent anything. */
    Status putNothing() throws Exception {
        CompletableFuture<Status> status = new CompletableFuture<>();
        begin("DoPut", MethodType.BIDI_STREAMING, status).halfClose();
        return status.get(60, TimeUnit.SECONDS);
    }

    /** The status of a put of these messages. */
    Status put(String authorization, List<byte[]> messages) throws Exception {
        CompletableFuture<Status> status = new CompletableFuture<>();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
        var call = begin("DoPut", MethodType.BIDI_STREAMING, headers, new ClientCall.Listener<>() {
            @Override
            public void onClose(Status closed, Metadata trailers) {
                status.complete(closed);
            }
        });
        call.request(Integer.MAX_VALUE);
        messages.forEach(call::sendMessage);
        call.halfClose();
        return status.get(60, TimeUnit.SECONDS);
    }

    /** Opens a put of which nothing is sent. */
    ClientCall<byte[], byte[]> silentPut() {
        return begin("DoPut", MethodType.BIDI_STREAMING, new CompletableFuture<>());
    }

    private ClientCall<byte[], byte[]> begin(String method, MethodType type, CompletableFuture<Status> status) {
        return begin(method, type, new Metadata(), new ClientCall.Listener<>() {
            @Override
            public void onClose(Status closed, Metadata trailers) {
                status.complete(closed);
            }
        });
    }

    private ClientCall<byte[], byte[]> begin(
            String method, MethodType type, Metadata headers, ClientCall.Listener<byte[]> listener) {
        var call = channel.newCall(
                MethodDescriptor.newBuilder(BYTES, BYTES)
                        .setType(type)
                        .setFullMethodName("arrow.flight.protocol.FlightService/" + method)
                        .build(),
                CallOptions.DEFAULT);
        call.start(listener, headers);
        return call;
    }

    /** A DoGet that takes a message only when it is told to. */
    Reading read(byte[] ticket) {
        byte[] request = Flight.Ticket.newBuilder()
                .setTicket(ByteString.copyFrom(ticket))
                .build()
                .toByteArray();
        Reading reading = new Reading();
        reading.call = begin("DoGet", MethodType.SERVER_STREAMING, new Metadata(), reading);
        reading.call.sendMessage(request);
        reading.call.halfClose();
        return reading;
    }

    /** The messages of an answer, as they come. */
    static final class Reading extends ClientCall.Listener<byte[]> {
        private final List<Flight.FlightData> messages = new ArrayList<>();
        private ClientCall<byte[], byte[]> call;

        /** Asks for so many more. */
        void take(int count) {
            call.request(count);
        }

        synchronized List<Flight.FlightData> messages() {
            return List.copyOf(messages);
        }

        @Override
        public synchronized void onMessage(byte[] message) {
            try {
                messages.add(Flight.FlightData.parseFrom(message));
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow();
        assertThat(channel.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
}
