package io.openclickstream.k8s;

import static io.openclickstream.k8s.Manifests.each;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Starts the real Flight server with an overlay's JVM flags and options file, and asks for what probes and Prometheus
 * will ask for.
 */
class FlightServerIT {
    private static final Path SERVER = Manifests.MODULE.resolve("../flight-server/target");
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    static List<String> overlays() throws IOException {
        return Manifests.overlays();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void startsWithTheOverlaysMemoryAndOptionsAndAnswersEveryProbe(String overlay, @TempDir Path folder)
            throws Exception {
        Manifests manifests = Manifests.of(overlay);
        JsonNode template = manifests.one("StatefulSet", "clickstream-flight").at("/spec/template");
        int httpPort = freePort();
        Path log = folder.resolve("server.log");
        Process server = start(manifests, template.at("/spec/containers/0"), folder, log, httpPort);
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !server.isAlive() || status(httpPort, "/health/ready") == 200);
            assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
            for (String path : pathsAskedFor(template)) {
                assertThat(status(httpPort, path)).as(path).isEqualTo(200);
            }
            assertThat(status(httpPort, "/healthz")).isEqualTo(404); // an unknown path is not simply answered
        } finally {
            server.destroy();
            if (!server.waitFor(30, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
        }
    }

    private static Set<String> pathsAskedFor(JsonNode template) {
        Set<String> paths = new TreeSet<>();
        Stream.of("startupProbe", "livenessProbe", "readinessProbe")
                .map(probe -> template.at("/spec/containers/0/" + probe + "/httpGet/path"))
                .forEach(path -> paths.add(path.asText()));
        paths.add(
                template.at("/metadata/annotations").path("prometheus.io/path").asText());
        assertThat(paths).hasSizeGreaterThanOrEqualTo(3);
        return paths;
    }

    private static Process start(Manifests manifests, JsonNode container, Path folder, Path log, int httpPort)
            throws IOException {
        Path options = folder.resolve("flight-server.properties");
        Files.writeString(
                options,
                manifests.all("ConfigMap").stream()
                        .map(map -> map.at("/data/flight-server.properties").asText())
                        .filter(text -> !text.isEmpty())
                        .findFirst()
                        .orElseThrow());
        String flags = each(container.path("env"))
                .filter(variable -> variable.path("name").asText().equals("JDK_JAVA_OPTIONS"))
                .map(variable -> variable.path("value").asText())
                .findFirst()
                .orElseThrow();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Manifests.MODULE.resolve("../jvm.options").normalize(),
                "-cp",
                SERVER.resolve("classes").normalize() + ":"
                        + Files.readString(SERVER.resolve("classpath.txt")).strip()));
        List<String> entryPoint = Containerfile.of("flight-server").entryPoint();
        command.add(entryPoint.get(entryPoint.size() - 1));
        Path principals = folder.resolve("principals.json");
        Files.writeString(principals, "{\"principals\": []}"); // what the Secret provides
        // What differs from a pod: this machine's address, ports and folders.
        command.addAll(List.of(
                "--options=" + options,
                "--auth.principals=" + principals,
                "--bind.host=127.0.0.1",
                "--flight.port=0",
                "--http.port=" + httpPort,
                "--data.dir=" + folder.resolve("data")));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("JDK_JAVA_OPTIONS", flags);
        return builder.start();
    }

    /** The answer's status; 0 when there is none. */
    private static int status(int port, String path) throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return HTTP.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
