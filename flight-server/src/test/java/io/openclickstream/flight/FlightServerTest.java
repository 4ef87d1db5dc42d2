package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ClientCall;
import io.grpc.Status;
import io.openclickstream.flight.table.Clicks;
import io.openclickstream.schemas.live.LiveMetadata;
import io.openclickstream.schemas.live.LiveTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract of the server's calls, in one process. Closing the server fails when memory was not given back. */
@Timeout(180)
class FlightServerTest {
    @TempDir
    Path folder;

    private FlightServer server;
    private TestClient client;

    @BeforeEach
    void start() throws Exception {
        start("--streams.memory-max=16MiB");
    }

    private void start(String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--flight.port=0", "--http.port=0", "--data.dir=" + folder));
        server = FlightServer.start(FlightServerOptions.PROGRAM.read(all, Map.of()));
        client = new TestClient(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    private void restart(String... options) throws Exception {
        stop();
        start(options);
    }

    @Test
    void whatIsPutIsListedDescribedAndRead() throws Exception {
        assertThat(client.flight.listFlights(Criteria.ALL)).isEmpty();
        client.put(List.of(Clicks.upsert("late", 2 * Clicks.HOUR, 1), Clicks.upsert("early", 0, 2)));
        client.put(List.of(Clicks.upsert("also", 0, 3), Clicks.delete("nobody")));

        FlightInfo listed = client.flight.listFlights(Criteria.ALL).iterator().next();
        FlightInfo info = client.info("clicks");
        assertThat(List.of(listed.getRecords(), info.getRecords())).containsOnly(3L);
        assertThat(info.getBytes()).isPositive();
        assertThat(info.getEndpoints()).singleElement().satisfies(endpoint -> assertThat(endpoint.getLocations())
                .isEmpty());
        Schema schema = client.flight
                .getSchema(FlightDescriptor.path("clicks"), TestClient.timeout())
                .getSchema();
        assertThat(schema.getFields()).extracting(Field::getName).containsExactly("key", "time", "value");
        assertThat(schema.getCustomMetadata())
                .containsEntry(LiveMetadata.VIEW, "live")
                .containsEntry(LiveMetadata.LINEAGE, Clicks.LINEAGE)
                .containsEntry(LiveMetadata.EPOCH, "3")
                .containsEntry(LiveMetadata.WATERMARK, "7")
                .containsEntry(LiveMetadata.COMPLETE_THROUGH, "7")
                .containsEntry(LiveMetadata.VERSION, "2")
                .containsEntry(LiveMetadata.PRIMARY_KEY, "key");
        assertThat(client.keys("clicks")).containsExactly("early", "also", "late");
        try (FlightStream stream = client.stream("clicks")) {
            assertThat(stream.getSchema()).isEqualTo(schema);
        }
    }

    @Test
    void aPutThatEndsBeforeItsStartGivesItsPlaceBack() throws Exception {
        restart("--puts.max=2");
        List<Clicks> row = List.of(Clicks.upsert("key", 0, 1));
        try (RawFlight raw = new RawFlight(server.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(raw.putNothing())
                        .returns(Status.Code.INVALID_ARGUMENT, Status::getCode)
                        .extracting(Status::getDescription)
                        .isEqualTo("This put ended before its descriptor and its schema. "
                                + "Send both in its first message.");
            }
            List<ClientCall<byte[], byte[]>> silent = new ArrayList<>();
            await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
                silent.add(raw.silentPut()); // refused itself where it comes while the other put has the place
                refused(() -> client.put(row), FlightStatusCode.RESOURCE_EXHAUSTED, "2 streams of puts are open");
            });
            silent.forEach(call -> call.cancel("leaves", null));
            await().atMost(TestClient.PATIENCE).ignoreExceptions().untilAsserted(() -> client.put(row));
        }
        assertThat(client.keys("clicks")).containsExactly("key");
    }

    @Test
    void everyLiveTableOfTheContractIsTaken() throws Exception {
        for (LiveTable table : LiveTable.values()) {
            try (VectorSchemaRoot empty = VectorSchemaRoot.create(table.putSchema(), client.allocator)) {
                empty.allocateNew();
                empty.setRowCount(0);
                client.put(table.tableName(), null, empty);
            }
            assertThat(client.info(table.tableName())
                            .getSchemaOptional()
                            .orElseThrow()
                            .getFields())
                    .isEqualTo(table.schema().getFields());
            assertThat(client.keys(table.tableName())).isEmpty();
        }
    }

