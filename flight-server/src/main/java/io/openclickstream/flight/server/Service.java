package io.openclickstream.flight.server;

import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.store.LiveStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that runs in a server: HTTP first, so that health answers during the recovery; then store and Flight. */
public final class Service implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Service.class);
    /** Bytes that wait in gRPC for a client before its stream is no longer ready. */
    private static final int QUEUED_BYTES_PER_STREAM = 1 << 20;
    /** Buffers that are on their way are freed a little after their calls. */
    private static final Duration MEMORY_TIMEOUT = Duration.ofSeconds(5);

    private final Settings settings;
    private final ServerMetrics metrics = new ServerMetrics();
    private final HttpEndpoint http;
    private final BufferAllocator root = new RootAllocator();
    private final BufferAllocator inbound = root.newChildAllocator("puts", 0, Long.MAX_VALUE);
    private final BufferAllocator outbound;
    private final TableStreams streams;
    private volatile @Nullable String notReady = "recovering";
    private volatile @Nullable LiveStore store;
    private @Nullable FlightServer flight;
    private boolean closed;

    /**
     * Where and within which bounds the service runs.
     *
     * @param maxPutBytes largest batch a client may put
     * @param maxHeaderBytes largest gRPC metadata a client may send
     * @param maxStreamBytes memory for batches on their way, and again for changed rows that only readers hold
     */
    public record Settings(
            String host,
            int flightPort,
            int httpPort,
            LiveStore.Limits limits,
            int maxPutBytes,
            int maxPuts,
            int maxHeaderBytes,
            int maxStreams,
            long maxStreamBytes,
            Duration shutdownTimeout) {}

    /**
     * Starts to answer HTTP.
     *
     * @throws CannotStart when the port or the host cannot be used
     */
    public Service(Settings settings) throws CannotStart {
        this.settings = settings;
        this.outbound = root.newChildAllocator("streams", 0, settings.maxStreamBytes());
        this.streams = new TableStreams(settings.maxStreams(), settings.maxStreamBytes(), outbound);
        try {
            this.http = new HttpEndpoint(
                    new InetSocketAddress(settings.host(), settings.httpPort()),
                    metrics,
                    this::notLive,
                    () -> notReady);
        } catch (IOException | IllegalArgumentException e) {
            throw cannotListen("http.port", settings.httpPort(), e);
        }
    }

    /**
     * Recovers the tables from the folder, which is closed with the service, and starts to answer Flight calls.
     *
     * @throws IOException when the data or the port cannot be used
     */
    public void listen(DataFolder folder) throws IOException {
        LiveStore opened;
        Tickets tickets;
        try {
            tickets = Tickets.withKeyIn(folder.path().resolve("ticket.key"));
            opened = LiveStore.open(folder, settings.limits(), root, this::afterPuts);
        } catch (IOException | RuntimeException | Error e) {
            folder.close();
            throw e;
        }
        store = opened;
        metrics.watch(opened, streams);
        try {
            flight = FlightServer.builder()
                    .allocator(inbound)
                    .location(Location.forGrpcInsecure(settings.host(), settings.flightPort()))
                    // gRPC cuts a larger message off without a word; up to four times as much gets a sentence.
                    .maxInboundMessageSize((int) Math.min(Integer.MAX_VALUE, 4L * settings.maxPutBytes()))
                    .setMaxHeaderListSize(settings.maxHeaderBytes())
                    .backpressureThreshold(QUEUED_BYTES_PER_STREAM)
                    .producer(new LiveProducer(
                            opened,
                            tickets,
                            streams,
                            metrics,
                            new PutStream.Bounds(inbound, settings.maxPutBytes()),
                            settings.maxPuts()))
                    .build()
                    .start();
        } catch (IOException | RuntimeException e) {
            throw cannotListen("flight.port", settings.flightPort(), e);
        }
        notReady = null;
        LOG.atInfo()
                .addKeyValue("tables", opened.tableNames())
                .addKeyValue("port", port())
                .log("serves the tables");
    }

    /** The port of Flight calls. */
    public int port() {
        return flight == null ? 0 : flight.getPort();
    }

    /** The port of health and metrics. */
    public int httpPort() {
        return http.port();
    }

    /**
     * Stops: reads under way are answered within the timeout, then everything is closed.
     *
     * @throws IllegalStateException when memory was not given back
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        notReady = "stopping";
        if (flight != null) {
            flight.shutdown();
            await(settings.shutdownTimeout(), () -> streams.count() == 0);
            closeFlight(flight);
        }
        LiveStore opened = store;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                LOG.warn("could not close the log cleanly", e);
            }
        }
        http.close();
        boolean freed = await(MEMORY_TIMEOUT, () -> root.getAllocatedMemory() == 0);
        if (!freed) {
            throw new IllegalStateException("%d bytes are still in use after the end: %s"
                    .formatted(root.getAllocatedMemory(), root.toVerboseString()));
        }
        if (opened != null) {
            opened.closeMemory();
        }
        inbound.close();
        outbound.close();
        root.close();
        LOG.info("stopped");
    }

    private void afterPuts() {
        LiveStore opened = store;
        if (opened != null) {
            streams.cutOffSlowest(opened);
        }
    }

    private @Nullable String notLive() {
        LiveStore opened = store;
        return opened == null ? null : opened.failure();
    }

    private CannotStart cannotListen(String option, int port, Exception cause) {
        Throwable reason = cause;
        while (reason.getCause() != null) {
            reason = reason.getCause();
        }
        return new CannotStart(
                "Cannot start the Flight server: it cannot listen on %s port %d (%s). Stop what uses the port, or give "
                                .formatted(settings.host(), port, reason.getMessage())
                        + "another bind.host or " + option + ".",
                cause);
    }

    private static void closeFlight(FlightServer flight) {
        try {
            flight.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean await(Duration timeout, BooleanSupplier condition) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        return true;
    }
}
