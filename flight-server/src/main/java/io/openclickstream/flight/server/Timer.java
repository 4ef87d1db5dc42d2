package io.openclickstream.flight.server;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does small things later, or again and again, on a few threads for all. After it is closed it does nothing. */
final class Timer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Timer.class);
    private static final int THREADS = 3;

    private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(THREADS, work -> {
        Thread made = new Thread(work, "timer");
        made.setDaemon(true);
        return made;
    });

    void after(long nanos, Runnable work) {
        try {
            Future<?> unused = threads.schedule(guarded(work), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("asked for something later while closing", e);
        }
    }

    /** Pauses for the interval between two runs. */
    void every(Duration interval, Runnable work) {
        Future<?> unused = threads.scheduleWithFixedDelay(
                guarded(work), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.error("something done by the clock failed", e);
            }
        };
    }
}
