package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.table.Clicks;
import io.openclickstream.flight.table.SiteRows;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Subscriptions as a Java client uses them. Closing the server fails when one kept memory. */
@Timeout(180)
class SubscribeTest {
    private static final String LIVE = "{'table':'clicks','subscribe':true}";
    private static final String COMMITTED = "{'table':'clicks','subscribe':true,'view':'committed'}";

    @TempDir
    Path folder;

    private FlightServer server;
    private TestClient client;
    private final List<Follower> followers = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        start("--subscriptions.interval=0s", "--subscriptions.keep-alive=10m"); // the last step is what was put last
    }

    private void start(String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--flight.port=0", "--http.port=0", "--data.dir=" + folder.resolve("data")));
        server = FlightServer.start(FlightServerOptions.PROGRAM.read(all, Map.of()));
        client = new TestClient(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        for (Follower each : followers) {
            each.close();
        }
        followers.clear();
        client.close();
        server.close();
    }

    private void restart(String... options) throws Exception {
        stop();
        start(options);
    }

    /** A stream being read by a thread of its own. */
    private static final class Follower implements AutoCloseable {
        final Fold fold;
        /** Every batch and its mark, as they came. */
        final List<String> transcript = Collections.synchronizedList(new ArrayList<>());

        private final FlightStream stream;
        private final Thread thread;
        private volatile RuntimeException failure;

        Follower(TestClient client, String command, String token, Fold fold) {
            this.fold = fold;
            FlightInfo info = client.flight.getInfo(descriptor(command, token), TestClient.timeout());
            stream = client.flight.getStream(info.getEndpoints().get(0).getTicket());
            thread = new Thread(this::read);
            thread.start();
        }

        private void read() {
            try {
                while (stream.next()) {
                    transcript.add(stream.getRoot().contentToTSVString());
                    fold.take(stream.getRoot(), stream.getLatestMetadata());
                    transcript.add(fold.last().toString());
                }
            } catch (RuntimeException e) {
                failure = e;
            }
        }

        /** Throws what the stream ends with. */
        void failure() {
            await().atMost(TestClient.PATIENCE).until(() -> failure != null);
            throw failure;
        }

        @Override
        public void close() throws Exception {
            stream.cancel("enough", null);
            thread.join(TestClient.PATIENCE.toMillis());
            assertThat(thread.isAlive()).isFalse();
            stream.close();
        }
    }

    @Test
    void theSnapshotComesFirstAndThenWhatChanges() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 0, 2)));
        Follower live = follow(LIVE);
        has(live, "a|0|1|", "b|0|2|");
        assertThat(live.fold.marks().get(0).path("step").asText()).isEqualTo("snapshot");
        assertThat(live.fold.last().path("watermark").asLong()).isEqualTo(7);
        assertThat(live.fold.last().has("resume")).isFalse(); // nothing is committed yet

        client.put(List.of(Clicks.upsert("a", 5, 3), Clicks.delete("b"), Clicks.upsert("c", 0, 4)));
        has(live, "a|5|3|", "c|0|4|");
        JsonNode step = live.fold.last();
        assertThat(step.path("step").asText()).isEqualTo("changes");
        assertThat(step.path("ends_step").asBoolean()).isTrue();
        assertThat(step.path("lineage").asText()).isEqualTo(Clicks.LINEAGE);

        client.commit(3);
        Follower committed = follow(COMMITTED);
        has(committed, "a|5|3|", "c|0|4|");
        client.put(List.of(Clicks.upsert("d", 0, 1)));
        has(live, "a|5|3|", "c|0|4|", "d|0|1|");
        assertThat(committed.fold.rows()).hasSize(2);
        client.commit(4);
        has(committed, "a|5|3|", "c|0|4|", "d|0|1|");
        assertThat(committed.fold.last().path("epoch").asLong()).isEqualTo(4);
    }

    @Test
    void theSchemaTellsWhatComes() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        String command = "{'table':'clicks','subscribe':true,'columns':['value','key']}";
        FlightInfo info = client.flight.getInfo(descriptor(command, null), TestClient.timeout());
        assertThat(info.getRecords()).isEqualTo(-1);
        assertThat(info.getSchemaOptional().orElseThrow().getFields())
                .extracting(Field::getName)
                .containsExactly("value", "key", "_op");
        assertThat(client.flight
                        .getSchema(descriptor(command, null), TestClient.timeout())
                        .getSchema()
                        .getFields())
                .isEqualTo(info.getSchemaOptional().orElseThrow().getFields());
    }

    @Test
    void aRollbackIsAnnouncedAndCorrected() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 0, 1)));
        client.commit(3);
        Follower live = follow(LIVE);
        client.put(List.of(Clicks.upsert("a", 0, 2), Clicks.delete("b"), Clicks.upsert("c", 0, 2)));
        has(live, "a|0|2|", "c|0|2|");
        client.open(new WriterOpening(WriterOpening.VERSION, Clicks.LINEAGE, Clicks.WRITER, 0, 1, 3, "job"));
        has(live, "a|0|1|", "b|0|1|");
        assertThat(live.fold.marks()).anySatisfy(mark -> {
            assertThat(mark.path("rolled_back").asBoolean()).isTrue();
            assertThat(mark.path("rolled_back_to").asLong()).isEqualTo(3);
        });
    }

    @Test
    void aTokenGoesOnAfterADropAndARestartAndNotWhenItIsTooOld() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 0, 1), Clicks.upsert("c", 0, 1)));
        client.commit(3);
        Follower live = follow(LIVE);
        Follower committed = follow(COMMITTED);
        client.put(List.of(Clicks.upsert("new", 0, 1), Clicks.upsert("a", 0, 9)));
        has(live, "a|0|9|", "b|0|1|", "c|0|1|", "new|0|1|");
        has(committed, "a|0|1|", "b|0|1|", "c|0|1|");
        live.close();
        committed.close();
        client.put(
                List.of(Clicks.delete("new"), Clicks.delete("b"), Clicks.upsert("c", 0, 2), Clicks.upsert("a", 0, 1)));
        client.commit(4);

        Follower liveAgain = resume(LIVE, live.fold);
        // neither that 'new' was there nor that 'a' was another can be told from what is kept
        has(liveAgain, "a|0|1|", "c|0|2|");
        Follower committedAgain = resume(COMMITTED, committed.fold);
        has(committedAgain, "a|0|1|", "c|0|2|");

        TestClient writer = client;
        restart("--subscriptions.interval=0s");
        client.goOn(writer);
        Follower liveThen = resume(LIVE, liveAgain.fold);
        Follower committedThen = resume(COMMITTED, committedAgain.fold);
        client.put(List.of(Clicks.upsert("d", 0, 1)));
        client.commit(5);
        has(liveThen, "a|0|1|", "c|0|2|", "d|0|1|");
        has(committedThen, "a|0|1|", "c|0|2|", "d|0|1|");
        for (Follower each : List.of(liveThen, committedThen)) {
            assertThat(each.fold.marks().stream()
                            .filter(mark -> mark.path("step").asText().equals("snapshot")))
                    .hasSize(1);
        }
        for (long epoch = 6; epoch < 13; epoch++) {
            client.put(List.of(Clicks.upsert("e" + epoch, 0, 1)));
            client.commit(epoch);
        }
        for (String command : List.of(LIVE, COMMITTED)) {
            Fold old = command.equals(LIVE) ? live.fold : committed.fold;
            Follower late = resume(command, old);
            FlightServerTest.refused(
                    late::failure,
                    FlightStatusCode.INVALID_ARGUMENT,
                    "Leave 'resume' out to begin again with a snapshot");
        }
    }

    @Test
    void aTokenOutlivesARollbackAndWindowsThatLeave() throws Exception {
        restart("--subscriptions.interval=0s", "--table.retention=2h");
        client.put(List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 5 * Clicks.HOUR, 1)));
        client.commit(3);
        Follower live = follow(LIVE);
        Follower committed = follow(COMMITTED);
        client.put(List.of(
                Clicks.upsert("a", 0, 2), Clicks.upsert("c", 0, 2), Clicks.delete("b"), Clicks.upsert("d", 0, 2)));
        has(live, "a|0|2|", "c|0|2|", "d|0|2|");
        has(committed, "a|0|1|", "b|18000000|1|");
        live.close();
        committed.close();
        client.open(new WriterOpening(WriterOpening.VERSION, Clicks.LINEAGE, Clicks.WRITER, 0, 1, 3, "job"));

        Follower liveAgain = resume(LIVE, live.fold);
        has(liveAgain, "a|0|1|", "b|18000000|1|"); // c and d were taken back, and so was what became of a and b
        TestClient writer = client;
        restart("--subscriptions.interval=0s", "--table.retention=2h");
        client.goOn(writer);
        has(resume(LIVE, live.fold), "a|0|1|", "b|18000000|1|");

        client.put(List.of(Clicks.upsert("e", 0, 1)));
        client.putNothing(5 * Clicks.HOUR); // the window of a, and of e, has left
        has(resume(LIVE, live.fold), "b|18000000|1|");
        has(resume(COMMITTED, committed.fold), "a|0|1|", "b|18000000|1|"); // an epoch stays what it is
        client.commit(4);
        has(resume(COMMITTED, committed.fold), "b|18000000|1|");
        for (Follower each : followers) {
            assertThat(each.fold.marks().stream()
                            .filter(mark -> mark.path("step").asText().equals("snapshot")))
                    .hasSize(1);
        }
    }

    @Test
    void aPromotionIsARollbackForWhoFollows() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 0, 1)));
        client.commit(3);
        Follower live = follow(LIVE);
        Follower committed = follow(COMMITTED);
        has(committed, "a|0|1|", "b|0|1|");
        String other = new UUID(0, 2).toString();
        try (TestClient successor = TestClient.ofLineage(server.port(), other)) {
            successor.open(new WriterOpening(WriterOpening.VERSION, other, Clicks.WRITER, 0, 1, 0, "job-2"));
            successor.put(List.of(Clicks.upsert("b", 0, 2), Clicks.upsert("c", 0, 2)));
            successor.commit(3);
            has(live, "a|0|1|", "b|0|1|");
            client.action(LiveActions.PROMOTE, other.getBytes(StandardCharsets.UTF_8));
            for (Follower each : List.of(live, committed)) {
                has(each, "b|0|2|", "c|0|2|");
                assertThat(each.fold.last().path("lineage").asText()).isEqualTo(other);
                assertThat(each.fold.last().path("rolled_back").asBoolean()).isTrue();
            }
        }
    }

    @Test
    void aNewColumnDoesNotDisturbWhoFollows() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        client.commit(3);
        Follower live = follow(LIVE);
        Follower committed = follow(COMMITTED);
        has(committed, "a|0|1|");
        try (VectorSchemaRoot batch = Clicks.batch(List.of(Clicks.upsert("b", 0, 2)), client.allocator);
                VectorSchemaRoot wider = withColumn(batch, client.allocator)) {
            client.put("clicks", 7L, wider);
        }
        client.commit(4);
        has(live, "a|0|1|", "b|0|2|");
        has(committed, "a|0|1|", "b|0|2|");
        Follower anew = follow(LIVE);
        has(anew, "a|0|1|null|", "b|0|2|5|");
        has(resume(LIVE, live.fold), "a|0|1|", "b|0|2|"); // who did not ask for it goes on without it
    }

    /** The same rows with a column {@code extra} of fives. */
    private static VectorSchemaRoot withColumn(VectorSchemaRoot batch, BufferAllocator allocator) {
        List<Field> fields = new ArrayList<>(batch.getSchema().getFields());
        Field extra = Clicks.field("extra", new ArrowType.Int(64, true), true);
        fields.add(fields.size() - 1, extra);
        VectorSchemaRoot wider =
                VectorSchemaRoot.create(new Schema(fields, batch.getSchema().getCustomMetadata()), allocator);
        for (FieldVector column : batch.getFieldVectors()) {
            column.makeTransferPair(wider.getVector(column.getName())).transfer();
        }
        BigIntVector fives = (BigIntVector) wider.getVector("extra");
        for (int row = 0; row < batch.getRowCount(); row++) {
            fives.setSafe(row, 5);
        }
        wider.setRowCount(batch.getRowCount());
        return wider;
    }

    @Test
    void aTokenForSomethingElseIsRefused() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        client.commit(3);
        Follower live = follow(LIVE);
        has(live, "a|0|1|");
        String token = live.fold.token();
        for (String other : List.of(
                COMMITTED,
                "{'table':'clicks','subscribe':true,'columns':['key']}",
                "{'table':'clicks','subscribe':true,'where':{'value':1}}")) {
            FlightServerTest.refused(
                    () -> client.flight.getInfo(descriptor(other, token), TestClient.timeout()),
                    FlightStatusCode.INVALID_ARGUMENT,
                    "is for another table, view, filter");
        }
        FlightServerTest.refused(
                () -> client.flight.getInfo(descriptor(LIVE, "r2.x"), TestClient.timeout()),
                FlightStatusCode.INVALID_ARGUMENT,
                "Cannot read the resume token");
        FlightServerTest.refused(
                () -> client.flight.getInfo(
                        descriptor("{'table':'clicks','subscribe':true,'columns':['value']}", null),
                        TestClient.timeout()),
                FlightStatusCode.INVALID_ARGUMENT,
                "needs the columns that identify a row: key");
        assertThat(TestClient.http(
                                server.httpPort(),
                                "/tables/clicks?command=%7B%22table%22%3A%22clicks%22%2C%22subscribe%22%3Atrue%7D")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aReaderThatStallsGetsTheLatestOfEachKeyAndCostsNoMore() throws Exception {
        putMany(200_000, 0);
        FlightInfo info = client.flight.getInfo(descriptor(LIVE, null), TestClient.timeout());
        Fold fold = new Fold();
        try (FlightStream stalled =
                client.flight.getStream(info.getEndpoints().get(0).getTicket())) {
            assertThat(stalled.next()).isTrue();
            fold.take(stalled.getRoot(), stalled.getLatestMetadata());
            for (int value = 1; value <= 40; value++) {
                client.put(many(5_000, value));
            }
            assertThat(metric("subscription_bytes")).isLessThan(32 << 20);
            while (fold.rows().size() < 200_000 || !fold.rows().contains("key0|0|40|")) {
                assertThat(stalled.next()).isTrue();
                fold.take(stalled.getRoot(), stalled.getLatestMetadata());
            }
            assertThat(fold.rows()).contains("key4999|4999|40|", "key5000|5000|0|");
            long steps = fold.marks().stream()
                    .filter(mark -> mark.path("ends_step").asBoolean())
                    .count();
            assertThat(steps).as("steps for 40 changes").isLessThan(20);
            assertThat(metric("subscriptions_conflated_total")).isPositive();
            stalled.cancel("enough", null);
        }
    }

    /** However small its steps are: what keeps track of a message costs the server more than the message. */
    @Test
    void oneMessageWaitsForAReaderWhoStalls() throws Exception {
        int windowBytes = 64 << 10; // several steps; what is in it waits with the reader
        putMany(500, 0);
        FlightInfo info = client.flight.getInfo(descriptor(LIVE, null), TestClient.timeout());
        try (RawFlight raw = new RawFlight(server.port(), windowBytes)) {
            RawFlight.Reading stalled =
                    raw.read(info.getEndpoints().get(0).getTicket().getBytes());
            stalled.take(2);
            await().atMost(TestClient.PATIENCE).until(() -> stalled.messages().size() == 2); // schema, all rows
            Follower healthy = follow(LIVE);
            for (int value = 1; value <= 40; value++) {
                client.put(many(500, value));
                String changed = "key0|0|" + value + "|";
                await().atMost(TestClient.PATIENCE)
                        .untilAsserted(() -> assertThat(healthy.fold.rows()).contains(changed));
            }
            assertThat(metric("subscribers_not_ready")).isEqualTo(1);

            int latest = healthy.fold.last().path("version").asInt();
            stalled.take(Integer.MAX_VALUE);
            await().atMost(TestClient.PATIENCE).until(() -> version(stalled) == latest);
            List<Flight.FlightData> messages = stalled.messages();
            int stepBytes = messages.get(messages.size() - 1).getSerializedSize();
            assertThat(messages.size() - 2)
                    .as(
                            "steps of %d bytes: those in the window, the one that waited, and one over all others",
                            stepBytes)
                    .isLessThanOrEqualTo(windowBytes / stepBytes + 1 + 2);
            await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(metric("subscribers_not_ready"))
                    .isZero());
        }
    }

    private static int version(RawFlight.Reading reading) throws IOException {
        List<Flight.FlightData> messages = reading.messages();
        byte[] mark = messages.get(messages.size() - 1).getAppMetadata().toByteArray();
        return new JsonMapper().readTree(mark).path("version").asInt();
    }

    @Test
    void stepsAreEncodedOnceForAllAndThereAreNoMoreSubscribersThanMayBe() throws Exception {
        restart("--subscriptions.max=20", "--subscriptions.keep-alive=10m");
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        List<Follower> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(follow(LIVE));
        }
        for (Follower each : all) {
            has(each, "a|0|1|");
        }
        assertThat(metric("subscribers{table=\"clicks\"}")).isEqualTo(20);
        FlightServerTest.refused(
                () -> follow(LIVE).failure(), FlightStatusCode.RESOURCE_EXHAUSTED, "subscriptions.max");
        double before = metric("subscription_frames_total");
        assertThat(before).as("all rows, for all who have begun with them").isEqualTo(1);
        client.put(List.of(Clicks.upsert("a", 0, 2)));
        for (Follower each : all) {
            has(each, "a|0|2|");
        }
        assertThat(metric("subscription_frames_total") - before).isEqualTo(1);
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("subscriptions")))
                .hasSize(1);
        for (Follower each : all) {
            each.close();
        }
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(metric("subscribers{table=\"clicks\"}"))
                .isZero());
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(metric("subscription_bytes")).isZero());
    }

    @Test
    void allRowsAreForgottenOnceNobodyBeginsWithThem() throws Exception {
        restart("--subscriptions.keep-alive=1s");
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        Follower first = follow(LIVE);
        has(first, "a|0|1|");
        assertThat(metric("subscription_frames_total")).isEqualTo(1);
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(metric("subscription_bytes")).isZero());

        Follower second = follow(LIVE);
        has(second, "a|0|1|");
        assertThat(metric("subscription_frames_total")).isEqualTo(2);
    }

    @Test
    void aTableThatIsLargeForTheMemoryOfSubscribersIsSentToEachByItself() throws Exception {
        restart("--subscriptions.memory-max=16MiB");
        putMany(50_000, 0);
        Follower one = follow(LIVE);
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(one.fold.rows()).hasSize(50_000));
        assertThat(metric("subscription_frames_total")).isZero();
    }

    @Test
    void anEmptyBatchShowsThatTheServerIsThere() throws Exception {
        restart("--subscriptions.keep-alive=100ms");
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        Follower live = follow(LIVE);
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(live.fold.marks())
                .filteredOn(mark -> mark.path("step").asText().equals("keep_alive"))
                .hasSizeGreaterThan(3));
        has(live, "a|0|1|");
    }

    @Test
    void onesSitesAreFollowedUntilOneMayNoLonger() throws Exception {
        stop();
        Path principals = folder.resolve("principals.json");
        TestAccess usual = TestAccess.usual();
        usual.principal("few", "reader", "a").last().putObject("quota").put("streams", 1);
        usual.write(principals);
        start("--subscriptions.interval=0s", "--auth.principals=" + principals);
        String visits = "{'table':'visits','subscribe':true,'view':'committed'}";
        try (TestClient job = new TestClient(server.port(), TestAccess.token("job"));
                TestClient ada = new TestClient(server.port(), TestAccess.token("ada"));
                TestClient few = new TestClient(server.port(), TestAccess.token("few"))) {
            TestAccess.put(job, "visits", List.of(new SiteRows("a1", "a", 0, 1L), new SiteRows("b1", "b", 0, 1L)));
            job.commit(3);
            Follower one = follow(ada, visits, null, new Fold());
            has(one, "a1|a|0|1|");
            TestAccess.put(job, "visits", List.of(new SiteRows("a2", "a", 0, 1L), new SiteRows("b2", "b", 0, 1L)));
            TestAccess.put(job, "visits", List.of(new SiteRows("a1", "b", 0, 5L)));
            job.commit(4);
            has(one, "a2|a|0|1|"); // a1 belongs to b now
            assertThat(one.fold.last().has("version")).isFalse();
            String token = one.fold.token();
            assertThat(token).isNotNull();
            has(follow(few, visits, null, new Fold()), "a2|a|0|1|");
            FlightServerTest.refused(
                    () -> follow(few, visits, null, new Fold()).failure(),
                    FlightStatusCode.RESOURCE_EXHAUSTED,
                    "quota.streams");

            TestAccess.usual().without("ada").write(principals);
            FlightServerTest.refused(one::failure, FlightStatusCode.UNAUTHENTICATED, "not known here, or no longer");
            for (Follower each : followers) {
                each.close();
            }
            followers.clear();
        }
    }

    @Test
    void othersSitesAreNotToBeNoticed() throws Exception {
        stop();
        List<List<String>> transcripts = new ArrayList<>();
        for (boolean withB : new boolean[] {false, true}) {
            Path principals = folder.resolve("principals.json");
            TestAccess.usual().write(principals);
            server = TestAccess.start(
                    folder.resolve("with-b-" + withB),
                    List.of(
                            "--subscriptions.interval=0s",
                            "--subscriptions.keep-alive=10m",
                            "--auth.principals=" + principals));
            try (TestClient job = new TestClient(server.port(), TestAccess.token("job"));
                    TestClient ada = new TestClient(server.port(), TestAccess.token("ada"))) {
                putSites(job, 3, withB);
                Follower one = follow(ada, "{'table':'visits','subscribe':true,'view':'committed'}", null, new Fold());
                for (long epoch = 3; epoch < 9; epoch++) {
                    long wanted = epoch;
                    if (epoch > 3) {
                        putSites(job, epoch, withB);
                    }
                    await().atMost(TestClient.PATIENCE)
                            .until(() -> one.fold.isWhole()
                                    && one.fold.last().path("epoch").asLong() == wanted);
                }
                one.close();
                followers.clear();
                transcripts.add(List.copyOf(one.transcript));
            }
            server.close();
        }
        assertThat(transcripts.get(0)).hasSizeGreaterThan(11).anyMatch(text -> text.length() > 10_000);
        assertThat(transcripts.get(1)).isEqualTo(transcripts.get(0));
        start();
    }

    private static void putSites(TestClient job, long epoch, boolean withB) throws Exception {
        Random ofA = new Random(epoch);
        Random ofB = new Random(1000 + epoch);
        for (int put = 0; put < 3; put++) {
            List<SiteRows> rows = new ArrayList<>();
            for (int i = 0; i < 700; i++) {
                rows.add(new SiteRows("a" + ofA.nextInt(2_000), "a", ofA.nextInt(9_000_000), (long) ofA.nextInt(3)));
            }
            for (int i = 0; withB && i < 2_000; i++) {
                rows.add(
                        ofB.nextInt(rows.size()),
                        new SiteRows("b" + ofB.nextInt(9_000), "b", ofB.nextInt(9_000_000), (long) ofB.nextInt(3)));
            }
            TestAccess.put(job, "visits", rows);
        }
        job.commit(epoch);
    }

    @Test
    void whoIsFurthestBehindIsCutOffWhenReadersHoldTooMuch() throws Exception {
        restart("--streams.memory-max=16MiB");
        client.put(List.of(Clicks.upsert("key0", 0, 0)));
        Follower healthy = follow("{'table':'clicks','subscribe':true,'where':{'value':-1}}");
        putMany(900_000, 0);
        FlightInfo info = client.flight.getInfo(descriptor(LIVE, null), TestClient.timeout());
        try (FlightStream stuck =
                client.flight.getStream(info.getEndpoints().get(0).getTicket())) {
            assertThat(stuck.next()).isTrue();
            putMany(900_000, 1);
            await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(metric("subscribers{table=\"clicks\"}"))
                    .isEqualTo(1));
            FlightServerTest.refused(
                    () -> {
                        while (stuck.next()) {
                            assertThat(stuck.getRoot().getRowCount()).isPositive();
                        }
                    },
                    FlightStatusCode.RESOURCE_EXHAUSTED,
                    "too slow");
        }
        assertThat(healthy.failure).isNull();
    }

    @Test
    void readersThatStallLeaveMemoryToThoseThatRead() throws Exception {
        restart("--subscriptions.memory-max=16MiB");
        putMany(200_000, 0);
        List<FlightStream> stalled = new ArrayList<>();
        try (TestClient reader = new TestClient(server.port())) { // streams of one connection share its window
            for (int i = 0; i < 80; i++) { // large batches for each would be more than 100 MiB
                FlightInfo info = client.flight.getInfo(descriptor(LIVE, null), TestClient.timeout());
                stalled.add(client.flight.getStream(info.getEndpoints().get(0).getTicket()));
            }
            await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(metric("subscription_bytes"))
                    .isGreaterThan(8 << 20));
            Follower healthy = follow(reader, LIVE, null, new Fold());
            await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
                assertThat(healthy.failure).isNull();
                assertThat(healthy.fold.isWhole()).isTrue();
                assertThat(healthy.fold.rows()).hasSize(200_000);
            });
            assertThat(metric("subscription_bytes")).isBetween(8.0 * (1 << 20), 16.0 * (1 << 20));
            healthy.close();
            followers.remove(healthy);
        } finally {
            for (FlightStream each : stalled) {
                each.cancel("enough", null);
                each.close();
            }
        }
    }

    private void putMany(int rows, long value) throws Exception {
        List<Clicks> many = many(rows, value);
        for (int from = 0; from < rows; from += 50_000) {
            client.put(many.subList(from, Math.min(rows, from + 50_000)));
        }
    }

    @Test
    void optionsThatMakeNoSenseAreToldTogether() {
        assertThatThrownBy(() -> FlightServerOptions.PROGRAM.read(
                        List.of(
                                "--subscriptions.max=0",
                                "--subscriptions.interval=2m",
                                "--subscriptions.keep-alive=1ms",
                                "--subscriptions.memory-max=1KiB"),
                        Map.of()))
                .hasMessageContaining("4 option(s) are wrong")
                .hasMessageContaining("subscriptions.interval")
                .hasMessageContaining("between 100ms and 10m");
    }

    private Follower follow(String command) {
        return follow(client, command, null, new Fold());
    }

    private Follower resume(String command, Fold fold) {
        Fold copy = fold.copy();
        return follow(client, command, copy.token(), copy);
    }

    private Follower follow(TestClient reader, String command, String token, Fold fold) {
        Follower follower = new Follower(reader, command, token, fold);
        followers.add(follower);
        return follower;
    }

    private static void has(Follower follower, String... rows) {
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
            assertThat(follower.failure).isNull();
            assertThat(follower.fold.isWhole()).isTrue();
            assertThat(follower.fold.rows()).containsExactly(rows);
        });
    }

    private static FlightDescriptor descriptor(String command, String token) {
        String whole = token == null ? command : command.replace("'subscribe'", "'resume':'" + token + "','subscribe'");
        return FlightDescriptor.command(whole.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private double metric(String name) throws Exception {
        return FlightServerTest.metric(server, name);
    }

    private static List<Clicks> many(int count, long value) {
        List<Clicks> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            rows.add(Clicks.upsert("key" + i, i, value));
        }
        return rows;
    }
}
