package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.table.Clicks;
import io.openclickstream.flight.table.SiteRows;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.PersonsFound;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A leader and its replica, and what clients see of both. Closing a server fails when one kept memory. */
@Timeout(300)
class ReplicaTest {
    private static final String LIVE = "{'table':'clicks','subscribe':true}";
    private static final String COMMITTED = "{'table':'clicks','subscribe':true,'view':'committed'}";
    private static final String FILTERED = "{'table':'clicks','subscribe':true,'view':'committed','where':{'value':1}}";

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private FlightServer leader;
    private FlightServer replica;
    private TestClient job;
    private TestClient reader;
    private CuttableLink link;
    private Path keys;

    @BeforeEach
    void makeKeys() throws Exception {
        keys = folder.resolve("ticket.keys");
        Files.writeString(keys, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n");
        link = new CuttableLink(1);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        stopLeader();
        stopReplica();
        link.close();
    }

    @Test
    void ticketsTokensAndRowsAreGoodOnBothAndOnWhenTheLeaderIsGone() throws Exception {
        startLeader();
        job.put(List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 0, 1), Clicks.upsert("c", 0, 2)));
        job.commit(3);
        startReplica();
        ready();
        Tail live = tail(job, LIVE, new Fold());
        Tail committed = tail(job, COMMITTED, new Fold());
        Tail filtered = tail(job, FILTERED, new Fold());
        job.put(List.of(Clicks.upsert("a", 0, 2), Clicks.delete("b")));
        job.commit(4);
        job.put(List.of(Clicks.upsert("d", 0, 1)));
        live.has("a|0|2|", "c|0|2|", "d|0|1|");
        committed.has("a|0|2|", "c|0|2|");
        filtered.has();
        byte[] ticket = job.info("clicks").getEndpoints().get(0).getTicket().getBytes();
        caughtUp();
        for (Tail each : List.of(live, committed, filtered)) {
            each.close();
            open.remove(each);
        }

        stopLeader();
        assertThat(reader.keys(ticket)).containsExactlyInAnyOrder("a", "c", "d");
        assertThat(TestClient.http(replica.httpPort(), "/tables/clicks?format=csv&where.key=d")
                        .body())
                .contains("d,1970-01-01T00:00:00Z,1");
        Tail liveHere = tail(reader, LIVE, live.fold);
        Tail committedHere = tail(reader, COMMITTED, committed.fold);
        Tail filteredHere = tail(reader, FILTERED, filtered.fold);
        liveHere.has("a|0|2|", "c|0|2|", "d|0|1|");
        committedHere.has("a|0|2|", "c|0|2|");
        filteredHere.has();

        startLeader();
        job.put(List.of(Clicks.upsert("c", 0, 1), Clicks.upsert("e", 0, 1)));
        job.commit(5);
        liveHere.has("a|0|2|", "c|0|1|", "d|0|1|", "e|0|1|");
        committedHere.has("a|0|2|", "c|0|1|", "d|0|1|", "e|0|1|");
        filteredHere.has("c|0|1|", "d|0|1|", "e|0|1|");
        for (Tail each : List.of(liveHere, committedHere, filteredHere)) {
            assertThat(each.snapshots()).as("resumed").isEqualTo(1);
        }
        assertThat(metric("states_taken_total")).isEqualTo(1);

