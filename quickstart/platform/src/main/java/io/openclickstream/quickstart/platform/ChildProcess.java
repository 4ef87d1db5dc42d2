package io.openclickstream.quickstart.platform;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One running child of the platform. */
final class ChildProcess {
    /**
     * How a child is started.
     *
     * @param command the program and its arguments
     * @param environment added to the platform's own
     * @param log what it prints is appended here
     */
    record Start(List<String> command, Map<String, String> environment, Path log) {
        @Override
        public String toString() {
            return "Start" + command; // the environment holds a secret
        }
    }

    // Ctrl-C reaches every process of the terminal. A child must outlive it, so that the platform can stop the children
    // in order; a signal that is ignored at its start a JVM leaves alone.
    private static final List<String> WITHOUT_INTERRUPT =
            List.of("bash", "-c", "trap '' INT; exec \"$@\"", "open-clickstream");

    private static final long MAX_LOG_BYTES = 16L << 20;

    private final Process process;
    private final long startedNanos = System.nanoTime();

    private ChildProcess(Process process) {
        this.process = process;
    }

    static ChildProcess start(Start start) throws IOException {
        Files.createDirectories(start.log().toAbsolutePath().getParent());
        keepSmall(start.log());
        List<String> command = new ArrayList<>(WITHOUT_INTERRUPT);
        command.addAll(start.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(Redirect.appendTo(start.log().toFile()));
        // A file of the platform's options would be full of names that the child does not know.
        builder.environment().remove("CLICKSTREAM_OPTIONS");
        builder.environment().putAll(start.environment());
        return new ChildProcess(builder.start());
    }

    /** A log that has grown large makes room for a new one; of the old ones only the last is kept. */
    private static void keepSmall(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Completes with how it ended. */
    CompletableFuture<Integer> ended() {
        return process.onExit().thenApply(Process::exitValue);
    }

    Duration ranFor() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** Ends it at once, as {@code kill -9} does, and waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    /** Asks it to end; ends it at once when it has not within the bound. */
    void stop(Duration bound) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
        }
    }
}
