package io.openclickstream.quickstart;

import java.time.Duration;

/**
 * Turns Ctrl-C and a polite kill into an interrupt of the main thread, and keeps the JVM alive until that has cleaned up,
 * within a bound.
 */
final class Shutdown {
    private static final Duration BOUND = Duration.ofMinutes(2);

    private static volatile boolean isAsked;

    private Shutdown() {}

    /** From now on the calling thread is interrupted when the process is asked to end. */
    static void interruptsThisThread() {
        Thread main = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            isAsked = true;
                            main.interrupt();
                            try {
                                main.join(BOUND.toMillis());
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "shutdown"));
    }

    /**
     * Throws when the process was asked to end. Whoever works in a loop calls it once a round: an interrupt that comes
     * inside a library's call may be lost there.
     */
    static void throwIfAsked() throws InterruptedException {
        if (isAsked) {
            Thread.interrupted(); // heard; what is done to stop must not be interrupted by it again
            throw new InterruptedException("The process was asked to end.");
        }
    }
}
