package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server as a process of its own, started as the launcher starts it. */
final class ServerProcess implements AutoCloseable {
    static final Path ROOT = Path.of(System.getProperty("clickstream.root"));
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern LISTENS = Pattern.compile("grpc(?:\\+tls)?://[^:]+:(\\d+), .*https?://[^:]+:(\\d+),");

    private final Process process;
    private final Path errors;
    private String line = "";

    private ServerProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
    }

    /** Starts a server on free ports and waits until it serves. */
    static ServerProcess start(Path dataDir, String... options) throws IOException {
        ServerProcess server = launch(command(dataDir, options), dataDir);
        if (!LISTENS.matcher(server.line).find()) {
            AssertionError failure = new AssertionError("did not start; printed '%s', %s, and said: %s"
                    .formatted(
                            server.line,
                            server.process.isAlive() ? "runs" : "exit code " + server.process.exitValue(),
                            server.errors()));
            server.process.destroyForcibly();
            throw failure;
        }
        return server;
    }

    /** Runs a command that starts a server; the line it prints is there, or it has ended, when this returns. */
    static ServerProcess launch(List<String> command, Path dataDir) throws IOException {
        Path errors = Files.createTempFile("flight-server", ".err");
        Process process = new ProcessBuilder(command)
                .redirectError(errors.toFile())
                .directory(ROOT.toFile())
                .start();
        process.onExit().orTimeout(10, TimeUnit.MINUTES).exceptionally(e -> process.destroyForcibly());
        ServerProcess server = new ServerProcess(process, errors);
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String first = out.readLine();
        server.line = first == null ? "" : first;
        return server;
    }

    /** The command line of a server; {@code --data.dir} and free ports are added to the options. */
    static List<String> command(Path dataDir, String... options) throws IOException {
        Path module = ROOT.resolve("flight-server/target");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + ROOT.resolve("jvm.options"),
                "-Xmx1g",
                "-cp",
                module.resolve("classes") + ":"
                        + Files.readString(module.resolve("classpath.txt")).strip(),
                FlightServerMain.class.getName(),
                "--data.dir=" + dataDir));
        List<String> given = List.of(options);
        for (String port : List.of("--flight.port", "--http.port")) {
            if (given.stream().noneMatch(option -> option.startsWith(port))) {
                command.add(port + "=0");
            }
        }
        command.addAll(given);
        return command;
    }

    int port() {
        return portInLine(1);
    }

    int httpPort() {
        return portInLine(2);
    }

    String line() {
        return line;
    }

    /** What it has written to standard error. */
    String errors() throws IOException {
        return Files.readString(errors);
    }

    long pid() {
        return process.pid();
    }

    /** SIGKILL: nothing is flushed, nothing is closed. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /** SIGTERM; returns the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException, IOException {
        kill();
        Files.deleteIfExists(errors);
    }

    private int portInLine(int group) {
        Matcher matcher = LISTENS.matcher(line);
        assertThat(matcher.find()).isTrue();
        return Integer.parseInt(matcher.group(group));
    }
}
