package io.openclickstream.quickstart.endtoend;

import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Sends records one after the other at a steady pace, up to a limit that is raised from time to time. */
final class Feeder implements AutoCloseable {
    private static final int TICK_MILLIS = 50;
    private static final int PER_TICK = 12;

    private final Sender sender;
    private final List<Input> inputs;
    private final List<RecordMetadata> positions = new ArrayList<>();
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor();
    private int limit;
    private @Nullable Exception failure;

    Feeder(Sender sender, List<Input> inputs) {
        this.sender = sender;
        this.inputs = inputs;
        var unused = ticks.scheduleAtFixedRate(this::sendSome, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Lets the records before this index go. */
    synchronized void raiseTo(int newLimit) {
        limit = newLimit;
    }

    /** Waits until all records that may go are sent. */
    void awaitLimit() {
        await().atMost(RunProgress.PATIENCE).until(this::isAtLimit);
    }

    /** Where the records sent so far are, in the order of the inputs. */
    synchronized List<RecordMetadata> positions() {
        return List.copyOf(positions);
    }

    private synchronized boolean isAtLimit() {
        if (failure != null) {
            throw new IllegalStateException("sending failed after record " + positions.size(), failure);
        }
        return positions.size() == limit;
    }

    private synchronized void sendSome() {
        try {
            int from = positions.size();
            positions.addAll(sender.send(inputs.subList(from, Math.min(limit, from + PER_TICK))));
        } catch (Exception e) { // told by the thread that waits
            failure = e;
            ticks.shutdown();
        }
    }

    @Override
    public void close() {
        ticks.shutdownNow();
    }
}