    @Test
    void aLargeTableComesInBatchesOfSixteenThousandRowsToASlowReaderAsItWas() throws Exception {
        putMany(300_000, 0);
        try (FlightStream slow = client.stream("clicks")) {
            assertThat(slow.next()).isTrue();
            assertThat(slow.getRoot().getRowCount()).isEqualTo(16_384);
            client.put(List.of(Clicks.upsert("one more", 0, 1), Clicks.delete("key7")));
            int rows = slow.getRoot().getRowCount();
            while (slow.next()) {
                rows += slow.getRoot().getRowCount();
            }
            assertThat(rows).isEqualTo(300_000);
        }
        assertThat(client.keys("clicks")).hasSize(300_000).contains("one more").doesNotContain("key7");
    }

    @Test
    void aCancelledReaderGivesEverythingBack() throws Exception {
        putMany(300_000, 0);
        for (int i = 0; i < 5; i++) {
            FlightStream stream = client.stream("clicks");
            assertThat(stream.next()).isTrue();
            stream.cancel("enough", null);
            stream.close();
        }
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(metric("streams")).isZero());
        assertThat(metric("streams_started_total")).isEqualTo(5);
    }

    @Test
    void aReaderThatHoldsTooMuchIsCutOffAndToldWhy() throws Exception {
        putMany(900_000, 0);
        try (FlightStream stuck = client.stream("clicks")) {
            assertThat(stuck.next()).isTrue();
            putMany(900_000, 1);
            await().atMost(TestClient.PATIENCE)
                    .untilAsserted(() -> assertThat(metric("streams")).isZero());
            refused(
                    () -> {
                        while (stuck.next()) {
                            assertThat(stuck.getRoot().getRowCount()).isPositive();
                        }
                    },
                    FlightStatusCode.RESOURCE_EXHAUSTED,
                    "too slow");
        }
        assertThat(client.keys("clicks")).hasSize(900_000);
    }

    @Test
    void readersThatStallLeaveMemoryToThoseThatRead() throws Exception {
        putMany(300_000, 0);
        List<FlightStream> stalled = new ArrayList<>();
        try (TestClient reader = new TestClient(server.port())) { // streams of one connection share its window
            for (int i = 0; i < 40; i++) { // large batches for each would be more than 40 MiB
                stalled.add(client.stream("clicks"));
            }
            await().atMost(TestClient.PATIENCE)
                    .untilAsserted(() -> assertThat(metric("direct_memory_bytes{pool=\"streams\"}"))
                            .isGreaterThan(8 << 20));
            assertThat(reader.keys("clicks")).hasSize(300_000);
            assertThat(metric("direct_memory_bytes{pool=\"streams\"}")).isBetween(8.0 * (1 << 20), 16.0 * (1 << 20));
            await().atMost(TestClient.PATIENCE)
                    .untilAsserted(() -> assertThat(metric("streams")).isEqualTo(40));
        } finally {
            for (FlightStream each : stalled) {
                each.cancel("enough", null);
                each.close();
            }
        }
    }

    @Test
    void noMoreReadersThanAllowed() throws Exception {
        restart("--streams.max=1");
        putMany(300_000, 0);
        try (FlightStream first = client.stream("clicks")) {
            assertThat(first.next()).isTrue();
            refused(() -> client.keys("clicks"), FlightStatusCode.RESOURCE_EXHAUSTED, "streams.max");
        }
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(client.keys("clicks")).hasSize(300_000));
    }

    @Test
    void anUnknownTableNamesTheOnesThereAre() throws Exception {
        refused(() -> client.info("sessions"), FlightStatusCode.NOT_FOUND, "No table has been put yet");
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        refused(() -> client.info("sessions"), FlightStatusCode.NOT_FOUND, "no table 'sessions'. There are: clicks.");
        refused(
                () -> client.flight.getSchema(FlightDescriptor.path("a\nb"), TestClient.timeout()),
                FlightStatusCode.NOT_FOUND,
                "'a?b'");
        for (FlightDescriptor bad : List.of(FlightDescriptor.path(), FlightDescriptor.path("a", "b"))) {
            refused(
                    () -> client.flight.getInfo(bad, TestClient.timeout()),
                    FlightStatusCode.INVALID_ARGUMENT,
                    "path of one element");
        }
    }

    @Test
    void aTicketOutlivesTheProcessAndAForgedOneIsRefused() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        byte[] ticket = client.info("clicks").getEndpoints().get(0).getTicket().getBytes();
        restart();
        try (FlightStream stream = client.stream(ticket)) {
            assertThat(stream.next()).isTrue();
        }
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            byte[] forged = ticket.clone();
            if (i % 3 == 0) {
                forged = new byte[random.nextInt(700)];
                random.nextBytes(forged);
            } else {
                forged[random.nextInt(forged.length)] ^= (byte) (1 + random.nextInt(255));
            }
            byte[] tried = forged;
            refused(
                    () -> {
                        try (FlightStream stream = client.stream(tried)) {
                            stream.next();
                        }
                    },
                    FlightStatusCode.INVALID_ARGUMENT,
                    "GetFlightInfo");
        }
    }

    @Test
    void aBadPutIsRefusedWithItsReasonAndLeavesTheTableAlone() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        FlightDescriptor clicks = FlightDescriptor.path("clicks");
        List<Clicks> rows = List.of(Clicks.upsert("b", 0, 1));
        byte[] header;
        byte[] emptyHeader;
        try (VectorSchemaRoot batch = Clicks.batch(rows, client.allocator);
                VectorSchemaRoot empty = Clicks.batch(List.of(), client.allocator)) {
            header = client.header("clicks", null, batch).toBytes();
            emptyHeader = client.header("clicks", null, empty).toBytes();
        }

        refused(() -> client.put(clicks, null, rows), FlightStatusCode.INVALID_ARGUMENT, "no app_metadata");
        refused(
                () -> client.put(clicks, "{}".getBytes(StandardCharsets.UTF_8), rows),
                FlightStatusCode.INVALID_ARGUMENT,
                "Cannot read the put header: 'version' is missing, and must be a whole number of 32 bits; ");
        refused(
                () -> client.put(clicks, "a header".getBytes(StandardCharsets.UTF_8), rows),
                FlightStatusCode.INVALID_ARGUMENT,
                "Cannot read the put header: it is no JSON (line 1, column 3).");
        byte[] wrong = new String(header, StandardCharsets.UTF_8)
                .replaceFirst("\"epoch\":[0-9]+", "\"epoch\":\"soon\"")
                .getBytes(StandardCharsets.UTF_8);
        refused(
                () -> client.put(clicks, wrong, rows),
                FlightStatusCode.INVALID_ARGUMENT,
                "Cannot read the put header: 'epoch' is a text, and must be a whole number of 64 bits.");
        refused(
                () -> client.put(FlightDescriptor.path("sessions"), header, rows),
                FlightStatusCode.INVALID_ARGUMENT,
                "for table clicks, but its stream puts to table sessions");
        refused(
                () -> client.put(FlightDescriptor.path("a", "b"), header, rows),
                FlightStatusCode.INVALID_ARGUMENT,
                "path of one element");
        Schema retyped = new Schema(
                List.of(
                        Clicks.PUT.getFields().get(0),
                        Clicks.PUT.getFields().get(1),
                        Clicks.field("value", ArrowType.Utf8.INSTANCE, true)),
                Clicks.PUT.getCustomMetadata());
        try (VectorSchemaRoot batch = VectorSchemaRoot.create(retyped, client.allocator)) {
            batch.allocateNew();
            batch.setRowCount(0);
            refused(
                    () -> client.put(clicks, emptyHeader, batch),
                    FlightStatusCode.INVALID_ARGUMENT,
                    "column value was Int(64, true) nullable and is now Utf8");
        }
        try (VectorSchemaRoot batch = VectorSchemaRoot.create(new Schema(List.of()), client.allocator)) {
            refused(
                    () -> client.put(clicks, header, batch),
                    FlightStatusCode.INVALID_ARGUMENT,
                    LiveMetadata.PRIMARY_KEY);
        }
        assertThat(client.keys("clicks")).containsExactly("a");
        assertThat(metric("refused_total{reason=\"invalid\"}")).isEqualTo(8);
    }

    @Test
    void tooMuchAtOnceIsRefusedByItsStatus() throws Exception {
        restart("--put.max-bytes=64KiB", "--memory.max=1MiB");
        refused(() -> client.put(many(0, 3_000, 0)), FlightStatusCode.INVALID_ARGUMENT, "65536 (put.max-bytes)");
        refused(
                () -> {
                    for (int i = 0; i < 1000; i++) { // all in one window, which cannot leave
                        client.put(many(i * 1000, 1000, 0));
                    }
                },
                FlightStatusCode.RESOURCE_EXHAUSTED,
                "memory.max");
        assertThat(metric("bytes{table=\"clicks\"}"))
                .isBetween(300_000.0, 600_000.0); // uncommitted rows are held twice
        assertThat(metric("memory_bytes")).isBetween(700_000.0, 1_048_576.0);
        assertThat(client.keys("clicks")).isNotEmpty();
        assertThatThrownBy(() -> client.put(many(0, 20_000, 0))).isNotNull(); // gRPC itself cuts it off
    }

    @Test
    void callsThatAreNotOfferedSaySo() {
        refused(
                () -> client.flight
                        .doAction(new Action("reboot"), TestClient.timeout())
                        .next(),
                FlightStatusCode.INVALID_ARGUMENT,
                "There are: health, open, commit, lineages, promote, erase, find-persons, wait");
        assertThat(new String(
                        client.flight
                                .doAction(new Action("health"), TestClient.timeout())
                                .next()
                                .getBody(),
                        StandardCharsets.UTF_8))
                .isEqualTo("ok");
        refused(
                () -> client.flight
                        .listFlights(new Criteria(new byte[] {1}))
                        .iterator()
                        .next(),
                FlightStatusCode.INVALID_ARGUMENT,
                "criteria");
    }

    @Test
    void healthAndMetricsAnswerOverHttp() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 0, 1)));
        assertThat(TestClient.http(server.httpPort(), "/health/live").statusCode())
                .isEqualTo(200);
        assertThat(TestClient.http(server.httpPort(), "/health/ready").body()).isEqualTo("ok\n");
        assertThat(TestClient.http(server.httpPort(), "/nothing").statusCode()).isEqualTo(404);
        assertThat(metric("rows{table=\"clicks\"}")).isEqualTo(2);
        assertThat(metric("puts_total{table=\"clicks\"}")).isEqualTo(1);
        assertThat(metric("put_rows_total{table=\"clicks\"}")).isEqualTo(2);
        assertThat(metric("put_seconds_count")).isEqualTo(1);
        client.commit(3);
        assertThat(metric("commit_seconds_count")).isEqualTo(1);
        assertThat(metric("log_bytes")).isPositive();
        assertThat(metric("watermark_seconds{table=\"clicks\"}")).isEqualTo(0.007);
    }

    static void refused(ThrowingCallable call, FlightStatusCode code, String text) {
        assertThatThrownBy(call).satisfies(thrown -> {
            Throwable answer = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
            assertThat(answer).isInstanceOf(FlightRuntimeException.class);
            FlightRuntimeException e = (FlightRuntimeException) answer;
            assertThat(e.status().code()).as("%s", e.getMessage()).isEqualTo(code);
            assertThat(e.getMessage()).contains(text).doesNotContain("Exception", "\tat ", "io.openclickstream");
        });
    }

    private double metric(String name) throws Exception {
        return metric(server, name);
    }

    static double metric(FlightServer server, String name) throws Exception {
        return TestClient.http(server.httpPort(), "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("clickstream_flight_" + name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }

    private void putMany(int rows, long value) throws Exception {
        for (int from = 0; from < rows; from += 50_000) {
            client.put(many(from, Math.min(50_000, rows - from), value));
        }
    }

    private static List<Clicks> many(int from, int count, long value) {
        List<Clicks> rows = new ArrayList<>(count);
        for (int i = from; i < from + count; i++) {
            rows.add(Clicks.upsert("key" + i, i, value));
        }
        return rows;
    }
}
