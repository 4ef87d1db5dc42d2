package io.openclickstream.pipeline.sink.live;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits between attempts of one call, for as long as it takes, and not at all when it is hopeless. An outage that lasts
 * longer than allowed is told once.
 */
final class Patience {
    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** What the server says when it understood and will never do it. */
    private static final Set<FlightStatusCode> FINAL_REFUSALS = Set.of(
            FlightStatusCode.INVALID_ARGUMENT,
            FlightStatusCode.ALREADY_EXISTS,
            FlightStatusCode.UNAUTHENTICATED,
            FlightStatusCode.UNAUTHORIZED,
            FlightStatusCode.UNIMPLEMENTED);

    private final URI server;
    private final String call;
    private final Duration maxOutage;
    private final Outage outage;
    private final long tooLongAt;
    private Duration pause = FIRST_PAUSE;
    private boolean isTold;

    /** Hears that the server has been away for longer than allowed. */
    @FunctionalInterface
    interface Outage {
        /**
         * Called once; when it returns, waiting goes on.
         *
         * @param outage says what has waited, for how long, and why
         * @throws LivePushException to give up
         */
        void isTooLong(LivePushException outage) throws LivePushException;
    }

    /** @param call what is tried, such as "rows for table sessions" */
    Patience(URI server, String call, Duration maxOutage, Outage outage) {
        this.server = server;
        this.call = call;
        this.maxOutage = maxOutage;
        this.outage = outage;
        this.tooLongAt = System.nanoTime() + maxOutage.toNanos();
    }

    /**
     * Returns when it is time to try again.
     *
     * @throws LivePushException when the server refuses for good, or whoever hears of too long an outage gives up
     */
    void waitAfter(FlightRuntimeException failure) throws InterruptedException, LivePushException {
        if (FINAL_REFUSALS.contains(failure.status().code())) {
            throw new LivePushException(
                    "The Flight server at %s refuses %s: %s".formatted(server, call, failure.getMessage()), failure);
        }
        if (!isTold && System.nanoTime() - tooLongAt > 0) {
            isTold = true;
            outage.isTooLong(new LivePushException(
                    "The Flight server at %s has not taken %s for %s: %s. Start it, or allow a longer outage with live.max-outage."
                            .formatted(server, call, maxOutage, failure.getMessage()),
                    failure));
        }
        LOG.warn(
                "Waiting for the Flight server: uri={} call={} pause={} cause={}",
                server,
                call,
                pause,
                failure.getMessage());
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
}
