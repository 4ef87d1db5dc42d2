package io.openclickstream.load.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.openclickstream.schemas.live.LiveTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;

/** Reads from servers on this machine that answer as Flink's REST interface and a Flight server do. */
class PlatformReadersTest {

    @Test
    void theRunningJobAndItsLastCheckpointAreFound() throws Exception {
        HttpServer server =
                flinkRest(Map.of("/jobs/overview", """
                {"jobs":[{"jid":"aa","name":"old","state":"FINISHED","start-time":9},
                         {"jid":"bb","name":"clickstream","state":"RUNNING","start-time":5},
                         {"jid":"cc","name":"older","state":"RUNNING","start-time":4}]}""", "/jobs/bb", """
                {"jid":"bb","name":"clickstream","state":"RUNNING","timestamps":{"RUNNING":1772618400500,"CREATED":1}}""", "/jobs/bb/checkpoints", """
                {"counts":{"completed":3},"latest":{"completed":{"id":3,"status":"COMPLETED",
                 "trigger_timestamp":1772618402000,"latest_ack_timestamp":1772618402250},"failed":null}}""", "/config", """
                {"refresh-interval":3000,"flink-version":"2.3.0"}"""));
        try {
            FlinkRest flink =
                    new FlinkRest("http://localhost:" + server.getAddress().getPort() + "/");
            FlinkRest.Job job = flink.runningJob().orElseThrow();
            assertThat(job).isEqualTo(new FlinkRest.Job("bb", "clickstream", Instant.ofEpochMilli(1772618400500L)));
            assertThat(flink.completedCheckpoint(job))
                    .contains(new FlinkRest.Checkpoint(3, Instant.ofEpochMilli(1772618402250L)));
            assertThat(flink.settings().get("flink-version").asText()).isEqualTo("2.3.0");
            assertThatThrownBy(() -> flink.completedCheckpoint(new FlinkRest.Job("zz", "gone", Instant.EPOCH)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("status 404");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void noFlinkAndNoCheckpointAreNoErrors() throws Exception {
        HttpServer server = flinkRest(Map.of("/jobs/x/checkpoints", """
                {"latest":{"completed":null}}"""));
        FlinkRest flink =
                new FlinkRest("http://localhost:" + server.getAddress().getPort());
        try {
            assertThat(flink.completedCheckpoint(new FlinkRest.Job("x", "", Instant.EPOCH)))
                    .isEmpty();
        } finally {
            server.stop(0);
        }
        assertThat(flink.runningJob()).isEmpty();
    }

    @Test
    void theLedgersPartitionsAreAddedUp() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                AutoCloseable unused = () -> awaitFreed(allocator);
                FlightServer server = ledgerServer(allocator, "ledger");
                LedgerReader reader = new LedgerReader("grpc://localhost:" + server.getPort(), "clicks")) {
            LedgerReader.Totals totals = reader.read().orElseThrow();
            assertThat(totals.received()).isEqualTo(30);
            assertThat(totals.epoch()).isEqualTo(8);
            assertThat(totals.outcomes())
                    .isEqualTo(Map.of(
                            "accepted",
                            21L,
                            "duplicate",
                            3L,
                            "late",
                            2L,
                            "malformed",
                            2L,
                            "future",
                            2L,
                            "filtered",
                            0L));
        }
    }

    @Test
    void aTableThatIsNotThereYetIsNoError() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                AutoCloseable unused = () -> awaitFreed(allocator);
                FlightServer server = ledgerServer(allocator, "other");
                LedgerReader reader = new LedgerReader("grpc://localhost:" + server.getPort(), "clicks")) {
            assertThat(reader.read()).isEmpty();
            server.shutdown();
            server.awaitTermination();
            assertThat(reader.read()).isEmpty();
        }
    }

    private static HttpServer flinkRest(Map<String, String> answers) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] answer =
                    answers.getOrDefault(exchange.getRequestURI().getPath(), "").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.length == 0 ? 404 : 200, Math.max(1, answer.length));
            exchange.getResponseBody().write(answer.length == 0 ? new byte[1] : answer);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** What was on its way when a server closed is freed a moment later, by gRPC's threads. */
    private static void awaitFreed(BufferAllocator allocator) {
        await().atMost(Duration.ofMinutes(1)).until(() -> allocator.getAllocatedMemory() == 0);
    }

    private static FlightServer ledgerServer(BufferAllocator allocator, String table) throws IOException {
        return FlightServer.builder(allocator, Location.forGrpcInsecure("localhost", 0), new NoOpFlightProducer() {
                    @Override
                    public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
                        if (!descriptor.getPath().equals(List.of(table))) {
                            throw CallStatus.NOT_FOUND.toRuntimeException();
                        }
                        return new FlightInfo(
                                LiveTable.LEDGER.schema(),
                                descriptor,
                                List.of(new FlightEndpoint(new Ticket(new byte[] {1}))),
                                -1,
                                -1);
                    }

                    @Override
                    public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
                        try (VectorSchemaRoot rows = VectorSchemaRoot.create(LiveTable.LEDGER.schema(), allocator)) {
                            row(rows, 0, "clicks", 0, 7, 10, 7, 1);
                            row(rows, 1, "clicks", 1, 8, 20, 14, 2);
                            row(rows, 2, "another", 0, 99, 500, 500, 0);
                            set(rows, "late", 1, 2);
                            set(rows, "malformed", 0, 2);
                            set(rows, "future", 1, 2);
                            rows.setRowCount(3);
                            listener.start(rows);
                            listener.putNext();
                            listener.completed();
                        }
                    }
                })
                .build()
                .start();
    }

    private static void row(
            VectorSchemaRoot rows,
            int row,
            String topic,
            int partition,
            long epoch,
            long received,
            long accepted,
            long duplicate) {
        ((VarCharVector) rows.getVector("topic")).setSafe(row, topic.getBytes(StandardCharsets.UTF_8));
        ((IntVector) rows.getVector("partition")).setSafe(row, partition);
        for (String column : List.of("next_offset", "late", "malformed", "future", "filtered")) {
            set(rows, column, row, 0);
        }
        set(rows, "epoch", row, epoch);
        set(rows, "received", row, received);
        set(rows, "accepted", row, accepted);
        set(rows, "duplicate", row, duplicate);
    }

    private static void set(VectorSchemaRoot rows, String column, int row, long value) {
        ((BigIntVector) rows.getVector(column)).setSafe(row, value);
    }
}
