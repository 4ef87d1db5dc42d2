package io.openclickstream.flight.server;

import io.openclickstream.flight.log.IncomingState;
import io.openclickstream.flight.log.LogRecord;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.store.LogPosition;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Shown;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a leader: asks it for what comes after the last record that is here, or for its whole state, and hands that to
 * the store. One thread of its own. When the connection breaks it goes on from where it is, after a pause that grows with
 * each attempt that has got nothing.
 */
final class Following implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Following.class);
    /** A leader says something every second; one that is silent for so long is not there. */
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    private final FollowSettings settings;
    private final LiveStore store;
    private final LogMark.Bounds bounds;
    private final BufferAllocator allocator;
    private final Staleness staleness = new Staleness();
    private final AtomicLong connections = new AtomicLong();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "follow");
    private @Nullable FlightStream reading;
    private long waitingSinceNanos;
    private boolean waiting;
    private volatile String trouble = "it has not answered yet";
    private volatile boolean connected;

    /** @param allocator for what comes from the leader */
    Following(FollowSettings settings, LiveStore store, LogMark.Bounds bounds, BufferAllocator allocator) {
        this.settings = settings;
        this.store = store;
        this.bounds = bounds;
        this.allocator = allocator;
        staleness.begin(store.position().sequence());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Why this replica should not be asked now; null when it may. */
    @Nullable
    String notReady(long nowNanos) {
        Duration behind = staleness.behind(nowNanos);
        if (behind != null && behind.compareTo(settings.maxStaleness()) <= 0) {
            return null;
        }
        String why = connected
                ? "%d records of its log are missing".formatted(staleness.recordsBehind())
                : "it is not connected: " + trouble;
        if (behind == null) {
            return store.position().equals(LogPosition.NOTHING)
                    ? "has nothing of %s yet: %s".formatted(settings.leader(), why)
                    : "has not been up to date with %s since it was started: %s".formatted(settings.leader(), why);
        }
        return "has not been up to date with %s for %d s, more than %d s (follow.max-staleness): %s"
                .formatted(
                        settings.leader(),
                        behind.toSeconds(),
                        settings.maxStaleness().toSeconds(),
                        why);
    }

    /** How long ago this replica was certainly up to date, in seconds; infinite when never. */
    double secondsBehind(long nowNanos) {
        Duration behind = staleness.behind(nowNanos);
        return behind == null ? Double.POSITIVE_INFINITY : behind.toNanos() / 1e9;
    }

    /** Records of the leader that are known to be missing. */
    long recordsBehind() {
        return staleness.recordsBehind();
    }

    boolean isConnected() {
        return connected;
    }

    /** How often it has connected. */
    long connections() {
        return connections.get();
    }

    /** Gives a leader up that says nothing any more. Called now and then. */
    synchronized void look(long nowNanos) {
        FlightStream stream = reading;
        if (stream != null && waiting && nowNanos - waitingSinceNanos > LONGEST_SILENCE.toNanos()) {
            waiting = false;
            stream.cancel("the leader is silent", null);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        synchronized (this) {
            if (reading != null) {
                reading.cancel("the replica stops", null);
            }
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Pause pause = new Pause();
        String logged = "";
        while (!isClosing()) {
            long before = connections.get();
            LogPosition had = store.position();
            boolean isBroken = false; // the connection, and not what is made of what comes over it
            try {
                follow();
                isBroken = true;
                trouble = "it has ended the stream";
            } catch (IOException | Refused e) {
                trouble = Shown.sentence(e.getMessage());
            } catch (FlightRuntimeException e) {
                isBroken = true;
                trouble = told(e);
            } catch (OutOfMemoryException e) {
                trouble = "there is not enough direct memory here for what it sends (-XX:MaxDirectMemorySize)";
            } catch (RuntimeException e) {
                LOG.error("following failed", e);
                trouble = "something unexpected, which the log tells";
            }
            connected = false;
            if (isClosing()) {
                return;
            }
            boolean hasGotSomething =
                    connections.get() > before && (isBroken || !store.position().equals(had));
            if (!trouble.equals(logged) || hasGotSomething) {
                logged = trouble;
                LOG.atWarn()
                        .addKeyValue("leader", settings.leader())
                        .addKeyValue("position", store.position().sequence())
                        .addKeyValue("reason", trouble)
                        .log("does not follow its leader for the moment");
            }
            try {
                if (closing.await(pause.after(hasGotSomething).toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                return; // nobody has a reason to
            }
        }
    }

    /** Follows until the stream ends. */
    private void follow() throws IOException, Refused {
        LogPosition from = store.position();
        try (FlightClient client = LeaderClient.to(settings, allocator, maxMessageBytes());
                FlightStream stream = client.getStream(new Ticket(LogTicket.of(from)))) {
            try {
                if (isReading(stream)) {
                    read(stream, from);
                }
            } finally {
                isReading(null);
            }
        } catch (IOException | Refused | RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IOException("the connection could not be closed: " + e.getMessage(), e);
        }
    }

    private void read(FlightStream stream, LogPosition from) throws IOException, Refused {
        if (!next(stream)) {
            return;
        }
        LogMark first = mark(stream);
        checkFirst(first, from);
        staleness.begin(from.sequence());
        connections.incrementAndGet();
        connected = true;
        LOG.atInfo()
                .addKeyValue("leader", settings.leader())
                .addKeyValue("from", first.from())
                .addKeyValue("with", first.kind() == LogMark.Kind.LOG ? "what is here" : "a state")
                .log("follows its leader");
        boolean more = true;
        if (first.kind() != LogMark.Kind.LOG) {
            takeState(stream, first);
            more = next(stream);
        }
        while (more) {
            LogMark mark = mark(stream);
            if (mark.kind() != LogMark.Kind.LOG) {
                throw new IOException("it sends a state in the middle of its log");
            }
            take(LogRows.read(stream.getRoot()), mark);
            more = next(stream);
        }
    }

    private void checkFirst(LogMark first, LogPosition from) throws IOException {
        LogMark.Bounds leaders = first.bounds();
        if (leaders == null) {
            throw new IOException("what comes is no log of a Flight server of this kind");
        }
        String why = leaders.whyNot(bounds);
        if (why != null) {
            throw new IOException(why);
        }
        if (first.kind() == LogMark.Kind.LOG && (from.term() == null || first.from() != from.sequence())) {
            throw new IOException(
                    "it goes on after record %d, and here is %d".formatted(first.from(), from.sequence()));
        }
    }

    /**
     * Takes a state whose first batch is here, and what has happened after it until now: so readers go on from what they see
     * to something later, not by way of something earlier.
     */
    private void takeState(FlightStream stream, LogMark first) throws IOException, Refused {
        try (IncomingState state = store.incoming(first.from())) {
            LogMark mark = first;
            long until = Long.MAX_VALUE;
            while (true) {
                if (mark.from() != first.from() || (mark.kind() == LogMark.Kind.LOG) != (until < Long.MAX_VALUE)) {
                    throw new IOException("its state has no end");
                }
                add(LogRows.read(stream.getRoot()), mark.kind(), state);
                staleness.heard(mark.durable(), System.nanoTime());
                until = mark.kind() == LogMark.Kind.STATE_END ? mark.durable() : until;
                if (state.sequence() >= until) {
                    break;
                }
                if (!next(stream)) {
                    throw new IOException("it has ended the stream in the middle of its state");
                }
                mark = mark(stream);
            }
            state.end();
            await(store.replace(state));
            staleness.applied(state.sequence());
        }
    }

    private static void add(List<LogRecord> records, LogMark.Kind kind, IncomingState state) throws IOException {
        for (LogRecord record : records) {
            if (kind == LogMark.Kind.LOG) {
                state.addToLog(record);
            } else {
                state.add(record.kind(), record.header(), record.body());
            }
        }
    }

    private void take(List<LogRecord> records, LogMark mark) throws IOException, Refused {
        staleness.heard(mark.durable(), System.nanoTime());
        store.leaderHas(mark.durable());
        if (!records.isEmpty()) {
            await(store.follow(records));
            staleness.applied(records.get(records.size() - 1).sequence());
        }
    }

    private boolean next(FlightStream stream) {
        synchronized (this) {
            waiting = true;
            waitingSinceNanos = System.nanoTime();
        }
        try {
            return stream.next();
        } finally {
            synchronized (this) {
                waiting = false;
            }
        }
    }

    private static LogMark mark(FlightStream stream) throws IOException {
        ArrowBuf metadata = stream.getLatestMetadata();
        if (metadata == null) {
            throw new IOException("what comes is no log of a Flight server of this kind");
        }
        byte[] bytes = new byte[(int) Math.min(metadata.readableBytes(), 1 << 16)];
        metadata.getBytes(metadata.readerIndex(), bytes);
        try {
            return LogMark.fromBytes(bytes);
        } catch (IOException e) {
            throw new IOException("what comes is no log of a Flight server of this kind", e);
        }
    }

    private static void await(CompletableFuture<Void> done) throws IOException, Refused {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    done.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Refused refused) {
                throw refused;
            } else if (e.getCause() instanceof IOException failure) {
                throw failure;
            } else if (e.getCause() instanceof OutOfMemoryException failure) {
                throw failure;
            }
            throw new IOException("what it sends cannot be taken: " + e.getCause(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private int maxMessageBytes() {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(16L << 20, 4 * bounds.putMaxBytes()));
    }

    /** Takes note of the stream that is read; says no when it is not to be read, because all ends. */
    private synchronized boolean isReading(@Nullable FlightStream stream) {
        reading = stream;
        return !isClosing();
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private static String told(FlightRuntimeException e) {
        String message = Shown.sentence(e.getMessage());
        if (e.status().code() != FlightStatusCode.UNAVAILABLE) {
            return message;
        }
        Throwable reason = e; // gRPC says no more than "io exception" or "ssl exception" itself
        while (reason.getCause() != null) {
            reason = reason.getCause();
        }
        return reason == e || reason.getMessage() == null
                ? "it cannot be reached: " + message
                : "it cannot be reached: %s (%s)".formatted(message, Shown.sentence(reason.getMessage()));
    }
}
