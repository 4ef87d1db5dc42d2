package io.openclickstream.quickstart;

import java.time.Duration;

/**
 * Turns Ctrl-C and a polite kill into an interrupt of the main thread, and keeps the JVM alive until that has cleaned up,
 * within a bound.
 */
final class Shutdown {
    private static final Duration BOUND = Duration.ofMinutes(2);

    private Shutdown() {}

    /** From now on the calling thread is interrupted when the process is asked to end. */
    static void interruptsThisThread() {
        Thread main = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            main.interrupt();
                            try {
                                main.join(BOUND.toMillis());
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "shutdown"));
    }
}
