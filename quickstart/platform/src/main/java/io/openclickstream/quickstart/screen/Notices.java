package io.openclickstream.quickstart.screen;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Keeps the last things that happened, for the screen. Safe for use by many threads. */
public final class Notices implements Consumer<String> {
    private static final int KEPT = 3;

    private final Deque<String> recent = new ArrayDeque<>();

    @Override
    public synchronized void accept(String notice) {
        recent.addLast(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + notice);
        while (recent.size() > KEPT) {
            recent.removeFirst();
        }
    }

    /** The last few, the newest last. */
    public synchronized List<String> recent() {
        return List.copyOf(recent);
    }

    /** Forgets what was said so far. */
    public synchronized void clear() {
        recent.clear();
    }
}
