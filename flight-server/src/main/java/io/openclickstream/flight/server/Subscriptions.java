package io.openclickstream.flight.server;

import io.netty.util.internal.OutOfDirectMemoryError;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Usages;
import io.openclickstream.flight.read.ReadableTables;
import io.openclickstream.flight.read.Watch;
import io.openclickstream.flight.store.Position;
import io.openclickstream.flight.store.Resumption;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everybody who follows tables. One thread looks what has changed, encodes it once for all who follow the same rows, and
 * sends each a batch whenever that one is ready; it never waits for anybody.
 */
final class Subscriptions implements AutoCloseable {
    static final int BATCH_ROWS = 16_384;
    /** Below the 4 MiB that many gRPC clients take at most. */
    static final long BATCH_BYTES = 3 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
    private static final int FRAMES_IN_MEMORY = 4;
    /** Those that lead further: there are more of them, and readers that stall hold them. */
    private static final int LONG_FRAMES_IN_MEMORY = 16;

    private final ReadableTables tables;
    private final SubscriptionSettings settings;
    private final Portions memory;
    private final Usages usages;
    private final TableStream.Pacer pacer;
    private final Map<Watch, Topic> topics = new HashMap<>();
    private final Set<Subscription> open = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicLong> openByTable = new ConcurrentHashMap<>();
    private final AtomicBoolean isDue = new AtomicBoolean();
    private final AtomicLong conflated = new AtomicLong();
    private final AtomicLong framesEncoded = new AtomicLong();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "subscriptions");
        made.setDaemon(true);
        worker = made;
        return made;
    });
    private volatile @Nullable Thread worker;
    private volatile boolean closed;
    private volatile long lookedNanos = System.nanoTime();

    /**
     * @param memory bounded by {@code settings.maxBytes}
     * @param usages of all streams, whose quota subscriptions share
     */
    Subscriptions(
            ReadableTables tables,
            SubscriptionSettings settings,
            Portions memory,
            Usages usages,
            TableStream.Pacer pacer) {
        this.tables = tables;
        this.settings = settings;
        this.memory = memory;
        this.usages = usages;
        this.pacer = pacer;
    }

    /**
     * Begins a subscription and returns at once; the stream ends when the client leaves, is cut off, or may no longer read.
     *
     * @param from where to go on; null to begin with all rows
     * @throws Refused NO_ROOM when there are as many as may be, in all or of this principal
     */
    void start(Watch watch, @Nullable Position from, Principal principal, ServerStreamListener listener)
            throws Refused {
        Usages.Share share;
        Subscription made;
        synchronized (open) {
            if (closed) {
                throw stopping();
            }
            if (open.size() >= settings.most()) {
                throw Refused.noRoom(
                        "There are %d subscriptions, as many as may be at once (subscriptions.max). Try again in a moment.",
                        settings.most());
            }
            share = usages.open(principal);
            made = new Subscription(
                    this, share, listener, memory.open(principal), watch.view().table());
            open.add(made);
        }
        openByTable.computeIfAbsent(made.table(), table -> new AtomicLong()).incrementAndGet();
        listener.setUseZeroCopy(true);
        listener.setOnReadyHandler(() -> run(() -> made.pump(System.nanoTime())));
        listener.setOnCancelHandler(() -> run(made::end));
        if (listener.isCancelled()) {
            run(made::end);
        } else if (from == null) {
            run(() -> begin(made, watch));
        } else {
            var unused = tables.resume(watch, from).handle((found, failure) -> {
                run(() -> resume(made, watch, found, failure));
                return null;
            });
        }
    }

    /** The tables may have changed. For any thread. */
    void changed() {
        if (!closed && !open.isEmpty() && isDue.compareAndSet(false, true)) {
            long wait = lookedNanos + settings.interval().toNanos() - System.nanoTime();
            if (wait <= 0) {
                run(this::look);
            } else {
                pacer.after(wait, () -> run(this::look));
            }
        }
    }

    /** Sends what shows that the server is there to those who have heard nothing for long. For any thread. */
    void keepAlive() {
        run(() -> {
            long now = System.nanoTime();
            open.forEach(each -> each.keepAlive(now, settings.keepAlive().toNanos()));
            topics.values().forEach(Topic::forgetUnused);
        });
    }

    int count() {
        return open.size();
    }

    /** How many have not taken yet what they were sent last. */
    long countWaitedFor() {
        return open.stream().filter(Subscription::isWaitedFor).count();
    }

    /** How many follow each table that anybody has followed. */
    Map<String, Long> countsByTable() {
        Map<String, Long> counts = new TreeMap<>();
        openByTable.forEach((table, count) -> counts.put(table, count.get()));
        return counts;
    }

    /** Memory of encoded changes and of batches on their way. */
    long bytes() {
        return memory.bytes();
    }

    /** Steps that were made for one slow subscriber, since it had missed some. */
    long conflations() {
        return conflated.get();
    }

    /** Steps that were encoded for all who follow the same rows. */
    long framesEncoded() {
        return framesEncoded.get();
    }

    /** All subscriptions, as readers that hold memory. */
    Set<? extends TableStreams.Reader> readers() {
        return open;
    }

    void conflated() {
        conflated.incrementAndGet();
    }

    /** Lets one be pumped after those that wait. */
    void pumpLater(Subscription each) {
        run(() -> each.pump(System.nanoTime()));
    }

    void after(long nanos, Runnable work) {
        pacer.after(nanos, () -> run(work));
    }

    /** Does something on the thread of the subscriptions, or here and now when that has ended. */
    void run(Runnable work) {
        Runnable guarded = () -> {
            try {
                work.run();
            } catch (RuntimeException | OutOfDirectMemoryError e) { // the thread serves all the others, too
                LOG.error("something done for a subscription failed", e);
            }
        };
        try {
            thread.execute(guarded);
        } catch (RejectedExecutionException e) {
            // Not beside what the ending thread still does; what it asks of itself it does at once.
            if (Thread.currentThread() != worker) {
                awaitEnd();
            }
            synchronized (thread) {
                guarded.run();
            }
        }
    }

    void ended(Subscription subscription, @Nullable Topic topic) {
        open.remove(subscription);
        AtomicLong count = openByTable.get(subscription.table());
        if (count != null) {
            count.decrementAndGet();
        }
        if (topic != null) {
            topic.subscribers().remove(subscription);
            leaveIfUnused(topic);
        }
    }

    @Override
    public void close() {
        synchronized (open) {
            closed = true;
        }
        run(() -> List.copyOf(open).forEach(each -> each.fail(stopping())));
        thread.shutdown();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("subscriptions did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void begin(Subscription made, Watch watch) {
        try {
            Topic topic = topic(watch);
            if (!advance(topic)) {
                topic = topic(watch);
            }
            made.begin(topic, System.nanoTime());
            leaveIfUnused(topic);
        } catch (Refused | RuntimeException e) {
            made.fail(e);
        }
    }

    private void resume(Subscription made, Watch watch, @Nullable Resumption found, @Nullable Throwable failure) {
        if (found == null) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            made.fail(cause instanceof Exception known ? known : new IllegalStateException("no answer", cause));
            return;
        }
        try (found) {
            Topic topic = topic(watch);
            made.resume(topic, found, System.nanoTime());
            leaveIfUnused(topic);
        } catch (Refused | RuntimeException e) {
            made.fail(e);
        }
    }

    private Topic topic(Watch watch) throws Refused {
        Topic topic = topics.get(watch);
        if (topic == null) {
            topic = new Topic(
                    watch,
                    tables,
                    memory.shared(),
                    new Topic.Bounds(
                            settings.maxBytes() / FRAMES_IN_MEMORY, settings.maxBytes() / LONG_FRAMES_IN_MEMORY),
                    framesEncoded::incrementAndGet);
            topics.put(watch, topic);
        }
        return topic;
    }

    private void leaveIfUnused(Topic topic) {
        if (topic.subscribers().isEmpty() && topics.remove(topic.watch(), topic)) {
            topic.close();
        }
    }

    private void look() {
        isDue.set(false);
        lookedNanos = System.nanoTime();
        List.copyOf(topics.values()).forEach(this::advance);
    }

    /** Takes up what has changed; says no when the topic has ended because it cannot be followed any more. */
    private boolean advance(Topic topic) {
        try {
            if (topic.advance(System.nanoTime())) {
                topic.subscribers().forEach(this::pumpLater);
            }
            return true;
        } catch (Refused | RuntimeException e) {
            topic.end(e);
            leaveIfUnused(topic);
            return false;
        }
    }

    private static Refused stopping() {
        return new Refused(Reason.UNAVAILABLE, "The server is stopping. Go on from the last token when it is back.");
    }
}
