package io.openclickstream.load.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Python script of this package that runs beside the benchmark; it ends when it is closed. */
final class PythonProcess implements AutoCloseable {
    private static final int NEEDED_SECONDS = 60;

    private final Process process;
    private final BufferedReader out;
    private final Path errors;

    private PythonProcess(Process process, Path errors) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.errors = errors;
    }

    /** @throws IOException when the interpreter is not there or has no pyarrow; the message says what to do */
    static void require(String interpreter) throws IOException, InterruptedException {
        String missing;
        try {
            Process process = new ProcessBuilder(interpreter, "-c", "import pyarrow.flight")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(NEEDED_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            missing = ended && process.exitValue() == 0 ? "" : "it cannot import pyarrow.flight";
        } catch (IOException e) {
            missing = String.valueOf(e.getMessage());
        }
        if (!missing.isEmpty()) {
            throw new IOException(
                    ("Cannot read with pyarrow: %s: %s. Run python3 -m venv .venv && .venv/bin/pip install pyarrow, or "
                                    + "let CLICKSTREAM_PYTHON name a Python that has it.")
                            .formatted(interpreter, missing));
        }
    }

    /**
     * Starts a script.
     *
     * @param folder takes the script, and what it says on standard error
     */
    static PythonProcess start(String interpreter, String script, Path folder, String name, List<String> arguments)
            throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(script);
        try (InputStream content = PythonProcess.class.getResourceAsStream(script)) {
            if (content == null) {
                throw new IllegalStateException("the script %s is not on the class path".formatted(script));
            }
            Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
        }
        Path errors = folder.resolve(name + ".log");
        List<String> command = new ArrayList<>(List.of(interpreter, file.toString()));
        command.addAll(arguments);
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        return new PythonProcess(process, errors);
    }

    long pid() {
        return process.pid();
    }

    /** The next line it prints. */
    String line() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("The Python script ended early; see %s.".formatted(errors));
        }
        return line;
    }

    /** All that it still prints, once it has ended by itself. */
    List<String> linesToItsEnd() throws IOException, InterruptedException {
        List<String> lines = out.lines().toList();
        if (process.waitFor() != 0) {
            throw new IOException("The Python script failed; see %s.".formatted(errors));
        }
        return lines;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
