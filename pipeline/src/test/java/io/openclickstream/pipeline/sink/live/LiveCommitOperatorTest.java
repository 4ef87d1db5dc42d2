package io.openclickstream.pipeline.sink.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LivePrepared;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.arrow.flight.CallStatus;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When epochs are committed, against a real Flight server that keeps what it is told. */
class LiveCommitOperatorTest {
    private static final String LINEAGE = new UUID(1, 2).toString();

    private KeepingFlightServer server;

    @BeforeEach
    void start() throws IOException {
        server = new KeepingFlightServer();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void epochIsCommittedWhenItsCheckpointIsCompleteWithAllThatWritersPut() throws Exception {
        try (var harness = harness(null, 0)) {
            prepare(harness, lane("a", 0, 2, 5, 1), lane("a", 1, 2, 5, 2), lane("b", 0, 1, 5, 3));
            harness.snapshot(5, 0);
            assertThat(server.commits()).isEmpty();
            harness.notifyOfCompletedCheckpoint(5);
            assertThat(server.commits())
                    .containsExactly(new EpochCommit(
                            1,
                            LINEAGE,
                            5,
                            List.of(
                                    lane("a", 0, 2, 5, 1).lane(),
                                    lane("a", 1, 2, 5, 2).lane(),
                                    lane("b", 0, 1, 5, 3).lane())));
            harness.notifyOfCompletedCheckpoint(5);
            assertThat(server.commits()).as("told once").hasSize(1);
        }
    }

    @Test
    void laterEpochIncludesThoseThatNobodyHeardOf() throws Exception {
        try (var harness = harness(null, 0)) {
            prepare(harness, lane("a", 0, 1, 5, 1), lane("b", 0, 1, 5, 1));
            prepare(harness, lane("a", 0, 1, 6, 2), lane("b", 0, 1, 6, 2));
            prepare(harness, lane("a", 0, 1, 7, 3), lane("b", 0, 1, 7, 3));
            harness.notifyOfCompletedCheckpoint(6);
            assertThat(epochs()).containsExactly(6L);
            harness.getOperator().notifyCheckpointAborted(7);
            harness.notifyOfCompletedCheckpoint(7);
            assertThat(epochs()).containsExactly(6L);
        }
    }

    @Test
    void afterARestoreTheEpochIsCommittedAgainBeforeAnythingElse() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness(null, 0)) {
            prepare(harness, lane("a", 0, 1, 5, 1), lane("b", 0, 1, 5, 1));
            snapshot = harness.snapshot(5, 0);
        }
        try (var harness = harness(snapshot, 5)) {
            assertThat(epochs()).containsExactly(5L);
            harness.snapshot(6, 0);
            harness.notifyOfCompletedCheckpoint(6);
            assertThat(epochs()).containsExactly(5L);
        }
    }

    @Test
    void epochWaitsForEveryWriterAlsoWhenTheBarrierCameFirst() throws Exception {
        try (var harness = harness(null, 0)) {
            prepare(harness, lane("a", 0, 2, 5, 1), lane("b", 0, 1, 5, 1));
            harness.snapshot(5, 0);
            harness.notifyOfCompletedCheckpoint(5);
            assertThat(server.commits()).isEmpty();
            prepare(harness, lane("a", 1, 2, 5, 1));
            assertThat(epochs()).containsExactly(5L);
        }
    }

    @Test
    void subtaskWhoseInputHasEndedIsPartOfLaterEpochsUntilItBeginsAnew() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness(null, 0)) {
            prepare(harness, lane("a", 0, 2, 5, 8), lane("a", 1, 2, 5, 1), lane("b", 0, 1, 5, 1));
            prepare(harness, ended(lane("a", 0, 2, 6, 9)));
            harness.notifyOfCompletedCheckpoint(5);
            assertThat(server.commits().get(0).lanes())
                    .contains(lane("a", 0, 2, 5, 8).lane());
            prepare(harness, lane("a", 1, 2, 7, 3), lane("b", 0, 1, 7, 1));
            snapshot = harness.snapshot(7, 0);
            harness.notifyOfCompletedCheckpoint(7);
            assertThat(epochs()).containsExactly(5L, 7L);
            assertThat(server.commits().get(1).lanes())
                    .contains(lane("a", 0, 2, 6, 9).lane())
                    .hasSize(3);
            prepare(harness, ended(lane("a", 1, 2, 8, 3)), ended(lane("b", 0, 1, 8, 1)));
            harness.notifyOfCompletedCheckpoint(9);
            assertThat(epochs()).as("also when nobody is left").containsExactly(5L, 7L, 9L);
        }
        try (var harness = harness(snapshot, 7)) { // scaled in: nothing of subtask 0 of 2 counts any more
            prepare(harness, lane("a", 0, 1, 8, 1), lane("b", 0, 1, 8, 1));
            harness.notifyOfCompletedCheckpoint(8);
            assertThat(server.commits())
                    .last()
                    .extracting(commit -> commit.lanes().size())
                    .isEqualTo(2);
        }
    }

    @Test
    void serverThatIsAwayOrWhoseAnswerIsLostIsToldAgainAndARefusalFails() throws Exception {
        try (var harness = harness(null, 0)) {
            prepare(harness, lane("a", 0, 1, 5, 1), lane("b", 0, 1, 5, 1));
            server.failNext(2, CallStatus.UNAVAILABLE);
            harness.notifyOfCompletedCheckpoint(5);
            assertThat(epochs()).containsExactly(5L);
            server.loseNextAnswer();
            prepare(harness, lane("a", 0, 1, 6, 1), lane("b", 0, 1, 6, 1));
            harness.notifyOfCompletedCheckpoint(6);
            assertThat(epochs()).containsExactly(5L, 6L, 6L);
        }
        server.failNext(1, CallStatus.INVALID_ARGUMENT.withDescription("here are 7 rows"));
        try (var harness = harness(null, 0)) {
            prepare(harness, lane("a", 0, 1, 5, 1), lane("b", 0, 1, 5, 1));
            assertThatThrownBy(() -> harness.notifyOfCompletedCheckpoint(5))
                    .isInstanceOf(LivePushException.class)
                    .hasMessageContaining("refuses the commit of epoch 5")
                    .hasMessageContaining("here are 7 rows");
        }
    }

    private List<Long> epochs() {
        return server.commits().stream().map(EpochCommit::epoch).toList();
    }

    private static void prepare(OneInputStreamOperatorTestHarness<LivePrepared, Void> harness, LivePrepared... lanes)
            throws Exception {
        for (LivePrepared lane : lanes) {
            harness.processElement(new StreamRecord<>(lane));
        }
    }

    private static LivePrepared lane(String writer, int subtask, int parallelism, long epoch, long batches) {
        return new LivePrepared(
                LINEAGE, epoch, writer, subtask, parallelism, 1, subtask + 1, "table", batches, 9, -7, false);
    }

    private static LivePrepared ended(LivePrepared lane) {
        return new LivePrepared(
                lane.lineage(),
                lane.epoch(),
                lane.writer(),
                lane.subtask(),
                lane.parallelism(),
                lane.lanes(),
                lane.token(),
                lane.table(),
                lane.batches(),
                lane.rows(),
                lane.digest(),
                true);
    }

    private OneInputStreamOperatorTestHarness<LivePrepared, Void> harness(
            OperatorSubtaskState snapshot, long restoredEpoch) throws Exception {
        var settings = new LivePushOperator.Settings(
                server.uri(), LINEAGE, Duration.ofSeconds(1), 100, Duration.ofSeconds(60), 64 << 20);
        var harness = new OneInputStreamOperatorTestHarness<LivePrepared, Void>(
                new LiveCommitOperator(settings, Set.of("a", "b")));
        harness.setup();
        if (snapshot != null) {
            harness.setRestoredCheckpointId(restoredEpoch);
            harness.initializeState(snapshot);
        }
        harness.open();
        return harness;
    }
}
