package io.openclickstream.quickstart.endtoend;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A whole Trino on one node, with the catalog file of the documentation and a JDK of its own. */
final class TrinoServer implements AutoCloseable {
    private static final Duration START_BOUND = Duration.ofMinutes(3);

    /** What Trino's own launcher gives to the JVM, with the least memory that serves one query. */
    private static final List<String> JVM = List.of(
            "-Xmx1g",
            "-XX:+ExitOnOutOfMemoryError",
            "-Dfile.encoding=UTF-8",
            "-Djdk.attach.allowAttachSelf=true",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED");

    private final Process process;
    private final int port;
    private final Path cache;

    private TrinoServer(Process process, int port, Path cache) {
        this.process = process;
        this.port = port;
        this.cache = cache;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param home where Maven has unpacked it: the module's target folder
     * @param catalog its catalog file
     * @param folder takes its data, cache, settings and log
     * @param environment what the catalog file refers to
     */
    static TrinoServer start(Path java, Path home, Path catalog, Path folder, Map<String, String> environment)
            throws IOException {
        int port = freePort();
        Path settings = Files.createDirectories(folder.resolve("etc"));
        Path cache = Files.createDirectories(folder.resolve("cache"));
        Files.copy(catalog, Files.createDirectories(settings.resolve("catalog")).resolve("lake.properties"));
        Path config = Files.write(
                settings.resolve("config.properties"),
                List.of(
                        "coordinator=true",
                        "node-scheduler.include-coordinator=true",
                        "http-server.http.port=" + port,
                        "discovery.uri=http://localhost:" + port,
                        "query.max-memory=512MB",
                        "query.max-memory-per-node=256MB",
                        "memory.heap-headroom-per-node=128MB"));
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(JVM);
        command.addAll(List.of(
                "-Dnode.environment=test",
                "-Dnode.data-dir=" + folder.resolve("data"),
                "-Dconfig=" + config,
                "-Dcatalog.config-dir=" + settings.resolve("catalog"),
                "-Dplugin.dir=" + home.resolve("plugins"),
                "-cp",
                home.resolve("server").resolve("lib") + "/*",
                "io.trino.server.TrinoServer"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile()) // where it writes more than its settings say
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("trino.log").toFile());
        builder.environment().putAll(environment);
        builder.environment().put("TRINO_CACHE", cache.toString());
        TrinoServer server = new TrinoServer(builder.start(), port, cache);
        try {
            server.awaitStarted(folder.resolve("trino.log"));
            return server;
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    /** Host and port, as its clients take it. */
    String address() {
        return "localhost:" + port;
    }

    /** What it has kept of the lake's files on its own disk. */
    long cachedBytes() throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private void awaitStarted(Path log) {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest info = HttpRequest.newBuilder(URI.create("http://" + address() + "/v1/info"))
                .timeout(Duration.ofSeconds(5))
                .build();
        await().atMost(START_BOUND)
                .ignoreExceptionsInstanceOf(IOException.class)
                .failFast("Trino has ended; see " + log, () -> !process.isAlive())
                .until(() -> client.send(info, HttpResponse.BodyHandlers.ofString())
                        .body()
                        .contains("\"starting\":false"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
