package io.openclickstream.pipeline.sink.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.LiveTable;
import io.openclickstream.schemas.live.PutHeader;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The push against a real Flight server that keeps what it is sent and can be told to fail. */
class LivePushOperatorTest {
    private static final String LINEAGE = new UUID(1, 2).toString();
    private static final String OTHER_LINEAGE = new UUID(3, 4).toString();

    record Put(PutHeader header, List<String> rows) {}

    private final List<Put> puts = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile CallStatus failure = CallStatus.UNAVAILABLE;
    private volatile boolean failsAfterTaking;

    private BufferAllocator allocator;
    private FlightServer server;

    @BeforeEach
    void start() throws IOException {
        allocator = new RootAllocator();
        server = FlightServer.builder(allocator, Location.forGrpcInsecure("127.0.0.1", 0), new KeepingProducer())
                .build()
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        allocator.close();
    }

    @Test
    void latestRowPerKeyIsPushedBeforeTheBarrier() throws Exception {
        try (var harness = harness(LINEAGE, 100, null)) {
            harness.processElement(new StreamRecord<>(entry(0, 1)));
            harness.processElement(new StreamRecord<>(entry(1, 5)));
            harness.processElement(new StreamRecord<>(entry(0, 2)));
            harness.processWatermark(new Watermark(77));
            assertThat(puts).isEmpty();
            harness.prepareSnapshotPreBarrier(9);
            assertThat(puts).hasSize(1);
            assertThat(puts.get(0).rows()).containsExactly("1:5", "0:2");
            assertThat(puts.get(0).header()).isEqualTo(new PutHeader(1, "ledger", LINEAGE, 0, 1, 9, 0, 77L));
        }
    }

    @Test
    void fullBatchIsPushedAtOnceAndTheRestAfterTheInterval() throws Exception {
        try (var harness = harness(LINEAGE, 2, null)) {
            harness.processElement(new StreamRecord<>(entry(0, 1)));
            harness.processElement(new StreamRecord<>(entry(1, 1)));
            assertThat(puts).hasSize(1);
            harness.processElement(new StreamRecord<>(entry(2, 1)));
            harness.setProcessingTime(1_000);
            assertThat(puts).extracting(put -> put.rows().size()).containsExactly(2, 1);
            harness.setProcessingTime(2_000);
            assertThat(puts).as("nothing new, nothing sent").hasSize(2);
            harness.processWatermark(new Watermark(5));
            harness.setProcessingTime(3_000);
            assertThat(puts).last().satisfies(put -> {
                assertThat(put.rows()).isEmpty();
                assertThat(put.header().watermarkMillis()).isEqualTo(5);
                assertThat(put.header().seq()).isEqualTo(2);
            });
        }
    }

    @Test
    void longTextsAreSplitOverSeveralBatches() throws Exception {
        try (var harness = harness(LINEAGE, 100, null)) {
            for (int i = 0; i < 10; i++) {
                var entry = new LedgerEntry("t".repeat(1 << 20) + i, i, 1, 0, i, 0, 0, 0, 0, 0);
                harness.processElement(new StreamRecord<>(entry));
            }
            harness.prepareSnapshotPreBarrier(1);
        }
        assertThat(puts).extracting(put -> put.rows().size()).containsExactly(4, 4, 2);
        assertThat(puts).extracting(put -> put.header().seq()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void serverThatIsAwayIsWaitedForAndLosesNothing() throws Exception {
        failures.set(2);
        try (var harness = harness(LINEAGE, 1, null)) {
            harness.processElement(new StreamRecord<>(entry(0, 1)));
            harness.processElement(new StreamRecord<>(entry(0, 2)));
        }
        assertThat(failures).hasValue(0);
        assertThat(puts).extracting(Put::rows).containsExactly(List.of("0:1"), List.of("0:2"));
    }

    @Test
    void batchWhoseAnswerWasLostIsSentAgainUnchanged() throws Exception {
        failures.set(1);
        failsAfterTaking = true;
        try (var harness = harness(LINEAGE, 1, null)) {
            harness.processElement(new StreamRecord<>(entry(0, 1)));
        }
        assertThat(puts).hasSize(2);
        assertThat(puts.get(0)).isEqualTo(puts.get(1));
    }

    @Test
    void refusalForGoodFailsAtOnceWithTheServersReason() throws Exception {
        failures.set(Integer.MAX_VALUE);
        failure = CallStatus.INVALID_ARGUMENT.withDescription("column clicks changed its type");
        try (var harness = harness(LINEAGE, 1, null)) {
            assertThatThrownBy(() -> harness.processElement(new StreamRecord<>(entry(0, 1))))
                    .isInstanceOf(LivePushException.class)
                    .hasMessageContaining("table ledger")
                    .hasMessageContaining("column clicks changed its type");
            failures.set(0);
        }
    }

    @Test
    void outageLongerThanAllowedFailsAndSaysWhatToDo() throws Exception {
        failures.set(Integer.MAX_VALUE);
        try (var harness = harness(LINEAGE, 1, null, Duration.ofMillis(300))) {
            assertThatThrownBy(() -> harness.processElement(new StreamRecord<>(entry(0, 1))))
                    .isInstanceOf(LivePushException.class)
                    .hasMessageContaining("live.max-outage");
            failures.set(0);
        }
    }

    @Test
    void lineageSurvivesARestoreAndTheEpochGoesOn() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness(LINEAGE, 100, null)) {
            harness.prepareSnapshotPreBarrier(3);
            snapshot = harness.snapshot(3, 0);
        }
        try (var harness = harness(OTHER_LINEAGE, 1, snapshot)) {
            harness.processElement(new StreamRecord<>(entry(0, 1)));
        }
        assertThat(puts).extracting(put -> put.header().lineage()).containsOnly(LINEAGE);
        assertThat(puts).last().extracting(put -> put.header().seq()).isEqualTo(0L);
    }

