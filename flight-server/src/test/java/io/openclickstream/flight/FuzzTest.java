package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.openclickstream.flight.table.SiteRows;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.flight.impl.Flight;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a client sends: a status that fits, no stack trace, and the server goes on. */
@Timeout(300)
class FuzzTest {
    private static final int TRIES = 400;
    private static final String COMMAND =
            "{\"table\":\"visits\",\"columns\":[\"key\"],\"where\":{\"site_id\":[\"a\"],\"value\":3},\"from\":0,"
                    + "\"order\":\"window\",\"limit\":9,\"complete_through\":5}";
    private static final Set<Status.Code> CLIENTS_FAULT =
            EnumSet.of(Status.Code.INVALID_ARGUMENT, Status.Code.NOT_FOUND, Status.Code.UNAVAILABLE);

    @TempDir
    Path folder;

    private FlightServer server;
    private RawFlight raw;

    @BeforeEach
    void start() throws Exception {
        TestAccess.usual().write(folder.resolve("principals.json"));
        server = TestAccess.start(
                folder.resolve("data"), List.of("--auth.principals=" + folder.resolve("principals.json")));
        try (TestClient job = new TestClient(server.port(), TestAccess.token("job"))) {
            TestAccess.put(job, "visits", List.of(new SiteRows("a1", "a", 0, 3L)));
        }
        raw = new RawFlight(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        try (TestClient ada = new TestClient(server.port(), TestAccess.token("ada"))) {
            assertThat(ada.keys("visits")).containsExactly("a1"); // it still answers
        }
        raw.close();
        server.close();
    }

    @Test
    void commands() {
        Random random = new Random(1);
        for (int i = 0; i < TRIES; i++) {
            byte[] command = damaged(COMMAND.getBytes(StandardCharsets.UTF_8), random);
            byte[] descriptor = Flight.FlightDescriptor.newBuilder()
                    .setType(Flight.FlightDescriptor.DescriptorType.CMD)
                    .setCmd(ByteString.copyFrom(command))
                    .build()
                    .toByteArray();
            answered(RawFlight.UNARY.get(i % 3), descriptor, "Bearer ada-token", CLIENTS_FAULT);
        }
    }

    @Test
    void ticketsAndActions() {
        Random random = new Random(2);
        byte[] ticket;
        try (TestClient ada = new TestClient(server.port(), TestAccess.token("ada"))) {
            ticket = ada.info("visits").getEndpoints().get(0).getTicket().getBytes();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        for (int i = 0; i < TRIES; i++) {
            byte[] request = Flight.Ticket.newBuilder()
                    .setTicket(ByteString.copyFrom(damaged(ticket, random)))
                    .build()
                    .toByteArray();
            answered("DoGet", request, "Bearer ada-token", EnumSet.of(Status.Code.INVALID_ARGUMENT));
            byte[] body = "{\"table\":\"visits\",\"complete_through\":5,\"timeout_seconds\":1}"
                    .getBytes(StandardCharsets.UTF_8);
            byte[] action = Flight.Action.newBuilder()
                    .setType(i % 5 == 0 ? "wa\u0000it" : "wait")
                    .setBody(ByteString.copyFrom(i % 20 == 0 ? body : damaged(body, new Random(1000 + i % 7))))
                    .build()
                    .toByteArray();
            answered("DoAction", action, "Bearer ada-token", CLIENTS_FAULT);
        }
    }

    @Test
    void descriptorsOfNoKnownType() {
        for (String method : RawFlight.UNARY) {
            for (int type : new int[] {0, 3, 77}) {
                byte[] descriptor = Flight.FlightDescriptor.newBuilder()
                        .setTypeValue(type)
                        .addPath("visits")
                        .build()
                        .toByteArray();
                assertThatThrownBy(() -> raw.call(method, descriptor, "Bearer ada-token"))
                        .isInstanceOf(StatusRuntimeException.class)
                        .hasMessage("INVALID_ARGUMENT: This descriptor is neither a path nor a command. Name the table "
                                + "in a path of one word, or send a JSON command.");
            }
        }
    }

    @Test
    void bytesThatAreNoRequest() {
        Random random = new Random(3);
        for (int i = 0; i < TRIES; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            String method = i % 2 == 0 ? RawFlight.UNARY.get(i % 3) : RawFlight.STREAMING.get(i % 4);
            answered(method, bytes, "Bearer ada-token", CLIENTS_FAULT);
        }
        byte[] endsTooEarly = {(byte) 0x0a, 5, 1};
        for (String method : List.of("GetFlightInfo", "DoGet", "DoPut")) {
            assertThatThrownBy(() -> raw.call(method, endsTooEarly, "Bearer root-token"))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessage("INVALID_ARGUMENT: Cannot read what was sent to " + method
                            + ": it is no message of Arrow Flight's. Use a Flight client.");
        }
    }

    @Test
    void tokensAndHeaders() {
        Random random = new Random(4);
        for (int i = 0; i < TRIES; i++) {
            StringBuilder header = new StringBuilder(i % 2 == 0 ? "Bearer " : "");
            for (int c = random.nextInt(i % 10 == 0 ? 14_000 : 100); c > 0; c--) {
                header.append((char) (' ' + random.nextInt(95)));
            }
            answered("ListFlights", new byte[0], header.toString(), EnumSet.of(Status.Code.UNAUTHENTICATED));
        }
        answered(
                "ListFlights",
                new byte[0],
                "Bearer " + "x".repeat(100_000),
                EnumSet.of(
                        Status.Code.INTERNAL,
                        Status.Code.UNKNOWN,
                        Status.Code.UNAVAILABLE,
                        Status.Code.RESOURCE_EXHAUSTED));
    }

    @Test
    void httpQueriesAndPaths() throws Exception {
        Random random = new Random(5);
        byte[] query = "columns=key&where.site_id=a&from=0&before=5&order=window&limit=9&format=csv&complete_through=1"
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < TRIES; i++) {
            String damaged = new String(damaged(query, random), StandardCharsets.ISO_8859_1)
                    .replaceAll("[^!$-;=?-Z_a-z%&~]", "%");
            String path = i % 4 == 0 ? "/tables/" + damaged : "/tables/visits?" + damaged;
            if (i % 4 == 1) {
                path = "/tables/visits?command=" + URLEncoder.encode(damaged, StandardCharsets.UTF_8);
            }
            http("GET " + path + " HTTP/1.1", Set.of("200", "400", "404", "503"));
        }
    }

    @Test
    void httpGarbage() throws Exception {
        Random random = new Random(6);
        for (int i = 0; i < 100; i++) {
            byte[] bytes = new byte[1 + random.nextInt(200)];
            random.nextBytes(bytes);
            String line = new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[\r\n]", "");
            http(
                    i % 2 == 0 ? line : "GET /tables HTTP/1.1\r\n" + line + ": x",
                    Set.of("200", "400", "401", "404", "501", ""));
        }
        http("POST /tables HTTP/1.1", Set.of("405"));
        http("GET /tables/visits?columns=" + "k".repeat(70_000) + " HTTP/1.1", Set.of("400"));
    }

    private void answered(String method, byte[] request, String authorization, Set<Status.Code> expected) {
        try {
            raw.call(method, request, authorization);
        } catch (StatusRuntimeException e) {
            assertThat(expected)
                    .as("%s: %s", method, e.getMessage())
                    .contains(e.getStatus().getCode());
            harmless(e.getMessage());
        }
    }

    private void http(String request, Set<String> expected) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.httpPort())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            out.write((request + "\r\nHost: localhost\r\nAuthorization: Bearer ada-token\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String status = answer.isEmpty() ? "" : answer.split(" ", 3)[1];
            assertThat(expected).as("%s -> %s", request, answer).contains(status);
            harmless(answer.replace("URISyntaxException thrown", "")); // the JDK's own words for a URL that is none
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer to " + request, e);
        }
    }

    private static void harmless(String answer) {
        assertThat(answer)
                .doesNotContain("Exception", "\tat ", "io.openclickstream", "com.fasterxml", "java.", "org.apache");
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] damaged = whole.clone();
        switch (random.nextInt(4)) {
            case 0 -> {
                damaged = new byte[random.nextInt(200)];
                random.nextBytes(damaged);
            }
            case 1 -> damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            default -> {
                for (int i = 0; i <= random.nextInt(3); i++) {
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
                }
            }
        }
        return damaged;
    }
}