        Tail back = tail(job, LIVE, liveHere.fold); // and from the replica to the leader
        back.has("a|0|2|", "c|0|1|", "d|0|1|", "e|0|1|");
        assertThat(back.snapshots()).isEqualTo(1);
    }

    @Test
    void aTokenOfSomebodyWhoHasSeenMoreIsNotTakenForOneOfHere() throws Exception {
        startLeader();
        job.put(List.of(Clicks.upsert("a", 0, 1)));
        job.commit(3);
        startReplica();
        ready();
        Tail live = tail(job, LIVE, new Fold());
        link.stall(true);
        job.put(List.of(Clicks.upsert("ghost", 0, 1)));
        live.has("a|0|1|", "ghost|0|1|");
        Fold seen = live.fold.copy();
        live.close();
        open.remove(live);
        stopLeader(); // "ghost" has never come here
        FlightServerTest.refused(
                () -> tail(reader, LIVE, seen).failure(),
                FlightStatusCode.INVALID_ARGUMENT,
                "begin again with a snapshot");
        link.stall(false);
    }

    @Test
    void whatWritesIsRefusedAndToldWhereTheLeaderIs() throws Exception {
        startLeader();
        job.put(List.of(Clicks.upsert("a", 0, 1)));
        job.commit(3);
        startReplica();
        ready();
        String where = "replica and only read. Put, open, commit, promote and erase at its leader, grpc://127.0.0.1:"
                + link.port();
        TestClient misled = open(new TestClient(replica.port()));
        misled.goOn(job);
        FlightServerTest.refused(
                () -> misled.put(List.of(Clicks.upsert("b", 0, 1))), FlightStatusCode.INVALID_ARGUMENT, where);
        FlightServerTest.refused(
                () -> misled.open(
                        new WriterOpening(WriterOpening.VERSION, Clicks.LINEAGE, Clicks.WRITER, 0, 1, 3, "other")),
                FlightStatusCode.INVALID_ARGUMENT,
                where);
        FlightServerTest.refused(
                () -> misled.action(
                        LiveActions.COMMIT,
                        new EpochCommit(
                                        EpochCommit.VERSION,
                                        Clicks.LINEAGE,
                                        9,
                                        List.of(new EpochCommit.Lane(Clicks.WRITER, 0, 1, "clicks", 0, 0, 0)))
                                .toBytes()),
                FlightStatusCode.INVALID_ARGUMENT,
                where);
        FlightServerTest.refused(
                () -> misled.action(LiveActions.PROMOTE, Clicks.LINEAGE.getBytes(StandardCharsets.UTF_8)),
                FlightStatusCode.INVALID_ARGUMENT,
                where);
        FlightServerTest.refused(
                () -> misled.action(LiveActions.ERASE, Clicks.toErase("ada").toBytes()),
                FlightStatusCode.INVALID_ARGUMENT,
                where);
        job.put(List.of(Clicks.upsert("c", 0, 1)));
        caughtUp();
        assertThat(reader.keys("clicks")).containsExactlyInAnyOrder("a", "c");
    }

    @Test
    void anErasureReachesTheReplicaItsReadersAndItsFiles() throws Exception {
        startLeader();
        List<Clicks> rows = List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 0, 2), Clicks.upsert("c", 0, 3));
        try (VectorSchemaRoot batch = Clicks.personsBatch(rows, job.allocator)) {
            job.put("persons", 7L, batch);
        }
        job.commit(3);
        startReplica();
        ready();
        caughtUp();
        Tail live = tail(reader, "{'table':'persons','subscribe':true,'columns':['key','value']}", new Fold());
        live.has("a|1|", "b|2|", "c|3|");
        Path files = folder.resolve("replica");
        assertThat(Clicks.filesWith(Clicks.user("b"), files)).isNotEmpty();

        PersonsFound found = PersonsFound.fromBytes(
                job.action(LiveActions.ERASE, Clicks.toErase(Clicks.user("b")).toBytes()));
        assertThat(found.tables()).containsExactly(new PersonsFound.Rows(Clicks.LINEAGE, "persons", 1));
        live.has("a|1|", "c|3|");
        assertThat(live.snapshots()).isEqualTo(1);
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(Clicks.filesWith(Clicks.user("b"), files))
                .isEmpty());
        assertThat(Clicks.filesWith(Clicks.user("a"), files)).isNotEmpty();
        assertThat(TestClient.http(leader.httpPort(), "/metrics").body())
                .contains("clickstream_flight_persons_erased_total 1.0")
                .contains("clickstream_flight_rows_erased_total{table=\"persons\"} 1.0");
    }

    @Test
    void readinessTellsHowStaleItIsWhileReadsGoOn() throws Exception {
        startReplica("--follow.max-staleness=2s");
        notReady("has nothing of grpc://127.0.0.1:" + link.port() + " yet: it is not connected");
        FlightServerTest.refused(() -> reader.info("clicks"), FlightStatusCode.NOT_FOUND, "There is no table");
        assertThat(TestClient.http(replica.httpPort(), "/metrics").body())
                .contains("clickstream_flight_staleness_seconds +Inf");

        startLeader();
        job.put(List.of(Clicks.upsert("a", 0, 1)));
        job.commit(3);
        ready();
        caughtUp();
        assertThat(reader.keys("clicks")).containsExactly("a");

        stopLeader();
        notReady("has not been up to date with grpc://127.0.0.1:" + link.port() + " for ");
        assertThat(reader.keys("clicks")).containsExactly("a");
        assertThat(metric("staleness_seconds")).isGreaterThan(2);
        assertThat(metric("leader_connected")).isZero();

        restartReplica("--follow.max-staleness=2s");
        notReady("has not been up to date with grpc://127.0.0.1:" + link.port() + " since it was started");
        assertThat(reader.keys("clicks")).containsExactly("a");

        startLeader();
        ready();
        assertThat(metric("states_taken_total")).as("it had all already").isZero();
    }

    @Test
    void aLeaderThatSaysNothingMakesItStaleAndALinkThatIsCutIsMended() throws Exception {
        startLeader();
        job.put(List.of(Clicks.upsert("a", 0, 1)));
        startReplica("--follow.max-staleness=3s");
        ready();
        link.stall(true);
        job.put(List.of(Clicks.upsert("b", 0, 1)));
        notReady("has not been up to date");
        notReady("it is not connected: "); // given up, though nothing was cut
        link.stall(false);
        ready();
        caughtUp();

        double connections = metric("leader_connections_total");
        for (int i = 0; i < 5; i++) {
            link.cut();
            job.put(List.of(Clicks.upsert("c" + i, 0, 1)));
            caughtUp();
        }
        assertThat(reader.keys("clicks")).hasSize(7);
        assertThat(metric("leader_connections_total")).isGreaterThan(connections);
        assertThat(metric("states_taken_total")).isEqualTo(1);
    }

    @Test
    void aLeaderWithAnotherFolderIsTakenWholeAndSubscribersAreToldTheDifference() throws Exception {
        startLeader();
        job.put(List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 0, 1)));
        job.commit(3);
        startReplica();
        ready();
        Tail live = tail(reader, LIVE, new Fold());
        Tail committed = tail(reader, COMMITTED, new Fold());
        live.has("a|0|1|", "b|0|1|");
        committed.has("a|0|1|", "b|0|1|");

        stopLeader();
        delete(folder.resolve("leader"));
        leader = TestAccess.start(folder.resolve("leader"), leaderOptions());
        job = new TestClient(leader.port());
        job.put(List.of(Clicks.upsert("b", 0, 5), Clicks.upsert("c", 0, 1)));
        job.commit(3);
        link.leadTo(leader.port());
        live.has("b|0|5|", "c|0|1|");
        committed.has("b|0|5|", "c|0|1|");
        assertThat(live.snapshots()).isEqualTo(1);
        assertThat(committed.snapshots()).isEqualTo(1);
        assertThat(metric("states_taken_total")).isEqualTo(2);
    }

    @Test
    void whoMayNotFollowIsToldWhy() throws Exception {
        Path principals = folder.resolve("principals.json");
        TestAccess access = TestAccess.usual().principal("copy", "replica");
        access.write(principals);
        startLeader("--auth.principals=" + principals);
        Path token = folder.resolve("token");

        Files.writeString(token, "nobody's\n");
        startReplica("--auth.principals=" + principals, "--follow.token-file=" + token);
        notReady("Your token is not known here, or no longer.");
        doesNotTell("nobody's");

        Files.writeString(token, TestAccess.token("eve"));
        notReady("'eve' may not do this: it takes the role replica, and its roles are [reader]");
        doesNotTell(TestAccess.token("eve"));

        Files.writeString(token, TestAccess.token("copy") + "\n");
        ready();
        access.without("copy").write(principals);
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(
                        TestClient.http(replica.httpPort(), "/metrics", TestAccess.bearer("root"))
                                .body())
                .contains("clickstream_flight_leader_connected 0.0"));
        notReady("it is not connected: Your token is not known here, or no longer.");
        doesNotTell(TestAccess.token("copy"));
    }

    @Test
    void whatIsNoLeaderIsToldApart() throws Exception {
        startLeader("--epochs.kept=7");
        link.leadTo(leader.port());
        startReplica();
        notReady("epochs.kept is 5 here and 7 there. Give both the same");
        stopReplica();

        startReplica("--epochs.kept=7", "--table.retention=1d");
        notReady("table.retention is 86400 s here and 2592000 s there");
        stopReplica();

        startReplica("--epochs.kept=7", "--memory.max=63MiB");
        notReady("memory.max is 66060288 bytes here and 67108864 there");
        stopReplica();

        link.leadTo(leader.httpPort());
        startReplica("--epochs.kept=7");
        notReady("it is not connected: ");
        stopReplica();

        FlightServer middle = open(TestAccess.start(
                folder.resolve("middle"), replicaOptions("grpc://127.0.0.1:" + leader.port(), "--epochs.kept=7")));
        link.leadTo(middle.port());
        startReplica("--epochs.kept=7");
        notReady("This server is a replica itself. Follow its leader, grpc://127.0.0.1:" + leader.port());
    }

    @Test
    void theWayToTheLeaderIsEncryptedAndItsCertificateChecked() throws Exception {
        TestTls own = TestTls.make(folder, "server", "CN=server");
        TestTls other = TestTls.make(folder, "other", "CN=other");
        leader = TestAccess.start(
                folder.resolve("leader"),
                leaderOptions("--tls.certificate=" + own.certificate(), "--tls.key=" + own.key()));
        job = new TestClient(leader.port(), null, own, null);
        job.put(List.of(Clicks.upsert("a", 0, 1)));
        String uri = "grpc+tls://localhost:" + leader.port();
        replica = TestAccess.start(
                folder.resolve("replica"), replicaOptions(uri, "--follow.tls.ca=" + other.certificate()));
        reader = new TestClient(replica.port());
        notReady("it cannot be reached: ");
        stopReplica();
        replica = TestAccess.start(
                folder.resolve("replica"), replicaOptions(uri, "--follow.tls.ca=" + own.certificate()));
        reader = new TestClient(replica.port());
        ready();
        assertThat(reader.keys("clicks")).containsExactly("a");
    }

    @Test
    void aLeaderThatAsksForACertificateIsShownOneAndWhoHasNoneIsToldWhy() throws Exception {
        TestTls own = TestTls.make(folder, "server", "CN=server");
        TestTls copy = TestTls.make(folder, "copy", "CN=copy");
        TestTls stranger = TestTls.make(folder, "stranger", "CN=copy"); // the same name, not from the authority
        Path principals = folder.resolve("principals.json");
        TestAccess access = TestAccess.usual().principal("copy", "replica");
        access.last().putArray("certificates").add("CN=copy");
        access.last().remove("token_sha256");
        access.write(principals);
        leader = TestAccess.start(
                folder.resolve("leader"),
                leaderOptions(
                        "--auth.principals=" + principals,
                        "--tls.certificate=" + own.certificate(),
                        "--tls.key=" + own.key(),
                        "--tls.client-ca=" + copy.certificate()));
        job = new TestClient(leader.port(), TestAccess.token("job"), own, copy);
        job.put(List.of(Clicks.upsert("a", 0, 1)));

        startReplicaOverTls(own, null);
        notReady("it cannot be reached: ");
        notReady("CERTIFICATE_REQUIRED");
        stopReplica();
        startReplicaOverTls(own, stranger);
        notReady("ssl exception (");
        stopReplica();
        startReplicaOverTls(own, copy);
        ready();
        assertThat(reader.keys("clicks")).containsExactly("a");
        job.put(List.of(Clicks.upsert("b", 0, 1)));
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(reader.keys("clicks")).containsExactlyInAnyOrder("a", "b"));
    }

    /** @param shown the replica's own certificate; null for none */
    private void startReplicaOverTls(TestTls trusted, TestTls shown) throws Exception {
        List<String> tls = new ArrayList<>(List.of("--follow.tls.ca=" + trusted.certificate()));
        if (shown != null) {
            tls.add("--follow.tls.certificate=" + shown.certificate());
            tls.add("--follow.tls.key=" + shown.key());
        }
        replica = TestAccess.start(
                folder.resolve("replica"),
                replicaOptions("grpc+tls://localhost:" + leader.port(), tls.toArray(String[]::new)));
        reader = new TestClient(replica.port());
    }

    @Test
    void rowsOfOnesSitesAreThoseOfTheLeader() throws Exception {
        Path principals = folder.resolve("principals.json");
        TestAccess.usual().principal("copy", "replica").write(principals);
        Path token = Files.writeString(folder.resolve("token"), TestAccess.token("copy"));
        startLeader("--auth.principals=" + principals);
        job.close();
        job = new TestClient(leader.port(), TestAccess.token("job"));
        TestAccess.put(job, "visits", List.of(new SiteRows("a1", "a", 0, 1L), new SiteRows("b1", "b", 0, 1L)));
        TestAccess.put(job, "secret", List.of(new SiteRows("b2", "b", 0, 1L)));
        job.commit(3);
        startReplica("--auth.principals=" + principals, "--follow.token-file=" + token);
        ready();
        TestClient ada = open(new TestClient(replica.port(), TestAccess.token("ada")));
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(ada.keys("visits")).containsExactly("a1"));
        FlightServerTest.refused(
                () -> ada.info("secret"), FlightStatusCode.NOT_FOUND, "There is no table 'secret'. There are: visits.");
        TestClient adaThere = open(new TestClient(leader.port(), TestAccess.token("ada")));
        byte[] ticket =
                adaThere.info("visits").getEndpoints().get(0).getTicket().getBytes();
        assertThat(ada.keys(ticket)).containsExactly("a1");
        TestClient bob = open(new TestClient(replica.port(), TestAccess.token("bob")));
        FlightServerTest.refused(
                () -> bob.keys(ticket), FlightStatusCode.UNAUTHORIZED, "made for somebody else than 'bob'");

        Tail there = tail(adaThere, "{'table':'visits','subscribe':true,'view':'committed'}", new Fold());
        there.has("a1|a|0|1|");
        Tail here = tail(ada, "{'table':'visits','subscribe':true,'view':'committed'}", there.fold);
        TestAccess.put(job, "visits", List.of(new SiteRows("a2", "a", 0, 1L), new SiteRows("b3", "b", 0, 1L)));
        job.commit(4);
        here.has("a1|a|0|1|", "a2|a|0|1|");
        assertThat(here.snapshots()).isEqualTo(1);
        FlightServerTest.refused(
                () -> {
                    try (FlightStream log = ada.stream("follow/v1/-/0".getBytes(StandardCharsets.UTF_8))) {
                        log.next();
                    }
                },
                FlightStatusCode.UNAUTHORIZED,
                "'ada' may not do this: it takes the role replica");
    }

    @Test
    void aReplicaThatStallsForLongTakesTheStateAnew() throws Exception {
        startLeader("--log.checkpoint-bytes=256KiB");
        job.put(List.of(Clicks.upsert("a", 0, 1)));
        startReplica();
        ready();
        link.stall(true);
        Random random = new Random(3);
        // Enough that the log is cut behind it also when it gives this leader up meanwhile, and follows again.
        for (int round = 0; round < 60 || FlightServerTest.metric(leader, "followers") > 0; round++) {
            assertThat(round).as("rounds until it is cut off").isLessThan(2_000);
            List<Clicks> rows = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                rows.add(Clicks.upsert("key" + random.nextInt(20_000), 0, random.nextInt()));
            }
            job.putOnceThereIsRoom(rows);
        }
        link.stall(false);
        link.cut();
        ready();
        caughtUp();
        assertThat(metric("states_taken_total")).isEqualTo(2);
        assertThat(rowsOf(reader)).isEqualTo(rowsOf(job));
    }

    @Test
    void whoFollowsAndReadsNothingCostsTheLeaderLittleAndIsCutOff() throws Exception {
        startLeader("--log.checkpoint-bytes=256KiB");
        job.put(List.of(Clicks.upsert("a", 0, 1)));
        TestClient follower = open(new TestClient(leader.port()));
        FlightStream log =
                open(follower.flight.getStream(new Ticket("follow/v1/-/0".getBytes(StandardCharsets.UTF_8))));
        assertThat(log.next()).isTrue();
        double most = 0;
        for (int round = 0; FlightServerTest.metric(leader, "followers") > 0; round++) {
            assertThat(round).as("rounds until it is cut off").isLessThan(2_000);
            List<Clicks> rows = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                rows.add(Clicks.upsert("key" + i, 0, round));
            }
            job.putOnceThereIsRoom(rows);
            most = Math.max(
                    most,
                    TestClient.http(leader.httpPort(), "/metrics")
                            .body()
                            .lines()
                            .filter(line -> line.startsWith("clickstream_flight_direct_memory_bytes{pool=\"streams\"}"))
                            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                            .sum());
        }
        assertThat(most).as("memory for the follower").isLessThan(16 << 20);
        FlightServerTest.refused(
                () -> {
                    while (log.next()) {
                        log.getRoot().clear();
                    }
                },
                FlightStatusCode.RESOURCE_EXHAUSTED,
                "This replica is too slow: ");
    }

    @Test
    void aFolderOfALeaderIsNeverOverwrittenAndAReplicasCanLead() throws Exception {
        startLeader();
        job.put(List.of(Clicks.upsert("a", 0, 1)));
        job.commit(3);
        startReplica();
        ready();
        caughtUp();
        stopLeader();
        stopReplica();
        assertThatThrownBy(() ->
                        TestAccess.start(folder.resolve("leader"), replicaOptions("grpc://127.0.0.1:" + link.port())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it holds the tables of a server that follows nobody, and they would be lost");

        TestClient writer = job;
        leader = TestAccess.start(folder.resolve("replica"), leaderOptions());
        job = new TestClient(leader.port());
        job.goOn(writer);
        job.put(List.of(Clicks.upsert("b", 0, 1)));
        job.commit(4);
        assertThat(job.keys("clicks")).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void optionsThatMakeNoSenseAreToldTogether() {
        assertThatThrownBy(() -> TestAccess.start(
                        folder.resolve("x"),
                        List.of(
                                "--follow=http://somewhere",
                                "--follow.tls.ca=" + keys,
                                "--follow.max-staleness=1s",
                                "--follow.tls.key=" + folder.resolve("none"),
                                "--poll.wait=11m",
                                "--followers.max=-1",
                                "--memory.max=1MiB")))
                .hasMessageContaining("9 option(s) are wrong")
                .hasMessageContaining("ticket.keys")
                .hasMessageContaining("is missing beside follow, so this replica would refuse its leader's tickets")
                .hasMessageContaining("is not like grpc://HOST:PORT or grpc+tls://HOST:PORT")
                .hasMessageContaining("has no use without TLS")
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> TestAccess.start(folder.resolve("x"), List.of("--follow.token-file=" + keys)))
                .hasMessageContaining("has no use without follow");
    }

    @Test
    void whateverBreaksInBetweenTheyEndWithTheSameRows() throws Exception {
        Random random = new Random(11);
        startLeader("--log.checkpoint-bytes=64KiB");
        startReplica("--log.checkpoint-bytes=96KiB");
        Tail live = null;
        long epoch = 3;
        for (int step = 0; step < 120; step++) {
            int chance = random.nextInt(20);
            if (chance < 12) {
                List<Clicks> rows = new ArrayList<>();
                for (int i = random.nextInt(300); i >= 0; i--) {
                    String key = "key" + random.nextInt(1_000);
                    rows.add(random.nextInt(5) == 0 ? Clicks.delete(key) : Clicks.upsert(key, 0, random.nextInt()));
                }
                job.putOnceThereIsRoom(rows);
            } else if (chance < 16) {
                job.commit(epoch++);
            } else if (chance < 18) {
                link.cut();
            } else if (chance < 19) {
                restartReplica("--log.checkpoint-bytes=96KiB");
                live = null;
            } else {
                stopLeader();
                startLeader("--log.checkpoint-bytes=64KiB");
            }
            if (live == null && step > 20 && chance != 18) {
                ready();
                live = tail(reader, LIVE, new Fold());
            }
        }
        caughtUp();
        assertThat(rowsOf(reader)).isEqualTo(rowsOf(job));
        String[] rows = rowsOf(job).toArray(String[]::new);
        assertThat(rows).hasSizeGreaterThan(500);
        if (live != null) {
            live.has(rows);
        }
    }

    /** However small the records are: what keeps track of a message costs the leader more than the message. */
    @Test
    void oneMessageWaitsForAReplicaThatStalls() throws Exception {
        int windowBytes = 64 << 10; // several records; what is in it waits with the replica
        int puts = 80;
        Random random = new Random(4);
        startLeader();
        startReplica();
        ready();
        try (RawFlight raw = new RawFlight(leader.port(), windowBytes)) {
            RawFlight.Reading stalled = raw.read("follow/v1/-/0".getBytes(StandardCharsets.UTF_8));
            stalled.take(2);
            await().atMost(TestClient.PATIENCE).until(() -> stalled.messages().size() == 2); // schema, empty state
            for (int put = 0; put < puts; put++) {
                job.put(many(400, random));
                caughtUp(); // the one that reads has been sent it alone
            }
            int records = (int) FlightServerTest.metric(leader, "log_position");
            assertThat(records).isGreaterThan(puts);
            stalled.take(Integer.MAX_VALUE);
            await().atMost(TestClient.PATIENCE).until(() -> records(stalled.messages()) == records);
            List<Flight.FlightData> withRecords = stalled.messages().stream()
                    .filter(message -> records(List.of(message)) > 0)
                    .toList();
            int bytes = withRecords.stream()
                    .mapToInt(Flight.FlightData::getSerializedSize)
                    .sum();
            assertThat(bytes).as("less than would wait by its size").isBetween(3 * windowBytes, 1 << 20);
            assertThat(withRecords.size())
                    .as("messages: those in the window, the one that waited, and one with all others")
                    .isLessThanOrEqualTo(windowBytes / (bytes / records) + 1 + 3);
        }
    }

    private static int records(List<Flight.FlightData> messages) {
        return messages.stream()
                .map(data -> Message.getRootAsMessage(data.getDataHeader().asReadOnlyByteBuffer()))
                .filter(message -> message.headerType() == MessageHeader.RecordBatch)
                .mapToInt(message -> (int) ((RecordBatch) message.header(new RecordBatch())).length())
                .sum();
    }

    /** Rows that no compression makes small. */
    private static List<Clicks> many(int rows, Random random) {
        List<Clicks> many = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            many.add(Clicks.upsert("key" + i, 0, random.nextLong()));
        }
        return many;
    }

    private void startLeader(String... more) throws Exception {
        leader = TestAccess.start(folder.resolve("leader"), leaderOptions(more));
        TestClient before = job;
        job = new TestClient(leader.port());
        if (before != null) {
            job.goOn(before);
        }
        link.leadTo(leader.port());
    }

    private List<String> leaderOptions(String... more) {
        List<String> options = new ArrayList<>(List.of(more));
        options.addAll(List.of(
                "--subscriptions.interval=0s",
                "--ticket.keys=" + keys,
                "--memory.max=64MiB",
                "--streams.memory-max=32MiB"));
        return options;
    }

    private void startReplica(String... more) throws Exception {
        replica = TestAccess.start(folder.resolve("replica"), replicaOptions("grpc://127.0.0.1:" + link.port(), more));
        reader = new TestClient(replica.port());
    }

    private List<String> replicaOptions(String follow, String... more) {
        List<String> options = leaderOptions(more);
        if (List.of(more).stream().anyMatch(option -> option.startsWith("--memory.max"))) {
            options.remove("--memory.max=64MiB");
        }
        options.add("--follow=" + follow);
        return options;
    }

    private void restartReplica(String... more) throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        open.clear();
        stopReplica();
        startReplica(more);
    }

    private void stopLeader() throws Exception {
        if (leader != null) {
            job.close();
            leader.close();
            leader = null;
        }
    }

    private void stopReplica() throws Exception {
        if (replica != null) {
            reader.close();
            replica.close();
            replica = null;
        }
    }

    private Tail tail(TestClient from, String command, Fold before) {
        return open(new Tail(from, command, before));
    }

    private <T extends AutoCloseable> T open(T made) {
        open.add(0, made);
        return made;
    }

    private void ready() {
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(
                        TestClient.http(replica.httpPort(), "/health/ready").body())
                .isEqualTo("ok\n"));
    }

    private void doesNotTell(String secret) throws Exception {
        assertThat(TestClient.http(replica.httpPort(), "/health/ready").body()).doesNotContain(secret);
    }

    private void notReady(String why) {
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
            var answer = TestClient.http(replica.httpPort(), "/health/ready");
            assertThat(answer.body()).contains(why);
            assertThat(answer.statusCode()).isEqualTo(503);
        });
    }

    /** Waits until the replica has what the leader has now. */
    private void caughtUp() throws Exception {
        double wanted = FlightServerTest.metric(leader, "log_position");
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(metric("log_position")).isGreaterThanOrEqualTo(wanted));
    }

    private double metric(String name) throws Exception {
        return FlightServerTest.metric(replica, name);
    }

    private static List<String> rowsOf(TestClient client) throws Exception {
        FlightInfo info = client.info("clicks");
        try (FlightStream stream =
                client.stream(info.getEndpoints().get(0).getTicket().getBytes())) {
            List<String> rows = new ArrayList<>();
            while (stream.next()) {
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    rows.add(Fold.row(stream.getRoot().getFieldVectors(), row));
                }
            }
            return rows.stream().sorted().toList();
        }
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
