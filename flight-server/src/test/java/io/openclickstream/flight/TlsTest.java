package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.table.SiteRows;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both ports over TLS, with tokens and with certificates of clients. */
@Timeout(180)
class TlsTest {
    @TempDir
    Path folder;

    private TestTls own;
    private Path principals;

    @BeforeEach
    void make() throws Exception {
        own = TestTls.make(folder, "server", "CN=server");
        principals = folder.resolve("principals.json");
        TestAccess access = TestAccess.usual().principal("robot", "reader", "a");
        access.last().putArray("certificates").add("CN=robot, O=Shop");
        access.write(principals);
    }

    private FlightServer start(String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of(more));
        options.add("--auth.principals=" + principals);
        for (String usual : List.of("--tls.certificate=" + own.certificate(), "--tls.key=" + own.key())) {
            if (options.stream().noneMatch(option -> option.startsWith(usual.substring(0, usual.indexOf('=') + 1)))) {
                options.add(usual);
            }
        }
        return TestAccess.start(folder.resolve("data"), options);
    }

    @Test
    void tokensTravelEncryptedAndPlaintextGetsNothing() throws Exception {
        try (FlightServer server = start();
                TestClient job = new TestClient(server.port(), TestAccess.token("job"), own, null);
                TestClient ada = new TestClient(server.port(), TestAccess.token("ada"), own, null);
                TestClient plain = new TestClient(server.port(), TestAccess.token("ada"))) {
            TestAccess.put(job, "visits", List.of(new SiteRows("a1", "a", 0, 1L), new SiteRows("b1", "b", 0, 1L)));
            assertThat(ada.keys("visits")).containsExactly("a1");
            assertThatThrownBy(() -> plain.info("visits"))
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.UNAVAILABLE));
            assertThat(https(server, "/tables/visits?format=csv", "ada").body())
                    .isEqualTo("key,site_id,time,value\r\na1,a,1970-01-01T00:00:00Z,1\r\n");
            assertThatThrownBy(() -> TestClient.http(server.httpPort(), "/health/live"))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aCertificateOfTheClientsAuthorityIsNeededAndSaysWho() throws Exception {
        TestTls robot = TestTls.make(folder, "robot", "CN=robot, O=Shop");
        TestTls stranger =
                TestTls.make(folder, "stranger", "CN=robot, O=Shop"); // the same name, not from the authority
        try (FlightServer server = start("--tls.client-ca=" + robot.certificate());
                TestClient job = new TestClient(server.port(), TestAccess.token("job"), own, robot);
                TestClient byCertificate = new TestClient(server.port(), null, own, robot);
                TestClient without = new TestClient(server.port(), TestAccess.token("ada"), own, null);
                TestClient forged = new TestClient(server.port(), null, own, stranger)) {
            TestAccess.put(job, "visits", List.of(new SiteRows("a1", "a", 0, 1L), new SiteRows("b1", "b", 0, 1L)));
            assertThat(byCertificate.keys("visits")).containsExactly("a1");
            for (TestClient refused : List.of(without, forged)) {
                assertThatThrownBy(() -> refused.info("visits"))
                        .isInstanceOfSatisfying(
                                FlightRuntimeException.class,
                                e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.UNAVAILABLE));
            }
            assertThat(https(server, "/health/ready", null).statusCode()).isEqualTo(200);
            assertThat(https(server, "/tables", null).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void aReplacedCertificateIsUsedForNewConnections() throws Exception {
        try (FlightServer server = start();
                TestClient before = new TestClient(server.port(), TestAccess.token("eve"), own, null)) {
            assertThat(before.flight.listActions(TestClient.timeout())).isNotEmpty();
            TestTls next = TestTls.make(folder, "next", "CN=server");
            Files.move(next.certificate(), own.certificate(), StandardCopyOption.REPLACE_EXISTING);
            Files.move(next.key(), own.key(), StandardCopyOption.REPLACE_EXISTING);
            await().ignoreExceptions().atMost(TestClient.PATIENCE).untilAsserted(() -> {
                try (TestClient after = new TestClient(server.port(), TestAccess.token("eve"), own, null)) {
                    assertThat(after.flight.listActions(TestClient.timeout())).isNotEmpty();
                }
                assertThat(https(server, "/tables", "eve").statusCode()).isEqualTo(200);
            });
            assertThat(before.flight.listActions(TestClient.timeout())).isNotEmpty(); // its connection goes on
        }
    }

    @Test
    void filesThatDoNotFitAreNamedAtTheStart() throws Exception {
        TestTls other = TestTls.make(folder, "other", "CN=other");
        assertThatThrownBy(() -> start("--tls.key=" + other.key()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(other.key().toString())
                .hasMessageContaining("not the key of the first certificate");
        assertThatThrownBy(() -> start("--tls.key=" + principals))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no unencrypted private key in PEM");
        assertThatThrownBy(() -> start("--tls.certificate=" + principals))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no certificate in PEM");
    }

    private HttpResponse<String> https(FlightServer server, String path, String name) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(own.certificate())) {
            store.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        var request = HttpRequest.newBuilder(URI.create("https://localhost:" + server.httpPort() + path))
                .timeout(TestClient.PATIENCE);
        return HttpClient.newBuilder()
                .sslContext(context)
                .build()
                .send(
                        (name == null ? request : request.headers(TestAccess.bearer(name))).build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
