package io.openclickstream.flight.server;

import java.time.Duration;

/** How long a replica waits before it asks its leader again: longer after each attempt that has got nothing. */
final class Pause {
    static final Duration FIRST = Duration.ofMillis(100);
    static final Duration LONGEST = Duration.ofSeconds(5);

    private Duration next = FIRST;

    /** The pause after an attempt. */
    Duration after(boolean hasGotSomething) {
        Duration now = hasGotSomething ? FIRST : next;
        Duration longer = now.multipliedBy(2);
        next = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
        return now;
    }
}
