package io.openclickstream.load.live;

import com.google.common.io.ByteStreams;
import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Many clients that follow a table, in one process: streams of DoGet over few connections and two threads. A
 * {@code FlightClient} would take a thread for each.
 */
final class Subscribers implements AutoCloseable {
    private static final int THREADS = 2;
    /** A message that is here in part keeps the whole buffer it was read into, and thousands may be. */
    private static final int READ_BUFFER_BYTES = 16 << 10;

    private static final MethodDescriptor<byte[], Mark> DO_GET = MethodDescriptor.newBuilder(
                    new RequestMarshaller(), new MarkMarshaller())
            .setType(MethodType.SERVER_STREAMING)
            .setFullMethodName("arrow.flight.protocol.FlightService/DoGet")
            .build();

    private final String host;
    private final int port;
    private final byte[] request;
    private final Arrivals arrivals;
    private final EventLoopGroup threads = new NioEventLoopGroup(THREADS);
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final AtomicInteger caughtUp = new AtomicInteger();
    private final AtomicInteger healthy = new AtomicInteger();
    private final AtomicReference<@Nullable Status> failure = new AtomicReference<>();
    private volatile boolean closed;

    /** @param ticket of the subscription, the same for all */
    Subscribers(String host, int port, byte[] ticket, Arrivals arrivals) {
        this.host = host;
        this.port = port;
        this.arrivals = arrivals;
        this.request = request(ticket);
    }

    /**
     * Connections for {@link #add}.
     *
     * @param windowBytes what the server may send on each, and to each stream, before somebody has read it
     */
    List<ManagedChannel> connect(int connections, int windowBytes) {
        List<ManagedChannel> made = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            made.add(NettyChannelBuilder.forAddress(host, port)
                    .usePlaintext()
                    .eventLoopGroup(threads)
                    .channelType(NioSocketChannel.class)
                    .directExecutor()
                    .maxInboundMessageSize(64 << 20)
                    .flowControlWindow(windowBytes)
                    .withOption(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BUFFER_BYTES))
                    .build());
        }
        channels.addAll(made);
        return made;
    }

    /**
     * Begins some subscriptions and returns; see {@link #caughtUp}.
     *
     * @param connections that they share
     * @param stall whether they read no more once they have all rows
     */
    void add(int count, List<ManagedChannel> connections, boolean stall) {
        if (!stall) {
            healthy.addAndGet(count);
        }
        for (int i = 0; i < count; i++) {
            ClientCall<byte[], Mark> call =
                    connections.get(i % connections.size()).newCall(DO_GET, CallOptions.DEFAULT);
            call.start(new Reader(call, stall), new Metadata());
            call.sendMessage(request);
            call.halfClose();
            call.request(1);
        }
    }

    /** How many have all rows. */
    int caughtUp() {
        return caughtUp.get();
    }

    /** How many read everything that comes. */
    int healthy() {
        return healthy.get();
    }

    /** @throws IOException when a subscription has ended */
    void check() throws IOException {
        Status status = failure.get();
        if (status != null) {
            throw new IOException("A subscription has ended: %s".formatted(status));
        }
    }

    @Override
    public void close() {
        closed = true;
        channels.forEach(ManagedChannel::shutdownNow);
        var unused = threads.shutdownGracefully(); // they have nothing left to do
    }

    /** Flight's {@code Ticket}: the bytes in field 1. */
    static byte[] request(byte[] ticket) {
        try {
            var bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeByteArray(1, ticket);
            out.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One client; called by the thread of its connection. */
    private final class Reader extends ClientCall.Listener<Mark> {
        private final ClientCall<byte[], Mark> call;
        private final boolean stall;
        private long watermark = Long.MIN_VALUE;
        private boolean hasAll;

        Reader(ClientCall<byte[], Mark> call, boolean stall) {
            this.call = call;
            this.stall = stall;
        }

        @Override
        public void onMessage(Mark mark) {
            if (mark.endsStep()) {
                if (hasAll) {
                    arrivals.arrived(watermark, mark.watermark(), System.nanoTime());
                } else {
                    hasAll = true;
                    caughtUp.incrementAndGet();
                }
                watermark = mark.watermark();
            }
            if (!stall || !hasAll) {
                call.request(1);
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (!closed) {
                failure.compareAndSet(null, status);
            }
        }
    }

    private static final class RequestMarshaller implements MethodDescriptor.Marshaller<byte[]> {
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
    }

    private static final class MarkMarshaller implements MethodDescriptor.Marshaller<Mark> {
        @Override
        public InputStream stream(Mark value) {
            throw new UnsupportedOperationException("a client sends no rows");
        }

        @Override
        public Mark parse(InputStream stream) {
            try {
                return Mark.of(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
