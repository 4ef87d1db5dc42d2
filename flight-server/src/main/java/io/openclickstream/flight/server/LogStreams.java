package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Role;
import io.openclickstream.flight.access.Usages;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.store.LogFeed;
import io.openclickstream.flight.store.LogPosition;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas that follow this server. One thread reads the log for all of them, a batch for each that is ready at a
 * time, and never waits for any.
 */
final class LogStreams implements AutoCloseable {
    static final Duration KEEP_ALIVE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(LogStreams.class);

    private final LiveStore store;
    private final LogMark.Bounds bounds;
    private final int most;
    private final long mostHeldBytes;
    private final BufferAllocator allocator;
    private final Usages usages;
    private final TableStream.Pacer pacer;
    private final Set<LogStream> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean isDue = new AtomicBoolean();
    private final AtomicLong sentBytes = new AtomicLong();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "replicas");
        made.setDaemon(true);
        return made;
    });
    private boolean closed;

    /**
     * @param most replicas that may follow at once
     * @param mostHeldBytes what may be kept on disk for one of them beyond what the log keeps for itself
     */
    LogStreams(
            LiveStore store,
            LogMark.Bounds bounds,
            int most,
            long mostHeldBytes,
            BufferAllocator allocator,
            Usages usages,
            TableStream.Pacer pacer) {
        this.store = store;
        this.bounds = bounds;
        this.most = most;
        this.mostHeldBytes = mostHeldBytes;
        this.allocator = allocator;
        this.usages = usages;
        this.pacer = pacer;
    }

    /**
     * Begins to send the log and returns at once.
     *
     * @throws Refused NOT_ALLOWED when the principal may not follow; NO_ROOM when there are as many as may be; INVALID when
     *     this server follows another one
     */
    void start(LogPosition from, Principal principal, ServerStreamListener listener) throws Refused {
        principal.require(Role.REPLICA);
        if (!principal.sites().all()) {
            throw Refused.notAllowed(
                    "'%s' sees rows of some sites only, and a replica gets those of all. Ask who runs the server for all sites.",
                    principal.name());
        }
        LogFeed feed = feed(from);
        LogStream made = null;
        try {
            made = add(feed, principal, listener);
        } finally {
            if (made == null) {
                close(feed);
            }
        }
        LogStream stream = made;
        listener.setUseZeroCopy(true);
        listener.setOnReadyHandler(() -> pumpLater(stream));
        listener.setOnCancelHandler(() -> run(stream::end));
        if (listener.isCancelled()) {
            run(stream::end);
        } else {
            run(() -> stream.begin(System.nanoTime()));
        }
    }

    private synchronized LogStream add(LogFeed feed, Principal principal, ServerStreamListener listener)
            throws Refused {
        if (closed) {
            throw stopping();
        }
        if (open.size() >= most) {
            throw Refused.noRoom("%d replicas follow this server, as many as may at once (followers.max).", most);
        }
        LogStream made = new LogStream(this, feed, bounds, usages.open(principal), listener, allocator);
        open.add(made);
        return made;
    }

    /** There may be more to send. For any thread. */
    void changed() {
        if (!open.isEmpty() && isDue.compareAndSet(false, true)) {
            run(() -> {
                isDue.set(false);
                long now = System.nanoTime();
                for (LogStream each : open) {
                    each.pump(now);
                    each.hold(mostHeldBytes);
                }
            });
        }
    }

    /** Shows every replica that its leader is there. For any thread. */
    void keepAlive() {
        run(() -> {
            long now = System.nanoTime();
            open.forEach(each -> each.keepAlive(now, KEEP_ALIVE.toNanos() / 2));
        });
    }

    /** How many follow. */
    int count() {
        return open.size();
    }

    /** Bytes that were sent to replicas. */
    long sentBytes() {
        return sentBytes.get();
    }

    void sent(long bytes) {
        sentBytes.addAndGet(bytes);
    }

    void pumpLater(LogStream each) {
        run(() -> each.pump(System.nanoTime()));
    }

    void after(long nanos, Runnable work) {
        pacer.after(nanos, () -> run(work));
    }

    void ended(LogStream stream) {
        open.remove(stream);
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        run(() -> List.copyOf(open).forEach(each -> each.fail(stopping())));
        thread.shutdown();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("replicas did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private LogFeed feed(LogPosition from) throws Refused {
        try {
            return store.feed(from);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("cannot open the log for a replica");
            throw new Refused(Reason.UNAVAILABLE, "The log cannot be read here at the moment. Follow again.");
        }
    }

    private static void close(LogFeed feed) {
        try {
            feed.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("could not close a log that was read");
        }
    }

    /** Does something on the one thread; nothing once that has ended, when everything has been given back. */
    private void run(Runnable work) {
        try {
            thread.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException e) {
                    LOG.error("something done for a replica failed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("a replica asked for something after the end", e);
        }
    }

    private static Refused stopping() {
        return new Refused(Reason.UNAVAILABLE, "The server is stopping. Follow again when it is back.");
    }
}
