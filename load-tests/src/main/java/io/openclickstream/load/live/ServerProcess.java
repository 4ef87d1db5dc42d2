package io.openclickstream.load.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.arrow.flight.Location;

/** A Flight server of ours in a JVM of its own, with a data folder that begins empty and is deleted at the end. */
final class ServerProcess implements AutoCloseable {
    private static final String MAIN = "io.openclickstream.flight.FlightServerMain";
    private static final Pattern LISTENS = Pattern.compile("tables at grpc://[^:]+:(\\d+)");
    private static final Duration START_BOUND = Duration.ofSeconds(60);
    private static final Duration QUIET_BOUND = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(500);
    /** CPU time within {@link #LOOK} of a process that does nothing in particular. */
    private static final Duration QUIET = Duration.ofMillis(20);

    private final Process process;
    private final Path dataFolder;
    private final int port;

    private ServerProcess(Process process, Path dataFolder, int port) {
        this.process = process;
        this.dataFolder = dataFolder;
        this.port = port;
    }

    /**
     * What a server is started from.
     *
     * @param classPath as the JVM takes it
     * @param jvmOptions file with the flags that every process of ours runs with
     */
    record Code(String classPath, Path jvmOptions) {}

    /**
     * Starts a server on a free port and waits until it serves.
     *
     * @param jvm memory and other flags of its JVM
     * @param options of the server, beside folder and ports
     * @param folder for its data and its log
     * @throws IOException when it does not start; the message names its log
     */
    static ServerProcess start(Code code, List<String> jvm, List<String> options, Path folder)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path dataFolder = folder.resolve("server-data");
        delete(dataFolder);
        Path log = folder.resolve("server.log");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + code.jvmOptions()));
        command.addAll(jvm);
        command.addAll(
                List.of("-cp", code.classPath(), MAIN, "--flight.port=0", "--http.port=0", "--data.dir=" + dataFolder));
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long deadline = System.nanoTime() + START_BOUND.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            Matcher listens = LISTENS.matcher(Files.readString(log));
            if (listens.find()) {
                return new ServerProcess(process, dataFolder, Integer.parseInt(listens.group(1)));
            }
            Thread.sleep(50);
        }
        process.destroyForcibly();
        throw new IOException("The Flight server did not start; see %s.".formatted(log));
    }

    Location location() {
        return Location.forGrpcInsecure("127.0.0.1", port);
    }

    long pid() {
        return process.pid();
    }

    /** @throws IOException when the process has ended */
    ProcessUse use() throws IOException {
        return ProcessUse.of(process.toHandle());
    }

    /** Waits until it works on nothing any more, such as a checkpoint of its tables; for a minute at most. */
    void awaitQuiet() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + QUIET_BOUND.toNanos();
        Duration before = use().cpu();
        while (System.nanoTime() < deadline) {
            Thread.sleep(LOOK.toMillis());
            Duration now = use().cpu();
            if (now.minus(before).compareTo(QUIET) <= 0) {
                return;
            }
            before = now;
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        delete(dataFolder);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(ServerProcess::deleteOne);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void deleteOne(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
