package io.openclickstream.flight.server;

import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.SslContext;
import io.openclickstream.flight.access.Doorkeeper;
import io.openclickstream.flight.access.UnusableFile;
import io.openclickstream.flight.access.Usages;
import io.openclickstream.flight.access.WatchedFile;
import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.read.ReadableTables;
import io.openclickstream.flight.read.TicketKeys;
import io.openclickstream.flight.read.Tickets;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.table.Refused;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
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

    /** Within an interval of keep-alive it is looked so often who needs one. */
    private static final int KEEP_ALIVE_LOOKS = 4;

    /** A replica may have so many times the log unread before it is cut off; beyond that it takes the state again. */
    private static final int LOGS_KEPT = 4;

    /** So long nobody is cut off after a replica has taken another state. */
    private static final Duration SPARED = Duration.ofSeconds(10);

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);
    /** Files are read again and calls under way checked so often: what is revoked ends within a second. */
    private static final Duration RECHECK_INTERVAL = Duration.ofMillis(250);

    private final Settings settings;
    private final ServerMetrics metrics = new ServerMetrics();
    private final HttpEndpoint http;
    private final BufferAllocator root = new RootAllocator();
    private final BufferAllocator inbound = root.newChildAllocator("puts", 0, Long.MAX_VALUE);
    private final Portions outbound;
    private final TableStreams streams;
    private final Usages usages = new Usages(System::nanoTime);
    private final RunningCalls running = new RunningCalls();
    private final InstantSource clock = InstantSource.system();
    private final Timer timer = new Timer();
    private final Access access;
    private volatile @Nullable LogStreams logs;
    private volatile @Nullable Following following;
    private long statesTaken;
    private long sparedUntilNanos = System.nanoTime();
    private volatile @Nullable String notReady = "recovering";
    private volatile @Nullable LiveStore store;
    private @Nullable FlightServer flight;
    private @Nullable Waits waits;
    private final Portions frames;
    private volatile @Nullable Subscriptions subscriptions;
    private boolean closed;

    /**
     * Where and within which bounds the service runs.
     *
     * @param maxPutBytes largest batch a client may put
     * @param maxHeaderBytes largest gRPC metadata a client may send
     * @param ticketKeys file of the keys that sign tickets; null for one of its own in the data folder
     * @param pollWait how long a repeated poll is held back
     * @param maxFollowers how many replicas may follow this server
     * @param follow whom this server follows; null when jobs write to it
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
            SubscriptionSettings subscriptions,
            int maxWaits,
            Duration pollWait,
            int maxHttpStreams,
            @Nullable Path ticketKeys,
            Duration ticketLifetime,
            AccessSettings access,
            int maxFollowers,
            @Nullable FollowSettings follow,
            Duration shutdownTimeout) {}

    /**
     * Starts to answer HTTP.
     *
     * @throws CannotStart when the port or the host cannot be used
     * @throws UnusableFile when a file of secrets or principals cannot be used
     */
    public Service(Settings settings) throws IOException {
        this.settings = settings;
        this.access = new Access(settings.access(), clock);
        this.outbound =
                new Portions(root.newChildAllocator("streams", 0, settings.maxStreamBytes()), settings.maxStreams());
        this.frames = new Portions(
                root.newChildAllocator(
                        "subscriptions", 0, settings.subscriptions().maxBytes()),
                settings.subscriptions().most());
        this.streams = new TableStreams(
                settings.maxStreams(), settings.maxStreamBytes(), outbound, usages, metrics, timer::after);
        metrics.watchMemory("all", root::getAllocatedMemory);
        metrics.watchMemory("puts", inbound::getAllocatedMemory);
        metrics.watchMemory("streams", outbound::bytes);
        metrics.watchMemory("subscriptions", frames::bytes);
        try {
            this.http = new HttpEndpoint(
                    new InetSocketAddress(settings.host(), settings.httpPort()),
                    access,
                    settings.access().openMetrics(),
                    settings.maxHttpStreams(),
                    metrics,
                    clock,
                    this::notLive,
                    this::notReady);
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
        WatchedFile<TicketKeys> ticketKeys;
        try {
            ticketKeys = ticketKeys(folder);
            FollowSettings follow = settings.follow();
            opened = follow == null
                    ? LiveStore.open(folder, settings.limits(), root, this::afterPuts)
                    : LiveStore.openCopy(
                            folder, settings.limits(), follow.leader().toString(), root, this::afterPuts);
        } catch (IOException | RuntimeException | Error e) {
            folder.close();
            throw e;
        }
        store = opened;
        ReadableTables tables = new ReadableTables(opened);
        Waits opening = new Waits(tables, settings.maxWaits());
        waits = opening;
        Subscriptions subscribers = new Subscriptions(tables, settings.subscriptions(), frames, usages, timer::after);
        subscriptions = subscribers;
        LogMark.Bounds bounds = LogMark.Bounds.of(settings.limits(), settings.maxPutBytes());
        LogStreams sending = new LogStreams(
                opened,
                bounds,
                settings.maxFollowers(),
                LOGS_KEPT * settings.limits().checkpointBytes(),
                outbound.shared(),
                usages,
                timer::after);
        logs = sending;
        metrics.watch(opened, streams, opening);
        metrics.watch(subscribers);
        metrics.watch(opened, sending);
        if (settings.follow() != null) {
            follow(settings.follow(), opened, bounds);
        }
        Doorkeeper doorkeeper = access.doorkeeper();
        timer.every(LOOK_INTERVAL, () -> {
            running.endExpired(metrics, clock.instant());
            opening.look(clock.instant());
        });
        timer.every(settings.subscriptions().keepAlive().dividedBy(KEEP_ALIVE_LOOKS), subscribers::keepAlive);
        timer.every(LogStreams.KEEP_ALIVE, sending::keepAlive);
        timer.every(RECHECK_INTERVAL, () -> {
            access.look();
            ticketKeys.look();
            running.recheck(doorkeeper, metrics, clock.instant());
        });
        Tls tls = access.tls();
        SslContext encryption = tls == null ? null : tls.forFlight();
        Consumer<NettyServerBuilder> connections = builder -> {
            // Each is behind the next one.
            builder.intercept(PutStart.interceptor());
            builder.intercept(new PollWait(opening, settings.pollWait(), clock, metrics));
            builder.intercept(new DescriptorCheck(metrics));
            UnreadableRequests unreadable = new UnreadableRequests(metrics);
            builder.setBinaryLog(unreadable);
            builder.intercept(unreadable);
            builder.intercept(new SignIn(doorkeeper, running, metrics, clock));
            if (encryption != null) {
                builder.sslContext(encryption);
            }
        };
        try {
            flight = FlightServer.builder()
                    .allocator(inbound)
                    .location(Location.forGrpcInsecure(settings.host(), settings.flightPort()))
                    // gRPC cuts a larger message off without a word; up to four times as much gets a sentence.
                    .maxInboundMessageSize((int) Math.min(Integer.MAX_VALUE, 4L * settings.maxPutBytes()))
                    .setMaxHeaderListSize(settings.maxHeaderBytes())
                    .backpressureThreshold(QUEUED_BYTES_PER_STREAM)
                    .transportHint("grpc.builderConsumer", connections)
                    .producer(new LiveProducer(
                            opened,
                            tables,
                            new Tickets(ticketKeys::current, settings.ticketLifetime()),
                            streams,
                            subscribers,
                            sending,
                            opening,
                            metrics,
                            new PutStream.Bounds(inbound, settings.maxPutBytes()),
                            settings.maxPuts(),
                            clock))
                    .build()
                    .start();
        } catch (IOException | RuntimeException e) {
            throw cannotListen("flight.port", settings.flightPort(), e);
        }
        http.serve(new HttpTables(tables, streams, running, metrics));
        notReady = null;
        LOG.atInfo()
                .addKeyValue("tables", opened.tableNames())
                .addKeyValue("port", port())
                .log("serves the tables");
    }

    private void follow(FollowSettings leader, LiveStore opened, LogMark.Bounds bounds) {
        Following made = new Following(leader, opened, bounds, inbound);
        following = made;
        metrics.watch(made);
        timer.every(LOOK_INTERVAL, () -> made.look(System.nanoTime()));
        made.start();
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
        if (waits != null) {
            waits.close();
        }
        Following leader = following;
        if (leader != null) {
            leader.close();
        }
        Subscriptions subscribers = subscriptions;
        if (subscribers != null) {
            subscribers.close();
        }
        LogStreams sending = logs;
        if (sending != null) {
            sending.close();
        }
        if (flight != null) {
            flight.shutdown();
            await(settings.shutdownTimeout(), () -> streams.count() == 0);
            // Flight would not tell those who wait for the next batch of a writer, and they hold the last one.
            running.endAll(
                    new Refused(Refused.Reason.UNAVAILABLE, "The server is stopping. Try again when it is back."));
            closeFlight(flight);
        }
        timer.close();
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
        frames.close();
        root.close();
        LOG.info("stopped");
    }

    private WatchedFile<TicketKeys> ticketKeys(DataFolder folder) throws IOException {
        Path given = settings.ticketKeys();
        if (given == null) {
            given = folder.path().resolve("ticket.keys");
            TicketKeys.makeIfMissing(given);
        }
        return new WatchedFile<>(given, TicketKeys::parse);
    }

    /** Called by the store's thread. */
    private void afterPuts() {
        LiveStore opened = store;
        Subscriptions subscribers = subscriptions;
        LogStreams sending = logs;
        if (opened == null || subscribers == null || sending == null) {
            return;
        }
        subscribers.changed();
        sending.changed();
        long now = System.nanoTime();
        if (opened.statesTaken() != statesTaken) { // subscribers have to come from one state to the other first
            statesTaken = opened.statesTaken();
            sparedUntilNanos = now + SPARED.toNanos();
        }
        if (now - sparedUntilNanos >= 0) {
            streams.cutOffSlowest(opened, subscribers.readers());
        }
    }

    private @Nullable String notReady() {
        String why = notReady;
        Following leader = following;
        return why != null || leader == null ? why : leader.notReady(System.nanoTime());
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
