package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that is refused while TLS begins learns a number; the server's log says whom it refused, and why. */
@Timeout(300)
class RefusedCertificatesIT {
    @TempDir
    Path folder;

    @Test
    void logSaysWhomItRefusesAndWhy() throws Exception {
        TestTls own = TestTls.make(folder, "server", "CN=server");
        TestAuthority authority = TestAuthority.make(folder);
        TestTls good = authority.sign("good", "-1H");
        TestTls expired = authority.sign("expired", "-3d");
        TestTls early = authority.sign("early", "+2d");
        // Of the same name, for the JDK shows no certificate of an issuer that the server has not named.
        TestTls stranger = TestAuthority.make(Files.createDirectory(folder.resolve("others")))
                .sign("stranger", "-1H");
        Path principals = folder.resolve("principals.json");
        TestAccess access = TestAccess.usual().principal("robot", "reader", "a");
        access.last().putArray("certificates").add("CN=good");
        access.write(principals);
        try (ServerProcess server = ServerProcess.start(
                folder.resolve("data"),
                "--auth.principals=" + principals,
                "--tls.certificate=" + own.certificate(),
                "--tls.key=" + own.key(),
                "--tls.client-ca=" + authority.certificate())) {
            try (TestClient client = new TestClient(server.port(), null, own, good)) {
                assertThat(client.flight.listActions(TestClient.timeout())).isNotEmpty();
            }
            assertThat(server.errors()).doesNotContain("refused", "no encrypted connection");

            refused(server, own, expired);
            says(
                    server,
                    "refused a client's certificate .*issuer=CN=authority, reason=it was valid until "
                            + "[0-9-]+T[0-9:]+Z, subject=CN=expired");
            refused(server, own, early);
            says(
                    server,
                    "refused a client's certificate .*reason=it is not valid before [0-9-]+T[0-9:]+Z, "
                            + "subject=CN=early");
            refused(server, own, stranger);
            says(
                    server,
                    "refused a client's certificate .*issuer=CN=authority, "
                            + "reason=no certificate of tls.client-ca has signed it, subject=CN=stranger");
            refused(server, own, null);
            says(server, "a client got no encrypted connection .*reason=it showed no certificate");
            try (TestClient plain = new TestClient(server.port())) {
                assertThatThrownBy(() -> plain.info("clicks")).isInstanceOf(FlightRuntimeException.class);
            }
            says(server, "a client got no encrypted connection .*reason=it does not speak TLS");
            assertThat(server.errors()).doesNotContain("\tat ");
        }
    }

    private static void refused(ServerProcess server, TestTls trusted, TestTls shown) throws Exception {
        try (TestClient client = new TestClient(server.port(), TestAccess.token("ada"), trusted, shown)) {
            assertThatThrownBy(() -> client.info("clicks"))
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.UNAVAILABLE));
        }
    }

    private static void says(ServerProcess server, String line) {
        Pattern pattern = Pattern.compile(line);
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(List.of(server.errors().split("\n", -1)))
                        .anyMatch(said -> pattern.matcher(said).find()));
    }
}
