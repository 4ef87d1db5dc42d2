package io.openclickstream.lake;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does again what has failed, with longer and longer pauses, as long as it may take.
 *
 * @param what is done, for messages
 * @param maxOutage after which it fails
 * @param hopeless failures that no waiting mends
 */
public record Retry(String what, Duration maxOutage, Set<Class<? extends RuntimeException>> hopeless) {
    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /** What may fail, and may be done again. */
    @FunctionalInterface
    public interface Step {
        /** May be called again after it has thrown. */
        void run() throws IOException, InterruptedException;
    }

    /**
     * Returns when it is done.
     *
     * @throws IOException when it has failed for longer than an outage may last
     */
    public void untilDone(Step step) throws IOException, InterruptedException {
        long tooLateAt = System.nanoTime() + maxOutage.toNanos();
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            try {
                step.run();
                return;
            } catch (IOException | RuntimeException e) {
                if (hopeless.contains(e.getClass())) {
                    throw e;
                }
                if (System.nanoTime() - tooLateAt > 0) {
                    throw new IOException(
                            "Gave up %s after %s: %s. Nothing is lost: it is in the job's state and done when the job is started again. A longer outage is allowed with lake.max-outage."
                                    .formatted(what, maxOutage, e.getMessage()),
                            e);
                }
                LOG.warn("Waiting with {}: pause={}ms cause={}", what, pause, e.toString());
                TimeUnit.MILLISECONDS.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
    }
}
