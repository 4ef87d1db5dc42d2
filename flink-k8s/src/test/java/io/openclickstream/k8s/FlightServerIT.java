package io.openclickstream.k8s;

import static io.openclickstream.k8s.Manifests.each;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Starts the real Flight server with an overlay's JVM flags and options file, and asks for what probes and Prometheus
 * will ask for.
 */
class FlightServerIT {
    private static final Path SERVER = Manifests.MODULE.resolve("../flight-server/target");
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final String TOKEN = "the replica's token";

    @TempDir
    Path folder;

    private SelfSigned tls;
    private HttpClient http;

    static List<String> overlays() throws IOException {
        return Manifests.overlays();
    }

    /** What the Secrets provide. */
    @BeforeEach
    void writeSecrets() throws Exception {
        tls = SelfSigned.make(folder);
        http = HttpClient.newBuilder()
                .sslContext(tls.trusting())
                .connectTimeout(Duration.ofSeconds(30))
                .build();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(TOKEN.getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                folder.resolve("principals.json"),
                "{\"principals\": [{\"name\": \"replica\", \"roles\": [\"replica\"], \"token_sha256\": [\"%s\"]}]}"
                        .formatted(HexFormat.of().formatHex(digest)));
        Files.writeString(folder.resolve("token"), TOKEN);
        Files.writeString(folder.resolve("ticket.keys"), Base64.getEncoder().encodeToString(new byte[32]) + "\n");
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void startsWithTheOverlaysMemoryAndOptionsAndAnswersEveryProbe(String overlay) throws Exception {
        ObjectNode set = Manifests.of(overlay).one("StatefulSet", "clickstream-flight");
        try (Server server = new Server(Manifests.of(overlay), set, 0, List.of())) {
            server.assertReadyAndAnswering();
        }
    }

    @Test
    void replicaOfTheEncryptedOverlayIsReadyOnceItHasWhatTheLeaderHas() throws Exception {
        Manifests manifests = Manifests.of("encrypted");
        int leaderPort = freePort();
        ObjectNode replica = manifests.one("StatefulSet", "clickstream-flight-replica");
        List<String> follow =
                List.of("--follow=grpc+tls://localhost:" + leaderPort, "--follow.max-staleness=10m"); // a busy machine
        try (Server following = new Server(manifests, replica, 0, follow)) {
            await().atMost(PATIENCE).until(() -> following.status("/health/live") == 200);
            assertThat(following.status("/health/ready")).isEqualTo(503);
            ObjectNode leader = manifests.one("StatefulSet", "clickstream-flight");
            try (Server leading = new Server(manifests, leader, leaderPort, List.of())) {
                leading.assertReadyAndAnswering();
                following.assertReadyAndAnswering();
            }
        }
    }

    /** A server as one of a StatefulSet's pods would run it. */
    private final class Server implements AutoCloseable {
        private final JsonNode template;
        private final Path log;
        private final int httpPort = freePort();
        private final Process process;

        Server(Manifests manifests, ObjectNode set, int flightPort, List<String> options) throws IOException {
            String name = Manifests.nameOf(set);
            template = set.at("/spec/template");
            log = folder.resolve(name + ".log");
            process = start(manifests, name, flightPort, options);
        }

        private Process start(Manifests manifests, String name, int flightPort, List<String> others)
                throws IOException {
            JsonNode container = template.at("/spec/containers/0");
            Path file = folder.resolve(name + ".properties");
            String options = optionsFile(manifests);
            Files.writeString(file, options);
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "@" + Manifests.MODULE.resolve("../jvm.options").normalize(),
                    "-cp",
                    SERVER.resolve("classes").normalize() + ":"
                            + Files.readString(SERVER.resolve("classpath.txt")).strip()));
            List<String> entryPoint = Containerfile.of("flight-server").entryPoint();
            command.add(entryPoint.get(entryPoint.size() - 1));
            // What differs from a pod: this machine's address, ports, folders, and files for those of the Secrets.
            command.addAll(List.of(
                    "--options=" + file,
                    "--bind.host=127.0.0.1",
                    "--flight.port=" + flightPort,
                    "--http.port=" + httpPort,
                    "--data.dir=" + folder.resolve(name)));
            for (String secret : List.of(
                    "auth.principals=principals.json",
                    "tls.certificate=tls.crt",
                    "tls.key=tls.key",
                    "ticket.keys=ticket.keys",
                    "follow.token-file=token",
                    "follow.tls.ca=tls.crt")) {
                String option = secret.substring(0, secret.indexOf('='));
                if (options.contains("\n" + option + "=")) {
                    command.add("--" + option + "=" + folder.resolve(secret.substring(option.length() + 1)));
                }
            }
            command.addAll(others);
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment()
                    .put(
                            "JDK_JAVA_OPTIONS",
                            each(container.path("env"))
                                    .filter(variable ->
                                            variable.path("name").asText().equals("JDK_JAVA_OPTIONS"))
                                    .map(variable -> variable.path("value").asText())
                                    .findFirst()
                                    .orElseThrow());
            return builder.start();
        }

        private String optionsFile(Manifests manifests) {
            String map = each(template.at("/spec/volumes"))
                    .filter(volume -> volume.path("name").asText().equals("options"))
                    .map(volume -> volume.at("/configMap/name").asText())
                    .findFirst()
                    .orElseThrow();
            return manifests
                    .one("ConfigMap", map)
                    .at("/data/flight-server.properties")
                    .asText();
        }

        void assertReadyAndAnswering() throws Exception {
            await().atMost(PATIENCE).until(() -> !process.isAlive() || status("/health/ready") == 200);
            assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
            for (String path : pathsAskedFor()) {
                assertThat(status(path)).as(path).isEqualTo(200);
            }
            assertThat(status("/healthz")).isEqualTo(404); // an unknown path is not simply answered
        }

        private Set<String> pathsAskedFor() {
            Set<String> paths = new TreeSet<>();
            Stream.of("startupProbe", "livenessProbe", "readinessProbe")
                    .map(probe -> template.at("/spec/containers/0/" + probe + "/httpGet/path"))
                    .forEach(path -> paths.add(path.asText()));
            paths.add(template.at("/metadata/annotations")
                    .path("prometheus.io/path")
                    .asText());
            assertThat(paths).hasSizeGreaterThanOrEqualTo(3);
            return paths;
        }

        /** The answer's status, asked as the readiness probe asks; 0 when there is none. */
        int status(String path) throws InterruptedException {
            boolean isEncrypted = template.at("/spec/containers/0/readinessProbe/httpGet/scheme")
                    .asText()
                    .equals("HTTPS");
            String address = (isEncrypted ? "https" : "http") + "://localhost:" + httpPort;
            try {
                HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
                        .timeout(Duration.ofSeconds(30))
                        .build();
                return http.send(request, BodyHandlers.discarding()).statusCode();
            } catch (IOException e) {
                return 0;
            }
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    /** Below those that systems hand out by themselves, so that nobody is given it before the server. */
    private static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken; another one then
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