    @Test
    void drainIsNoMomentInEventTime() throws Exception {
        try (var harness = harness(LINEAGE, 100, null)) {
            harness.processWatermark(new Watermark(5));
            harness.processWatermark(Watermark.MAX_WATERMARK);
            harness.prepareSnapshotPreBarrier(1);
        }
        assertThat(puts).extracting(put -> put.header().watermarkMillis()).containsExactly(5L);
    }

    private static LedgerEntry entry(int partition, long received) {
        return new LedgerEntry("clicks", partition, 1, 0, received, 0, 0, 0, 0, 0);
    }

    private OneInputStreamOperatorTestHarness<LedgerEntry, Void> harness(
            String lineage, int batchRows, OperatorSubtaskState snapshot) throws Exception {
        return harness(lineage, batchRows, snapshot, Duration.ofSeconds(60));
    }

    private OneInputStreamOperatorTestHarness<LedgerEntry, Void> harness(
            String lineage, int batchRows, OperatorSubtaskState snapshot, Duration maxOutage) throws Exception {
        var settings = new LivePushOperator.Settings(
                URI.create("grpc://127.0.0.1:" + server.getPort()),
                lineage,
                Duration.ofSeconds(1),
                batchRows,
                maxOutage,
                64 << 20);
        var harness = new OneInputStreamOperatorTestHarness<LedgerEntry, Void>(
                new LivePushOperator<>(settings, LiveRows.ledger()));
        harness.setup();
        if (snapshot != null) {
            harness.initializeState(snapshot);
        }
        harness.open();
        return harness;
    }

    private final class KeepingProducer extends NoOpFlightProducer {
        @Override
        public Runnable acceptPut(CallContext context, FlightStream stream, StreamListener<PutResult> answers) {
            return () -> {
                while (stream.next()) {
                    boolean fails = failures.getAndUpdate(left -> left > 0 ? left - 1 : 0) > 0;
                    byte[] metadata = new byte[(int) stream.getLatestMetadata().readableBytes()];
                    stream.getLatestMetadata().getBytes(0, metadata);
                    if (!fails || failsAfterTaking) {
                        puts.add(new Put(PutHeader.fromBytes(metadata), rows(stream.getRoot())));
                    }
                    if (fails) {
                        answers.onError(failure.toRuntimeException());
                        return;
                    }
                    try (ArrowBuf buffer = allocator.buffer(metadata.length)) {
                        buffer.writeBytes(metadata);
                        answers.onNext(PutResult.metadata(buffer));
                    }
                }
                answers.onCompleted();
            };
        }

        private List<String> rows(VectorSchemaRoot root) {
            assertThat(root.getSchema().getFields())
                    .isEqualTo(LiveTable.LEDGER.putSchema().getFields());
            var partition = (IntVector) root.getVector("partition");
            var received = (BigIntVector) root.getVector("received");
            return IntStream.range(0, root.getRowCount())
                    .mapToObj(row -> partition.get(row) + ":" + received.get(row))
                    .toList();
        }
    }
}
