package io.openclickstream.quickstart.screen;

import io.openclickstream.quickstart.platform.FlinkRest.Checkpoint;
import io.openclickstream.quickstart.platform.FlinkRest.Job;
import io.openclickstream.quickstart.platform.Lake;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.LiveTables.Sessions;
import io.openclickstream.quickstart.platform.Platform;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Asks a platform's parts how they are. The costlier questions are asked less often than the cheap ones. */
public final class StateReader {
    private static final Duration COSTLY_EVERY = Duration.ofSeconds(3);
    private static final Duration RATE_OVER = Duration.ofSeconds(12);

    private final Platform platform;
    private final Notices notices;
    private final Deque<Count> counts = new ArrayDeque<>();
    private Instant costlyAt = Instant.EPOCH;
    private Optional<Sessions> sessions = Optional.empty();
    private Lake.Size lake = new Lake.Size(0, 0);

    private record Count(Instant at, long received) {}

    public StateReader(Platform platform, Notices notices) {
        this.platform = platform;
        this.notices = notices;
    }

    /**
     * The state now.
     *
     * @param sent clicks that the command sent so far
     */
    public PlatformState read(long sent) throws IOException, InterruptedException {
        Instant now = Instant.now();
        if (Duration.between(costlyAt, now).compareTo(COSTLY_EVERY) >= 0) {
            costlyAt = now;
            sessions = platform.live().sessions();
            lake = new Lake(platform.lakeFolder()).size();
        }
        Optional<Job> job = platform.flink().job();
        Optional<Checkpoint> checkpoint =
                job.isPresent() ? platform.flink().lastCheckpoint(job.get().id()) : Optional.empty();
        Optional<Ledger> ledger = platform.live().ledger();
        ledger.filter(counted -> counted.received() > 0)
                .ifPresent(counted -> remember(new Count(now, counted.received())));
        return new PlatformState(
                now,
                platform.addresses(),
                platform.dataFolder(),
                platform.lakeFolder(),
                job,
                checkpoint,
                ledger,
                rate(),
                sent,
                sessions,
                lake,
                notices.recent());
    }

    /** The ledger counts up in steps, one a checkpoint: only the times of its steps make a true rate. */
    private void remember(Count count) {
        Count last = counts.peekLast();
        if (last == null || last.received() != count.received()) {
            counts.addLast(count);
        }
        while (counts.size() > 2
                && Duration.between(counts.getFirst().at(), count.at()).compareTo(RATE_OVER) > 0) {
            counts.removeFirst();
        }
    }

    private Optional<Double> rate() {
        Count first = counts.peekFirst();
        Count last = counts.peekLast();
        if (first == null || last == null || counts.size() < 2) {
            return Optional.empty();
        }
        double seconds = Duration.between(first.at(), last.at()).toMillis() / 1000.0;
        return seconds <= 0 ? Optional.empty() : Optional.of((last.received() - first.received()) / seconds);
    }
}
