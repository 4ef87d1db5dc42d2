package io.openclickstream.maintenance;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/**
 * Waits for the job, within a bound, and says what for.
 *
 * @param atMost how long; zero to look once
 * @param pause between two looks
 * @param say gets a line when the wait begins, and whenever the job has come further without being there
 */
record JobWait(Duration atMost, Pause pause, Consumer<String> say) {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    /** Lets some time pass. */
    @FunctionalInterface
    interface Pause {
        void last(Duration time) throws InterruptedException;
    }

    /** What the job has come to. */
    @FunctionalInterface
    interface Look {
        JobObedience now() throws IOException;
    }

    /** The last look: the job obeys, or the time is over. */
    JobObedience forEntry(long entry, Look look, Clock clock) throws IOException {
        JobObedience seen = look.now();
        Instant end = clock.instant().plus(atMost);
        if (!seen.isObeyed() && clock.instant().isBefore(end)) {
            say.accept(
                    ("Waiting until %s at most for the job to commit an epoch that obeys entry %d of the list of erased"
                                    + " persons: %s. It looks at the list every erasures.poll, and commits with each"
                                    + " checkpoint.")
                            .formatted(end.truncatedTo(ChronoUnit.SECONDS), entry, seen.why()));
        }
        while (!seen.isObeyed() && clock.instant().isBefore(end)) {
            try {
                pause.last(BETWEEN_LOOKS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while it waited for the job");
            }
            JobObedience next = look.now();
            if (!next.why().equals(seen.why())) {
                say.accept(
                        next.isObeyed() ? "The job obeys: " + next.why() + "." : "Still waiting: " + next.why() + ".");
            }
            seen = next;
        }
        return seen;
    }
}
