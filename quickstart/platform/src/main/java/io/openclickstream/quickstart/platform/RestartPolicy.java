package io.openclickstream.quickstart.platform;

import java.time.Duration;
import java.util.Optional;

/**
 * How often a process that ended by itself is started again.
 *
 * @param maxInARow after this many ends in a row it is given up
 * @param firstPause before the first restart; doubles with each further one
 * @param longestPause never longer than this
 * @param healthyAfter a process that ran this long does not count as one more in the row
 */
record RestartPolicy(int maxInARow, Duration firstPause, Duration longestPause, Duration healthyAfter) {
    static final RestartPolicy USUAL =
            new RestartPolicy(5, Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(60));

    /** How many ends in a row there were, with this one. */
    int inARow(int before, Duration ranFor) {
        return ranFor.compareTo(healthyAfter) >= 0 ? 1 : before + 1;
    }

    /**
     * How long to wait before the restart.
     *
     * @param inARow ends in a row, from 1
     * @return empty when it is to be given up
     */
    Optional<Duration> pause(int inARow) {
        if (inARow > maxInARow) {
            return Optional.empty();
        }
        Duration pause = firstPause.multipliedBy(1L << Math.min(inARow - 1, 20));
        return Optional.of(pause.compareTo(longestPause) > 0 ? longestPause : pause);
    }
}
