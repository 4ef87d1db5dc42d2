package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.table.Clicks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.flight.FlightProducer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replica whose leader is something else, or sends what cannot be: it says so, keeps its rows, and mends by itself. */
@Timeout(300)
class ForeignLeaderTest {
    private static final Schema LOG = new Schema(List.of(
            Clicks.field("sequence", new ArrowType.Int(64, true), false),
            Clicks.field("kind", new ArrowType.Int(8, true), false),
            Clicks.field("header", new ArrowType.Binary(), false),
            Clicks.field("body", new ArrowType.Binary(), false)));
    private static final String BOUNDS =
            "'bounds':{'memory_max':1,'table_retention_ms':2592000000,'epochs_kept':5,'put_max_bytes':1}";

    @TempDir
    Path folder;

    private CuttableLink link;
    private FlightServer leader;
    private FlightServer replica;
    private TestClient job;
    private TestClient reader;

    @BeforeEach
    void start() throws Exception {
        Path keys = Files.writeString(folder.resolve("keys"), "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n");
        List<String> usual = List.of("--ticket.keys=" + keys, "--memory.max=64MiB", "--streams.memory-max=32MiB");
        leader = TestAccess.start(folder.resolve("leader"), usual);
        job = new TestClient(leader.port());
        job.put(List.of(Clicks.upsert("a", 0, 1)));
        job.commit(3);
        link = new CuttableLink(leader.port());
        replica = TestAccess.start(
                folder.resolve("replica"),
                List.of(
                        "--follow=grpc://127.0.0.1:" + link.port(),
                        "--follow.max-staleness=2s",
                        usual.get(0),
                        usual.get(1),
                        usual.get(2)));
        reader = new TestClient(replica.port());
        ready();
    }

    @AfterEach
    void stop() throws Exception {
        reader.close();
        replica.close();
        job.close();
        leader.close();
        link.close();
    }

    @Test
    void whatIsNoLogIsTold() throws Exception {
        leadTo(
                (listener, root) -> {
                    listener.putNext();
                    listener.completed();
                },
                Clicks.schema().schema(),
                "what comes is no log of a Flight server of this kind");
        leadTo((listener, root) -> listener.completed(), LOG, "it has ended the stream");
        leadTo((listener, root) -> send(listener, root, "no JSON"), LOG, "no log of a Flight server");
        leadTo((listener, root) -> send(listener, root, "{'kind':'log','from':0}"), LOG, "no log of a Flight server");
        leadTo(
                (listener, root) -> send(listener, root, "{'kind':'log','from':1," + BOUNDS + "}"),
                LOG,
                "it goes on after record 1, and here is ");
    }

    @Test
    void aStateThatCannotBeIsNotShownAndTheNextOneIsTaken() throws Exception {
        leadTo(
                (listener, root) -> {
                    record(root, 1, (byte) 99);
                    send(listener, root, "{'kind':'state_end','from':7,'durable':7," + BOUNDS + "}");
                },
                LOG,
                "unknown kind of record: 99");
        leadTo(
                (listener, root) -> {
                    record(root, 1, (byte) 10);
                    send(listener, root, "{'kind':'state','from':7,'durable':7," + BOUNDS + "}");
                    listener.completed();
                },
                LOG,
                "in the middle of its state");
        leadTo(
                (listener, root) -> {
                    send(listener, root, "{'kind':'state_end','from':7,'durable':9," + BOUNDS + "}");
                    record(root, 9, (byte) 8);
                    send(listener, root, "{'kind':'log','from':7,'durable':9}");
                },
                LOG,
                "record 9 came where 8 was due");
        job.put(List.of(Clicks.upsert("b", 0, 1)));
        link.leadTo(leader.port());
        ready();
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(reader.keys("clicks")).containsExactlyInAnyOrder("a", "b"));
    }

    @Test
    void aLogThatCannotBeIsNotShownAndTheStateIsTakenAnew() throws Exception {
        double states = FlightServerTest.metric(replica, "states_taken_total");
        long here = (long) FlightServerTest.metric(replica, "log_position");
        leadTo(
                (listener, root) -> {
                    record(root, here + 1, (byte) 99);
                    send(
                            listener,
                            root,
                            "{'kind':'log','from':" + here + ",'durable':" + (here + 1) + "," + BOUNDS + "}");
                },
                LOG,
                "it goes on after record " + here + ", and here is 0"); // what was spoilt by it does not count
        job.put(List.of(Clicks.upsert("b", 0, 1)));
        link.leadTo(leader.port());
        ready();
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(reader.keys("clicks")).containsExactlyInAnyOrder("a", "b"));
        assertThat(FlightServerTest.metric(replica, "states_taken_total")).isEqualTo(states + 1);
    }

    private interface Answer {
        void give(FlightProducer.ServerStreamListener listener, VectorSchemaRoot root);
    }

    /** Puts a server in the leader's place that answers so every time. */
    private void leadTo(Answer answer, Schema schema, String trouble) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
            try (var server = org.apache.arrow.flight.FlightServer.builder()
                    .allocator(allocator)
                    .location(Location.forGrpcInsecure("127.0.0.1", 0))
                    .executor(threads)
                    .producer(new NoOpFlightProducer() {
                        @Override
                        public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
                            asked.incrementAndGet();
                            synchronized (asked) {
                                try {
                                    listener.start(root);
                                    answer.give(listener, root);
                                } finally {
                                    root.clear();
                                }
                            }
                        }
                    })
                    .build()
                    .start()) {
                link.leadTo(server.getPort());
                await().atMost(TestClient.PATIENCE).until(() -> asked.get() > 1);
                await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
                    var health = TestClient.http(replica.httpPort(), "/health/ready");
                    assertThat(health.statusCode()).isEqualTo(503);
                    assertThat(health.body()).contains(trouble).doesNotContain("Exception", "io.openclickstream");
                });
                assertThat(reader.keys("clicks")).contains("a");
                link.leadTo(1);
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(TestClient.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            // What was on its way is freed a moment later, by gRPC's threads.
            await().atMost(TestClient.PATIENCE).until(() -> allocator.getAllocatedMemory() == 0);
        }
    }

    private static void record(VectorSchemaRoot root, long sequence, byte kind) {
        root.allocateNew();
        ((BigIntVector) root.getVector(0)).setSafe(0, sequence);
        ((TinyIntVector) root.getVector(1)).setSafe(0, kind);
        ((VarBinaryVector) root.getVector(2)).setSafe(0, new byte[] {'x'});
        ((VarBinaryVector) root.getVector(3)).setSafe(0, new byte[0]);
        root.setRowCount(1);
    }

    private static void send(FlightProducer.ServerStreamListener listener, VectorSchemaRoot root, String mark) {
        byte[] bytes = mark.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        ArrowBuf metadata = root.getVector(0).getAllocator().buffer(bytes.length);
        metadata.writeBytes(bytes);
        listener.putNext(metadata);
    }

    private void ready() {
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(
                        TestClient.http(replica.httpPort(), "/health/ready").body())
                .isEqualTo("ok\n"));
    }
}
