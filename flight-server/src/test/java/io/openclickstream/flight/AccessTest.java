package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.table.Clicks;
import io.openclickstream.flight.table.SiteRows;
import io.openclickstream.options.OptionsException;
import io.openclickstream.schemas.live.LiveActions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.SyncPutListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may do and see what, over Flight. Closing the server fails when an ended call kept memory. */
@Timeout(180)
class AccessTest {
    @TempDir
    Path folder;

    private Path principals;
    private FlightServer server;
    private final Map<String, TestClient> clients = new HashMap<>();

    @BeforeEach
    void start() throws Exception {
        principals = folder.resolve("principals.json");
        TestAccess access = TestAccess.usual();
        access.principal("slow", "reader", "a")
                .last()
                .putObject("quota")
                .put("streams", 1)
                .put("bytes_per_second", 200_000);
        access.principal("small", "reader", "a").last().putObject("quota").put("memory_bytes", 3_000_000);
        access.principal("tiny", "reader", "a").last().putObject("quota").put("request_bytes", 100);
        access.principal("past", "reader", "a").last().put("expires", "2020-01-01T00:00:00Z");
        access.write(principals);
        server = TestAccess.start(folder.resolve("data"), List.of("--auth.principals=" + principals));
        TestAccess.put(
                as("job"),
                "visits",
                List.of(
                        new SiteRows("a1", "a", 0, 1L),
                        new SiteRows("b1", "b", 0, 2L),
                        new SiteRows("a2", "a", 1, 3L)));
        TestAccess.put(as("job"), "only_b", List.of(new SiteRows("b1", "b", 0, 2L)));
    }

    @AfterEach
    void stop() throws Exception {
        for (TestClient client : clients.values()) {
            client.close();
        }
        server.close();
    }

    @Test
    void whoHasNotSignedInLearnsNothingByAnyCall() throws Exception {
        byte[] ticket =
                as("eve").info("visits").getEndpoints().get(0).getTicket().getBytes();
        for (String token : new String[] {null, "", "wrong", "past-token", "a.b.c", "x".repeat(13_000)}) {
            TestClient stranger = client(token);
            FlightDescriptor visits = FlightDescriptor.path("visits");
            FlightStatusCode no = FlightStatusCode.UNAUTHENTICATED;
            FlightServerTest.refused(
                    () -> stranger.flight.listFlights(Criteria.ALL).iterator().next(), no, "");
            FlightServerTest.refused(() -> stranger.flight.getInfo(visits, TestClient.timeout()), no, "");
            FlightServerTest.refused(() -> stranger.flight.pollInfo(visits, TestClient.timeout()), no, "");
            FlightServerTest.refused(() -> stranger.flight.getSchema(visits, TestClient.timeout()), no, "");
            FlightServerTest.refused(
                    () -> stranger.flight
                            .listActions(TestClient.timeout())
                            .iterator()
                            .next(),
                    no,
                    "");
            FlightServerTest.refused(
                    () -> stranger.flight
                            .doAction(new Action("health"), TestClient.timeout())
                            .next(),
                    no,
                    "");
            FlightServerTest.refused(() -> stranger.stream(ticket).next(), no, "");
            FlightServerTest.refused(() -> TestAccess.put(stranger, "visits", List.of()), no, "");
        }
    }

    @Test
    void rolesBoundWhatSomebodyDoes() throws Exception {
        FlightStatusCode no = FlightStatusCode.UNAUTHORIZED;
        FlightServerTest.refused(() -> as("job").info("visits"), no, "role reader");
        FlightServerTest.refused(
                () -> as("job").flight.listFlights(Criteria.ALL).iterator().next(), no, "role reader");
        FlightServerTest.refused(() -> TestAccess.put(as("eve"), "visits", List.of()), no, "role writer");
        as("root").goOn(as("job"));
        TestAccess.put(as("root"), "visits", List.of(new SiteRows("a3", "a", 2, 1L)));
        assertThat(as("root").keys("visits")).containsExactly("a1", "b1", "a2", "a3");
        as("job").goOn(as("root"));
        as("job").commit(3);
        byte[] lineage = Clicks.LINEAGE.getBytes(StandardCharsets.UTF_8);
        for (String reader : List.of("ada", "eve")) {
            FlightServerTest.refused(() -> as(reader).open(Clicks.opening(0, 1)), no, "role writer");
            FlightServerTest.refused(() -> as(reader).action(LiveActions.COMMIT, new byte[0]), no, "role writer");
        }
        for (String other : List.of("ada", "eve", "job")) {
            FlightServerTest.refused(() -> as(other).action(LiveActions.PROMOTE, lineage), no, "role admin");
            for (String action : List.of(LiveActions.ERASE, LiveActions.FIND_PERSONS)) {
                FlightServerTest.refused(
                        () -> as(other).action(action, Clicks.toErase("ada").toBytes()), no, "role admin");
            }
        }
        FlightServerTest.refused(() -> as("job").action(LiveActions.LINEAGES, new byte[0]), no, "role reader");
        assertThat(new String(as("eve").action(LiveActions.LINEAGES, new byte[0]), StandardCharsets.UTF_8))
                .contains("\"committed_epoch\":3");
        assertThat(as("root").action(LiveActions.PROMOTE, lineage)).isEqualTo(lineage);
    }

