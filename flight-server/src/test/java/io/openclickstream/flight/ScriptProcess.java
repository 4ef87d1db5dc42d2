package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A client in another language, as a process of its own. */
final class ScriptProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 180;

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> printed;
    private final Path errors;

    private ScriptProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        Stream<String> out = process.inputReader(StandardCharsets.UTF_8).lines();
        // Each in a thread of its own: it reads until the script ends, and a pool would have too few for several.
        this.printed = CompletableFuture.runAsync(() -> out.forEach(lines::add), work -> new Thread(work).start());
    }

    static ScriptProcess start(ProcessBuilder builder) throws IOException {
        Path errors = Files.createTempFile("script", ".err");
        Process process = builder.redirectError(errors.toFile()).start();
        process.onExit().orTimeout(9, TimeUnit.MINUTES).exceptionally(e -> process.destroyForcibly());
        return new ScriptProcess(process, errors);
    }

    /**
     * Skips the test that calls it when a program does not run; on CI that is a failure.
     *
     * @param needed what to say and to do about it
     */
    static void require(ProcessBuilder builder, String needed) throws Exception {
        String missing;
        try (ScriptProcess script = start(builder)) {
            missing = script.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && script.process.exitValue() == 0
                    ? ""
                    : "it fails: " + script.errors();
        } catch (IOException e) {
            missing = String.valueOf(e.getMessage());
        }
        String message = needed + " (" + missing.strip() + ")";
        if ("true".equals(System.getenv("CI"))) {
            assertThat(missing).as(message).isEmpty();
        }
        Assumptions.assumeTrue(missing.isEmpty(), message);
    }

    /** All that it prints until it ends, which it has to do well. */
    String output() throws Exception {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("it ends")
                .isTrue();
        assertThat(process.exitValue()).as(errors()).isZero();
        printed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return String.join("\n", lines);
    }

    /** The next line it prints. */
    String line() throws Exception {
        String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(line)
                .as(
                        "the script %s, and has printed no further line: %s",
                        process.isAlive() ? "runs" : "has ended", errors())
                .isNotNull();
        return line;
    }

    /** SIGKILL. */
    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(errors);
    }

    private String errors() throws IOException {
        return Files.readString(errors);
    }
}
