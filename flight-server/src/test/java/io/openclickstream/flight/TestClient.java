package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.table.Clicks;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightClientMiddleware;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.SyncPutListener;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** A client of a server under test: puts and reads {@link Clicks}; every call has an end. */
final class TestClient implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final BufferAllocator allocator = new RootAllocator();
    final FlightClient flight;
    private final String lineage;
    private final int subtask;
    private final int parallelism;
    private final Map<String, EpochCommit.Lane> lanes = new HashMap<>();
    private long token;
    private long epoch = 3;

    TestClient(int port) {
        this(port, null, Clicks.LINEAGE, 0, 1);
    }

    /** @param bearer token sent with every call; null for none */
    TestClient(int port, String bearer) {
        this(port, bearer, Clicks.LINEAGE, 0, 1);
    }

    /** The only writer of another lineage. */
    static TestClient ofLineage(int port, String lineage) {
        return new TestClient(port, null, lineage, 0, 1);
    }

    /** One of several writers of the same tables; each opens when it puts first. */
    TestClient(int port, int subtask, int parallelism) {
        this(port, null, Clicks.LINEAGE, subtask, parallelism);
    }

    private TestClient(int port, String bearer, String lineage, int subtask, int parallelism) {
        this.lineage = lineage;
        this.subtask = subtask;
        this.parallelism = parallelism;
        flight = FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port))
                .intercept(info -> new Bearer(bearer))
                .build();
    }

    /**
     * Over TLS.
     *
     * @param bearer token sent with every call; null for none
     * @param trusted the server's certificate
     * @param own shown to the server; null for none
     */
    TestClient(int port, String bearer, TestTls trusted, TestTls own) throws IOException {
        this.lineage = Clicks.LINEAGE;
        this.subtask = 0;
        this.parallelism = 1;
        try (InputStream authority = Files.newInputStream(trusted.certificate());
                InputStream certificate = own == null ? null : Files.newInputStream(own.certificate());
                InputStream key = own == null ? null : Files.newInputStream(own.key())) {
            var builder = FlightClient.builder(allocator, Location.forGrpcTls("localhost", port))
                    .intercept(info -> new Bearer(bearer))
                    .trustedCertificates(authority);
            flight = own == null
                    ? builder.build()
                    : builder.clientCertificate(certificate, key).build();
        }
    }

    private record Bearer(String token) implements FlightClientMiddleware {
        @Override
        public void onBeforeSendingHeaders(CallHeaders headers) {
            if (token != null) {
                headers.insert("authorization", "Bearer " + token);
            }
        }

        @Override
        public void onHeadersReceived(CallHeaders headers) {}

        @Override
        public void onCallCompleted(CallStatus status) {}
    }

    /** Puts one batch to the table {@code clicks} and returns when it is acknowledged. */
    void put(List<Clicks> rows) throws Exception {
        try (VectorSchemaRoot batch = Clicks.batch(rows, allocator)) {
            put("clicks", 7L, batch);
        }
    }

    /** The same, and again for as long as the server refuses it because a checkpoint is still being written. */
    void putOnceThereIsRoom(List<Clicks> rows) {
        await().atMost(PATIENCE)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .ignoreExceptionsMatching(TestClient::awaitsACheckpoint)
                .until(() -> {
                    put(rows);
                    return true;
                });
    }

    private static boolean awaitsACheckpoint(Throwable refusal) {
        return String.valueOf(refusal.getMessage()).contains("a checkpoint is being written");
    }

    /** Says how far event time has come. */
    void putNothing(long watermarkMillis) throws Exception {
        try (VectorSchemaRoot batch = Clicks.batch(List.of(), allocator)) {
            put("clicks", watermarkMillis, batch);
        }
    }

    /** Puts one batch to a table and returns when it is acknowledged. */
    void put(String table, Long watermarkMillis, VectorSchemaRoot batch) throws Exception {
        PutHeader header = header(table, watermarkMillis, batch);
        put(FlightDescriptor.path(table), header.toBytes(), batch);
        count(table, header, batch);
    }

    /** Puts one row so many times, waits for no answer, and breaks the call off. */
    void putAndLeave(Clicks row, int batches) throws Exception {
        try (VectorSchemaRoot batch = Clicks.batch(List.of(row), allocator)) {
            var writer = flight.startPut(FlightDescriptor.path("clicks"), batch, new AsyncPutListener(), timeout());
            for (int i = 0; i < batches; i++) {
                PutHeader header = header("clicks", 7L, batch);
                byte[] bytes = header.toBytes();
                ArrowBuf metadata = allocator.buffer(bytes.length);
                metadata.writeBytes(bytes);
                writer.putNext(metadata);
                count("clicks", header, batch);
            }
            writer.error(new IllegalStateException("leaves"));
        }
    }

    private void count(String table, PutHeader header, VectorSchemaRoot batch) {
        EpochCommit.Lane lane = lane(table);
        lanes.put(
                table,
                new EpochCommit.Lane(
                        lane.writer(),
                        subtask,
                        token,
                        table,
                        lane.batches() + 1,
                        lane.rows() + batch.getRowCount(),
                        RowDigest.then(lane.digest(), header.digest())));
    }

    void put(FlightDescriptor descriptor, byte[] header, List<Clicks> rows) throws Exception {
        try (VectorSchemaRoot batch = Clicks.batch(rows, allocator)) {
            put(descriptor, header, batch);
        }
    }

    /** The header with which the next batch of a table has to be put; opens the writer if it is not open. */
    PutHeader header(String table, Long watermarkMillis, VectorSchemaRoot batch) {
        if (token == 0) {
            open(new WriterOpening(WriterOpening.VERSION, lineage, Clicks.WRITER, subtask, parallelism, 0, "job"));
        }
        var header = new PutHeader(
                PutHeader.VERSION,
                table,
                lineage,
                Clicks.WRITER,
                subtask,
                parallelism,
                token,
                epoch,
                lane(table).batches(),
                0,
                watermarkMillis);
        return Clicks.digested(header, batch);
    }

    WriterOpened open(WriterOpening opening) {
        WriterOpened opened = WriterOpened.fromBytes(action(LiveActions.OPEN, opening.toBytes()));
        token = opened.token();
        epoch = Math.max(3, opening.restoredEpoch() + 1);
        lanes.clear();
        return opened;
    }

    /** Later puts are of this epoch. */
    void begin(long nextEpoch) {
        epoch = nextEpoch;
    }

    /** Goes on as another client of the same writer has left off. */
    void goOn(TestClient before) {
        token = before.token;
        epoch = before.epoch;
        lanes.clear();
        lanes.putAll(before.lanes);
    }

    /** Commits all that was put by now; what is put later is of a later epoch. */
    void commit(long committedEpoch) {
        var commit = new EpochCommit(EpochCommit.VERSION, lineage, committedEpoch, List.copyOf(lanes.values()));
        assertThat(new String(action(LiveActions.COMMIT, commit.toBytes()), StandardCharsets.UTF_8))
                .isEqualTo(Long.toString(committedEpoch));
        epoch = Math.max(epoch, committedEpoch + 1);
    }

    private EpochCommit.Lane lane(String table) {
        return lanes.getOrDefault(
                table, new EpochCommit.Lane(Clicks.WRITER, subtask, token, table, 0, 0, RowDigest.NOTHING));
    }

    /** The first result of an action. */
    byte[] action(String type, byte[] body) {
        return flight.doAction(new Action(type, body), timeout()).next().getBody();
    }

    void put(FlightDescriptor descriptor, byte[] header, VectorSchemaRoot batch) throws Exception {
        try (SyncPutListener answers = new SyncPutListener()) {
            var writer = flight.startPut(descriptor, batch, answers, timeout());
            if (header == null) {
                writer.putNext();
            } else {
                ArrowBuf metadata = allocator.buffer(header.length);
                metadata.writeBytes(header);
                writer.putNext(metadata);
            }
            writer.completed();
            try (PutResult answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                if (answer != null) {
                    byte[] acknowledged =
                            new byte[(int) answer.getApplicationMetadata().readableBytes()];
                    answer.getApplicationMetadata().getBytes(0, acknowledged);
                    assertThat(PutHeader.fromBytes(acknowledged)).isEqualTo(PutHeader.fromBytes(header));
                }
            }
            writer.getResult();
        }
    }

    FlightInfo info(String table) {
        return flight.getInfo(FlightDescriptor.path(table), timeout());
    }

    FlightStream stream(String table) {
        return flight.getStream(info(table).getEndpoints().get(0).getTicket(), timeout());
    }

    FlightStream stream(byte[] ticket) {
        return flight.getStream(new Ticket(ticket), timeout());
    }

    /** Values of the first column of all rows, in their order. */
    List<String> keys(String table) throws Exception {
        return keys(info(table).getEndpoints().get(0).getTicket().getBytes());
    }

    /** The same of what a ticket is for. */
    List<String> keys(byte[] ticket) throws Exception {
        try (FlightStream stream = stream(ticket)) {
            List<String> keys = new ArrayList<>();
            while (stream.next()) {
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    keys.add(stream.getRoot().getVector(0).getObject(row).toString());
                }
            }
            return keys;
        }
    }

    static CallOption timeout() {
        return CallOptions.timeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    static HttpResponse<String> http(int port, String path, String... headers) throws Exception {
        var builder = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE);
        HttpRequest request = (headers.length == 0 ? builder : builder.headers(headers)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() throws Exception {
        flight.close();
        allocator.close();
    }
}
