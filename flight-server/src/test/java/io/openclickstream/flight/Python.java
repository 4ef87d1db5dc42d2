package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A real python3 with pyarrow, pandas and polars: the environment's {@code CLICKSTREAM_PYTHON}, else the checkout's
 * {@code .venv}, else {@code python3}. Tests are skipped where there is none, but not on CI.
 */
final class Python implements AutoCloseable {
    private static final Path CLIENT = ServerProcess.ROOT.resolve("flight-server/clients/python");

    private final Process process;
    private final BufferedReader out;
    private final Path errors;

    private Python(Process process, Path errors) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.errors = errors;
    }

    static void require() throws Exception {
        String missing = "";
        try (Python python = start("-c", "import pyarrow.flight, pandas, polars")) {
            missing = python.process.waitFor(120, TimeUnit.SECONDS) && python.process.exitValue() == 0
                    ? ""
                    : python.errors();
        } catch (IOException e) {
            missing = String.valueOf(e.getMessage());
        }
        String message =
                "%s lacks pyarrow, pandas or polars (%s). Run: python3 -m venv .venv && .venv/bin/pip install pyarrow pandas polars"
                        .formatted(interpreter(), missing.strip());
        if ("true".equals(System.getenv("CI"))) {
            assertThat(missing).as(message).isEmpty();
        }
        Assumptions.assumeTrue(missing.isEmpty(), message);
    }

    /** Runs a script with our package on its path and returns what it printed. */
    static String run(String... arguments) throws Exception {
        try (Python python = start(arguments)) {
            String printed = new String(python.process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(python.process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(python.process.exitValue()).as(python.errors()).isZero();
            return printed.strip();
        }
    }

    static Python start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(interpreter()));
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile("python", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(errors.toFile()).directory(CLIENT.toFile());
        builder.environment().put("PYTHONPATH", CLIENT.toString());
        builder.environment().put("PYTHONUNBUFFERED", "1");
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = builder.start();
        process.onExit().orTimeout(5, TimeUnit.MINUTES).exceptionally(e -> process.destroyForcibly());
        return new Python(process, errors);
    }

    /** The next line it prints. */
    String line() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new AssertionError("python ended: " + errors());
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(errors);
    }

    private String errors() throws IOException {
        return Files.readString(errors);
    }

    private static String interpreter() {
        String given = System.getenv("CLICKSTREAM_PYTHON");
        if (given != null && !given.isBlank()) {
            return given;
        }
        Path inCheckout = ServerProcess.ROOT.resolve(".venv/bin/python");
        return Files.isExecutable(inCheckout) ? inCheckout.toString() : "python3";
    }
}
