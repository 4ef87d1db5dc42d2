package io.openclickstream.pipeline.sink.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.openclickstream.pipeline.sink.live.KeepingFlightServer.Put;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.LivePrepared;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.flight.CallStatus;
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

    private KeepingFlightServer server;
    private List<Put> puts;

    @BeforeEach
    void start() throws IOException {
        server = new KeepingFlightServer();
        puts = server.puts();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
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
            assertThat(received(puts.get(0))).containsExactly("1:5", "0:2");
            PutHeader header = puts.get(0).header();
            assertThat(header)
                    .isEqualTo(new PutHeader(2, "ledger", LINEAGE, "live-ledger", 0, 1, 1, 9, 0, header.digest(), 77L));
            assertThat(harness.extractOutputValues())
                    .containsExactly(new LivePrepared(
                            LINEAGE,
                            9,
                            "live-ledger",
                            0,
                            1,
                            1,
                            1,
                            "ledger",
                            1,
                            2,
                            RowDigest.then(RowDigest.NOTHING, header.digest()),
                            false));
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
                var entry = new LedgerEntry("t".repeat(1 << 20) + i, i, 1, 0, 0, i, 0, 0, 0, 0, 0, 0, 0);
                harness.processElement(new StreamRecord<>(entry));
            }
            harness.prepareSnapshotPreBarrier(1);
        }
        assertThat(puts).extracting(put -> put.rows().size()).containsExactly(4, 4, 2);
        assertThat(puts).extracting(put -> put.header().seq()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void serverThatIsAwayIsWaitedForAndLosesNothing() throws Exception {
        server.failNext(2, CallStatus.UNAVAILABLE);
        try (var harness = harness(LINEAGE, 1, null)) {
            harness.processElement(new StreamRecord<>(entry(0, 1)));
            harness.processElement(new StreamRecord<>(entry(0, 2)));
        }
        assertThat(server.failuresLeft()).isZero();
        assertThat(puts).extracting(LivePushOperatorTest::received).containsExactly(List.of("0:1"), List.of("0:2"));
    }

    @Test
    void batchWhoseAnswerWasLostIsSentAgainUnchanged() throws Exception {
        server.loseNextAnswer();
        try (var harness = harness(LINEAGE, 1, null)) {
            harness.processElement(new StreamRecord<>(entry(0, 1)));
        }
        assertThat(puts).hasSize(2);
        assertThat(puts.get(0)).isEqualTo(puts.get(1));
    }

    @Test
    void refusalForGoodFailsAtOnceWithTheServersReason() throws Exception {
        server.failNext(
                Integer.MAX_VALUE, CallStatus.INVALID_ARGUMENT.withDescription("column clicks changed its type"));
        try (var harness = harness(LINEAGE, 1, null)) {
            assertThatThrownBy(() -> harness.processElement(new StreamRecord<>(entry(0, 1))))
                    .isInstanceOf(LivePushException.class)
                    .hasMessageContaining("table ledger")
                    .hasMessageContaining("column clicks changed its type");
            server.failNext(0, CallStatus.UNAVAILABLE);
        }
    }

    @Test
    void jobThatBeginsWhileTheServerIsAwayFailsAndSaysWhatToDo() throws Exception {
        server.failNextOpenings(Integer.MAX_VALUE);
        assertThatThrownBy(() -> harness(LINEAGE, 1, null, Duration.ofMillis(300)))
                .isInstanceOf(LivePushException.class)
                .hasMessageContaining("subtask 0 of live-ledger begins")
                .hasMessageContaining("live.max-outage");
    }

    @Test
    void outageWhileNoBarrierWaitsFailsNothing() throws Exception {
        server.failNext(4, CallStatus.UNAVAILABLE); // pauses of 100, 200, 400 and 800 ms
        try (var harness = harness(LINEAGE, 1, null, Duration.ofMillis(300))) {
            harness.processElement(new StreamRecord<>(entry(0, 1)));
            assertThat(puts).hasSize(1);
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
        assertThat(puts).last().satisfies(put -> {
            assertThat(put.header().seq()).isZero();
            assertThat(put.header().token()).as("of the second opening").isEqualTo(2);
            assertThat(put.header().epoch()).isEqualTo(4);
        });
        assertThat(server.openings())
                .extracting(WriterOpening::restoredEpoch, WriterOpening::lineage)
                .containsExactly(tuple(0L, LINEAGE), tuple(3L, LINEAGE));
    }

    @Test
    void endOfTheInputIsToldAtOnceAndNothingAfterIt() throws Exception {
        try (var harness = harness(LINEAGE, 100, null)) {
            harness.prepareSnapshotPreBarrier(4);
            harness.processElement(new StreamRecord<>(entry(0, 1)));
            harness.getOperator().finish();
            harness.prepareSnapshotPreBarrier(6);
            assertThat(puts).hasSize(2);
            assertThat(harness.extractOutputValues())
                    .extracting(LivePrepared::epoch, LivePrepared::isEnded, LivePrepared::rows)
                    .containsExactly(tuple(4L, false, 0L), tuple(5L, true, 1L));
        }
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

    /** {@code partition:received} of each row. */
    private static List<String> received(Put put) {
        return put.rows().stream()
                .map(row -> row.split("\\|", -1))
                .map(columns -> columns[1] + ":" + columns[4])
                .toList();
    }

    private static LedgerEntry entry(int partition, long received) {
        return new LedgerEntry("clicks", partition, 1, 0, 0, received, 0, 0, 0, 0, 0, 0, 0);
    }

    private OneInputStreamOperatorTestHarness<LedgerEntry, LivePrepared> harness(
            String lineage, int batchRows, OperatorSubtaskState snapshot) throws Exception {
        return harness(lineage, batchRows, snapshot, Duration.ofSeconds(60));
    }

    private OneInputStreamOperatorTestHarness<LedgerEntry, LivePrepared> harness(
            String lineage, int batchRows, OperatorSubtaskState snapshot, Duration maxOutage) throws Exception {
        var settings = new LivePushOperator.Settings(
                server.uri(), lineage, Duration.ofSeconds(1), batchRows, maxOutage, 64 << 20);
        var harness = new OneInputStreamOperatorTestHarness<LedgerEntry, LivePrepared>(
                new LivePushOperator<>(settings, new LiveLedger(), OperatorUid.LIVE_LEDGER));
        harness.setup();
        if (snapshot != null) {
            harness.setRestoredCheckpointId(3);
            harness.initializeState(snapshot);
        }
        harness.open();
        return harness;
    }
}
