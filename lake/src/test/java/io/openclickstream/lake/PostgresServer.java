package io.openclickstream.lake;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** A real PostgreSQL with databases of its own, that ends with the test. */
final class PostgresServer implements AutoCloseable {
    static final String USER = "clickstream";

    /** Where Debian and its like put it, whatever its version. */
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");

    private static final String UNPRIVILEGED = "nobody";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path folder;
    private final int port;
    private final Process process;
    private int databases;

    private PostgresServer(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /** Starts it; skips the test where there is none, unless the environment says {@code CI=true}. */
    static PostgresServer start() throws Exception {
        Optional<Path> programs = programs();
        String hint =
                "PostgreSQL is needed, below %s or on the PATH. Install the package postgresql.".formatted(INSTALLED);
        if ("true".equals(System.getenv("CI")) && programs.isEmpty()) {
            throw new IllegalStateException(hint);
        }
        Assumptions.assumeTrue(programs.isPresent(), hint);
        // Not a folder of the test's: whoever may not be root must be able to enter it.
        Path folder = Files.createTempDirectory("clickstream-postgres");
        Path data = Files.createDirectory(folder.resolve("data"));
        Path log = Files.createFile(folder.resolve("log"));
        if (isRoot()) {
            var nobody =
                    FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(UNPRIVILEGED);
            Files.setOwner(folder, nobody);
            Files.setOwner(data, nobody);
        }
        int port = freePort();
        String bin = programs.get() + "/";
        Process init = command(
                        folder,
                        log,
                        bin + "initdb",
                        "--pgdata=" + data,
                        "--username=" + USER,
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-sync")
                .start();
        if (!init.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || init.exitValue() != 0) {
            init.destroyForcibly();
            throw new IOException("PostgreSQL cannot be set up: " + Files.readString(log));
        }
        Process process = command(
                        folder,
                        log,
                        bin + "postgres",
                        "-D",
                        data.toString(),
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(port),
                        "-k",
                        "",
                        "-F")
                .start();
        var server = new PostgresServer(folder, port, process);
        try {
            Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
                server.connect("postgres").close();
                return true;
            });
        } catch (RuntimeException e) {
            String said = Files.readString(log);
            server.close();
            throw new IOException("PostgreSQL does not start: " + said, e);
        }
        return server;
    }

    private static Optional<Path> programs() throws IOException {
        List<Path> places = new ArrayList<>();
        if (Files.isDirectory(INSTALLED)) {
            try (Stream<Path> versions = Files.list(INSTALLED)) {
                versions.sorted(Comparator.reverseOrder())
                        .map(version -> version.resolve("bin"))
                        .forEach(places::add);
            }
        }
        for (String place : System.getenv("PATH").split(":", -1)) {
            places.add(Path.of(place));
        }
        return places.stream()
                .filter(place ->
                        Files.isExecutable(place.resolve("initdb")) && Files.isExecutable(place.resolve("postgres")))
                .findFirst();
    }

    /** PostgreSQL refuses to run as root. */
    private static ProcessBuilder command(Path folder, Path log, String... words) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=" + UNPRIVILEGED, "--clear-groups"));
        }
        command.addAll(List.of(words));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    /** Below those that systems hand out by themselves, so that nobody is given it before the server. */
    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken; another one then
            }
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), USER, "");
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
    }

    /** The URL of a database with nothing in it. */
    String newDatabase() throws SQLException {
        String name = "lake" + ++databases;
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        return url(name);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy(); // asks it to end
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