    @Test
    void everyCallShowsOnlyTheRowsOfOnesSites() throws Exception {
        assertThat(as("eve").keys("visits")).containsExactly("a1", "b1", "a2");
        assertThat(as("ada").keys("visits")).containsExactly("a1", "a2");
        assertThat(as("ada").info("visits").getRecords()).isEqualTo(2);
        List<FlightInfo> listed = new ArrayList<>();
        as("ada").flight.listFlights(Criteria.ALL).forEach(listed::add);
        assertThat(listed)
                .singleElement()
                .satisfies(info -> assertThat(info.getDescriptor().getPath()).containsExactly("visits"));
        FlightServerTest.refused(
                () -> as("ada").info("only_b"),
                FlightStatusCode.NOT_FOUND,
                "There is no table 'only_b'. There are: visits.");
        FlightDescriptor askedForB = FlightDescriptor.command(
                "{\"table\":\"visits\",\"where\":{\"site_id\":[\"b\",\"a\"]}}".getBytes(StandardCharsets.UTF_8));
        assertThat(as("ada").flight.getInfo(askedForB, TestClient.timeout()).getRecords())
                .isEqualTo(2);
        FlightServerTest.refused(
                () -> as("ada").stream(as("eve")
                                .info("visits")
                                .getEndpoints()
                                .get(0)
                                .getTicket()
                                .getBytes())
                        .next(),
                FlightStatusCode.UNAUTHORIZED,
                "made for somebody else");
        String waited = new String(
                as("ada")
                        .flight
                        .doAction(
                                new Action(
                                        "wait",
                                        "{\"table\":\"only_b\",\"complete_through\":1,\"timeout_seconds\":1}"
                                                .getBytes(StandardCharsets.UTF_8)),
                                TestClient.timeout())
                        .next()
                        .getBody(),
                StandardCharsets.UTF_8);
        assertThat(waited).contains("\"complete\":false");
    }

