package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Lets time pass, for everyone or for all but one process. */
final class Stops {
    private Stops() {}

    /** A process stands still for a while, and goes on as if nothing had been: SIGSTOP, then SIGCONT. */
    static void stopFor(long pid, Duration pause) throws Exception {
        signal("STOP", pid);
        try {
            pass(pause);
        } finally {
            signal("CONT", pid);
        }
    }

    /** Returns after the pause. */
    static void pass(Duration pause) {
        Executor later = CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture.runAsync(() -> {}, later).join();
    }

    private static void signal(String signal, long pid) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
        assertThat(kill.waitFor()).as("kill -" + signal).isZero();
    }
}
