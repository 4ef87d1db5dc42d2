package io.openclickstream.pipeline.sink.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.schemas.live.EpochCommit;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallInfo;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.FlightServerMiddleware;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.RequestContext;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the job shows to a real Flight server over TLS that demands a certificate. */
class LiveAccessTest {
    private final List<String> shown = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    @Test
    void tokenAndCertificateAreReadAnewForEachConnection() throws Exception {
        Path server = pem("server", "CN=server");
        Path job = pem("job", "CN=job");
        Path stranger = pem("stranger", "CN=stranger");
        Path token = Files.writeString(folder.resolve("token"), "first\n");
        try (BufferAllocator allocator = new RootAllocator();
                FlightServer flight = start(allocator, server, job)) {
            var access = access(token, server, job);
            call(access, allocator, flight.getPort());
            Files.writeString(token, "second");
            call(access, allocator, flight.getPort());
            assertThat(shown).containsExactly("Bearer first", "Bearer second");

            unavailable(access(token, stranger, job), allocator, flight.getPort()); // not the server we trust
            unavailable(access(token, server, stranger), allocator, flight.getPort()); // not the job it trusts
            Files.delete(token);
            unavailable(access, allocator, flight.getPort());
            assertThat(shown).hasSize(2);
        }
    }

    @Test
    void callsBesideRowsShowItToo() throws Exception {
        Path server = pem("server", "CN=server");
        Path job = pem("job", "CN=job");
        Path token = Files.writeString(folder.resolve("token"), "secret");
        try (BufferAllocator allocator = new RootAllocator();
                FlightServer flight = start(allocator, server, job)) {
            String lineage = new UUID(1, 2).toString();
            var settings = new LivePushOperator.Settings(
                    URI.create("grpc+tls://localhost:" + flight.getPort()),
                    access(token, server, job),
                    lineage,
                    Duration.ofSeconds(1),
                    1,
                    Duration.ofMinutes(1),
                    64 << 20);
            var lane = new EpochCommit.Lane("writer", 0, 1, "table", 1, 1, 1);
            new LiveServer(settings, allocator).commit(new EpochCommit(EpochCommit.VERSION, lineage, 1, List.of(lane)));
            assertThat(shown).containsExactly("Bearer secret");
        }
    }

    private static LiveAccess access(Path token, Path ca, Path own) {
        return new LiveAccess(token.toString(), ca + ".crt", own + ".crt", own + ".key");
    }

    private static void unavailable(LiveAccess access, BufferAllocator allocator, int port) {
        assertThatThrownBy(() -> call(access, allocator, port))
                .isInstanceOfSatisfying(
                        FlightRuntimeException.class,
                        e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.UNAVAILABLE));
    }

    private static void call(LiveAccess access, BufferAllocator allocator, int port) throws Exception {
        try (FlightClient client = access.client(allocator, Location.forGrpcTls("localhost", port))) {
            assertThat(client.doAction(new Action("any"), CallOptions.timeout(60, TimeUnit.SECONDS)))
                    .hasNext();
        }
    }

    private FlightServer start(BufferAllocator allocator, Path server, Path clients) throws Exception {
        var key = FlightServerMiddleware.Key.<Seen>of("seen");
        return FlightServer.builder(allocator, Location.forGrpcTls("localhost", 0), new NoOpFlightProducer() {
                    @Override
                    public void doAction(CallContext context, Action action, StreamListener<Result> answers) {
                        answers.onNext(new Result(new byte[0]));
                        answers.onCompleted();
                    }
                })
                .useTls(
                        Path.of(server + ".crt").toFile(),
                        Path.of(server + ".key").toFile())
                .useMTlsClientVerification(Path.of(clients + ".crt").toFile())
                .middleware(key, new Seen.Factory(shown))
                .build()
                .start();
    }

    private record Seen() implements FlightServerMiddleware {
        @Override
        public void onBeforeSendingHeaders(CallHeaders headers) {}

        @Override
        public void onCallCompleted(CallStatus status) {}

        @Override
        public void onCallErrored(Throwable error) {}

        record Factory(List<String> shown) implements FlightServerMiddleware.Factory<Seen> {
            @Override
            public Seen onCallStarted(CallInfo info, CallHeaders headers, RequestContext context) {
                shown.add(headers.get("authorization"));
                return new Seen();
            }
        }
    }

    /** Makes NAME.crt and NAME.key, a certificate that has signed itself. */
    private Path pem(String name, String subject) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder((Path.of(System.getProperty("java.home"), "bin", "keytool")
                                + " -genkeypair -alias own -keyalg EC -dname " + subject
                                + " -ext SAN=dns:localhost -storetype PKCS12 -storepass only-here -keystore " + store)
                        .split(" "))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(said).isZero();
        char[] password = "only-here".toCharArray();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, password);
        }
        write(name + ".crt", "CERTIFICATE", keys.getCertificate("own").getEncoded());
        write(name + ".key", "PRIVATE KEY", keys.getKey("own", password).getEncoded());
        return folder.resolve(name);
    }

    private void write(String name, String kind, byte[] der) throws Exception {
        Files.writeString(
                folder.resolve(name),
                "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
                        .formatted(
                                kind,
                                Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)));
    }
}