    @Test
    void theCommittedViewShowsOnlyTheRowsOfOnesSites() throws Exception {
        as("job").commit(3);
        TestAccess.put(as("job"), "visits", List.of(new SiteRows("a3", "a", 2, 1L)));
        TestAccess.put(as("job"), "only_b", List.of(new SiteRows("a4", "a", 2, 1L)));
        FlightDescriptor committed = FlightDescriptor.command(
                "{\"table\":\"visits\",\"view\":\"committed\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(as("ada").flight.getInfo(committed, TestClient.timeout()).getRecords())
                .isEqualTo(2);
        assertThat(as("eve").flight.getInfo(committed, TestClient.timeout()).getRecords())
                .isEqualTo(3);
        FlightDescriptor before = FlightDescriptor.command(
                "{\"table\":\"only_b\",\"view\":\"committed\"}".getBytes(StandardCharsets.UTF_8));
        FlightServerTest.refused(
                () -> as("ada").flight.getInfo(before, TestClient.timeout()),
                FlightStatusCode.NOT_FOUND,
                "not there as of epoch 3");
    }

    @Test
    void aTableWithoutSitesIsForThoseWhoSeeAll() throws Exception {
        as("job").put(List.of(Clicks.upsert("x", 0, 1)));
        assertThat(as("eve").keys("clicks")).containsExactly("x");
        FlightServerTest.refused(() -> as("ada").info("clicks"), FlightStatusCode.NOT_FOUND, "There are: visits.");
    }

    @Test
    void aRevokedTokenEndsWhatRuns() throws Exception {
        fill("visits", 300_000);
        try (FlightStream reading = as("ada").stream("visits");
                FlightStream goesOn = as("eve").stream("visits")) {
            assertThat(reading.next()).isTrue();
            assertThat(goesOn.next()).isTrue();
            SyncPutListener answers = new SyncPutListener();
            try (VectorSchemaRoot batch = SiteRows.batch(List.of(new SiteRows("x", "a", 0, 1L)), as("job").allocator)) {
                TestClient writer = as("job");
                var put = writer.flight.startPut(FlightDescriptor.path("visits"), batch, answers);
                byte[] header = writer.header("visits", 7L, batch).toBytes();
                ArrowBuf metadata = writer.allocator.buffer(header.length);
                metadata.writeBytes(header);
                put.putNext(metadata);
                answers.poll(60, TimeUnit.SECONDS).close();

                CompletableFuture<Object> waiting = CompletableFuture.supplyAsync(() -> as("ada")
                        .flight
                        .doAction(new Action(
                                "wait",
                                "{\"table\":\"visits\",\"complete_through\":9}".getBytes(StandardCharsets.UTF_8)))
                        .next());
                await().ignoreExceptions().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(metric("waits"))
                        .isEqualTo(1));
                TestAccess.usual().without("ada").without("job").write(principals);
                await().ignoreExceptions().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(metric("streams"))
                        .isEqualTo(1));

                FlightServerTest.refused(
                        () -> {
                            while (reading.next()) {
                                assertThat(reading.getRoot().getRowCount()).isPositive();
                            }
                        },
                        FlightStatusCode.UNAUTHENTICATED,
                        "not known here, or no longer");
                assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS))
                        .hasStackTraceContaining("not known here, or no longer");
                assertThatThrownBy(() -> answers.poll(60, TimeUnit.SECONDS))
                        .hasStackTraceContaining("not known here, or no longer");
                answers.close();
            }
            await().ignoreExceptions().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(metric("waits"))
                    .isZero());
            int rows = goesOn.getRoot().getRowCount();
            while (goesOn.next()) {
                rows += goesOn.getRoot().getRowCount();
            }
            assertThat(rows).isEqualTo(300_003);
        }
    }

    @Test
    void anExpiringTokenAndANarrowedOneEndWhatRuns() throws Exception {
        fill("visits", 300_000);
        TestAccess.usual().without("bob").principal("bob", "reader", "b", "a").write(principals);
        await().ignoreExceptions().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(
                        as("bob").info("visits").getRecords())
                .isEqualTo(300_003));
        try (FlightStream narrowed = as("bob").stream("visits")) {
            assertThat(narrowed.next()).isTrue();
            try (FlightStream expiring = beginToReadWithATokenThatExpires()) {
                await().ignoreExceptions().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(metric("streams"))
                        .isZero());
                FlightServerTest.refused(() -> drain(expiring), FlightStatusCode.UNAUTHENTICATED, "'zoe' has expired");
            }
            FlightServerTest.refused(() -> drain(narrowed), FlightStatusCode.UNAUTHENTICATED, "has changed");
        }
    }

    /** A stream of zoe's that has begun before her token expires, which is soon, or later where all goes slowly. */
    private FlightStream beginToReadWithATokenThatExpires() throws Exception {
        for (int seconds = 3; seconds <= TestClient.PATIENCE.toSeconds(); seconds *= 2) {
            TestAccess soon = TestAccess.usual().principal("zoe", "reader", "a");
            soon.last().put("expires", Instant.now().plusSeconds(seconds).toString());
            soon.write(principals);
            try {
                await().ignoreExceptions().atMost(Duration.ofSeconds(seconds)).untilAsserted(() -> assertThat(
                                as("zoe").info("visits").getRecords())
                        .isEqualTo(300_002));
            } catch (ConditionTimeoutException late) {
                continue;
            }
            FlightStream stream = as("zoe").stream("visits");
            try {
                assertThat(stream.next()).isTrue();
                return stream;
            } catch (FlightRuntimeException late) {
                stream.close();
            }
        }
        throw new AssertionError("zoe has not begun to read before her token expired");
    }

    @Test
    void aBrokenFileOfPrincipalsLeavesTheLastOneInForce() throws Exception {
        Files.writeString(principals, "{\"principals\": [");
        TestAccess more = TestAccess.usual().principal("new", "reader", "a");
        assertThat(as("ada").keys("visits")).hasSize(2);
        more.write(principals);
        await().ignoreExceptions()
                .atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(as("new").keys("visits")).hasSize(2));
    }

    @Test
    void quotasHoldEachPrincipal() throws Exception {
        fill("visits", 300_000);
        TestClient slow = as("slow");
        try (FlightStream first = slow.stream("visits")) {
            assertThat(first.next()).isTrue();
            FlightServerTest.refused(
                    () -> slow.stream("visits").next(), FlightStatusCode.RESOURCE_EXHAUSTED, "quota.streams");
            assertThat(as("ada").keys("visits")).hasSize(300_002); // others go on
            first.cancel("enough", null);
        }
        FlightServerTest.refused(
                () -> as("tiny")
                        .flight
                        .getInfo(
                                FlightDescriptor.command(" ".repeat(101).getBytes(StandardCharsets.UTF_8)),
                                TestClient.timeout()),
                FlightStatusCode.INVALID_ARGUMENT,
                "101 bytes, more than 100");
    }

    @Test
    void memoryOfOnePrincipalIsBoundedAndOthersGoOn() throws Exception {
        fill("visits", 100_000);
        List<FlightStream> stalled = new ArrayList<>();
        try (TestClient small = new TestClient(server.port(), TestAccess.token("small"))) {
            for (int i = 0; i < 15; i++) { // read a little and then no more; quota.streams is 16
                FlightStream stream = as("small").stream("visits");
                stalled.add(stream);
                assertThat(stream.next()).isTrue();
            }
            assertThat(as("ada").keys("visits")).hasSize(100_002);
            assertThat(small.keys("visits")).hasSize(100_002); // and so does another of its own
            await().atMost(TestClient.PATIENCE) // what was just read is given back a moment later
                    .untilAsserted(() -> assertThat(metric("direct_memory_bytes{pool=\"streams\"}"))
                            .isLessThanOrEqualTo(3_000_000));
        } finally {
            for (FlightStream each : stalled) {
                each.cancel("enough", null);
                each.close();
            }
        }
    }

    @Test
    void itDoesNotStartWhereStrangersCouldReadOrListen() {
        assertThatThrownBy(() -> options("--bind.host=0.0.0.0"))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("auth.principals, or jwt.issuer")
                .hasMessageContaining("tls.certificate and tls.key, or plaintext.allowed=true");
        assertThatThrownBy(() -> options("--bind.host=0.0.0.0", "--auth.principals=" + principals))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("1 option(s) are wrong")
                .hasMessageContaining("tls.certificate");
        assertThatThrownBy(() -> options("--jwt.issuer=me", "--jwt.keys-url=http://example.org/keys"))
                .hasMessageContaining("jwt.audience")
                .hasMessageContaining("must be an https URL");
        assertThatThrownBy(() -> options("--tls.certificate=" + principals)).hasMessageContaining("tls.key");
        assertThatThrownBy(() -> options("--quota.memory-max=1KiB")).hasMessageContaining("Use at least 8MiB");
        assertThat(options("--bind.host=0.0.0.0", "--auth.principals=" + principals, "--plaintext.allowed=true"))
                .isNotNull();
        assertThat(options("--bind.host=localhost")).isNotNull();
    }

    private static FlightServerOptions options(String... given) {
        try {
            return FlightServerOptions.PROGRAM.read(List.of(given), Map.of());
        } catch (OptionsException e) {
            throw sneaky(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> RuntimeException sneaky(Exception e) throws E {
        throw (E) e;
    }

    private static void drain(FlightStream stream) {
        while (stream.next()) {
            assertThat(stream.getRoot().getRowCount()).isPositive();
        }
    }

    private void fill(String table, int rows) throws Exception {
        for (int from = 0; from < rows; from += 50_000) {
            TestAccess.put(
                    as("job"),
                    table,
                    IntStream.range(from, from + 50_000)
                            .mapToObj(i -> new SiteRows("key" + i, "a", i, 1L))
                            .toList());
        }
    }

    private double metric(String name) throws Exception {
        return TestClient.http(server.httpPort(), "/metrics", TestAccess.bearer("root"))
                .body()
                .lines()
                .filter(line -> line.startsWith("clickstream_flight_" + name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    private TestClient as(String name) {
        return client(TestAccess.token(name));
    }

    private synchronized TestClient client(String token) {
        return clients.computeIfAbsent(String.valueOf(token), name -> new TestClient(server.port(), token));
    }
}
