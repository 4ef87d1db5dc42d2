package io.openclickstream.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.pipeline.sink.live.LiveAccess;
import io.openclickstream.pipeline.sink.live.LiveCommitOperator;
import io.openclickstream.pipeline.sink.live.LiveLedger;
import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.LivePrepared;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ForkJoinPool;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.checkpoint.EmbeddedCompletedCheckpointStore;
import org.apache.flink.runtime.checkpoint.PerJobCheckpointRecoveryFactory;
import org.apache.flink.runtime.highavailability.nonha.embedded.EmbeddedHaServicesWithLeadershipControl;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.TestingMiniCluster;
import org.apache.flink.runtime.minicluster.TestingMiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job manager alone is lost, again and again, while the process of the tasks lives: another one takes the leadership over
 * and restarts them from the latest checkpoint. On a real Flink cluster, with the Flight server itself.
 */
class LostJobManagerTest {
    private static final int PARALLELISM = 2;
    private static final int LOSSES = 4;
    private static final int EPOCHS_COMPARED = 5;
    private static final int EPOCHS_KEPT = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    @Test
    void everyKeptEpochIsWhatCameBeforeItsBarriers() throws Exception {
        var leadership = new EmbeddedHaServicesWithLeadershipControl(ForkJoinPool.commonPool(), checkpointsThatStay());
        try (RealServer server = new RealServer(folder, EPOCHS_KEPT);
                TestingMiniCluster cluster = TestingMiniCluster.newBuilder(configuration())
                        .setHighAvailabilityServicesSupplier(() -> leadership)
                        .build()) {
            cluster.start();
            JobID job = cluster.submitJob(graph(server.port())).get().getJobID();
            for (int loss = 1; loss <= LOSSES; loss++) {
                awaitMoreEpochs(server);
                leadership.revokeJobMasterLeadership(job).get();
                await().atMost(PATIENCE).until(() -> BarrierProbe.running() == 0);
                int restored = BarrierProbe.restored() + PARALLELISM;
                leadership.grantJobMasterLeadership(job).get();
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(cluster.getJobStatus(job).get()).isEqualTo(JobStatus.RUNNING);
                    assertThat(BarrierProbe.restored()).isGreaterThanOrEqualTo(restored);
                    assertThat(BarrierProbe.running()).isEqualTo(PARALLELISM);
                });
                awaitMoreEpochs(server);
                assertEveryEpochIsRight(server);
            }
            assertThat(cluster.getJobStatus(job).get()).isEqualTo(JobStatus.RUNNING);
            cluster.cancelJob(job).get();
            await().atMost(PATIENCE).until(() -> BarrierProbe.running() == 0);
            assertEveryEpochIsRight(server);
        }
    }

    private static void assertEveryEpochIsRight(RealServer server) throws Exception {
        List<Long> kept = keptEpochs(server);
        assertThat(BarrierProbe.rows(kept.get(kept.size() - 1))).isNotEmpty();
        // The newest of them: older ones may leave before they are read.
        for (long epoch : kept.subList(Math.max(0, kept.size() - EPOCHS_COMPARED), kept.size())) {
            assertThat(server.committed(null, "ledger", epoch))
                    .as("epoch %d", epoch)
                    .isEqualTo(BarrierProbe.rows(epoch));
        }
    }

    private static void awaitMoreEpochs(RealServer server) throws Exception {
        long known = newestEpoch(server);
        await().atMost(PATIENCE).until(() -> newestEpoch(server) > known + 1);
    }

    private static long newestEpoch(RealServer server) throws Exception {
        List<Long> kept = keptEpochs(server);
        return kept.isEmpty() ? 0 : kept.get(kept.size() - 1);
    }

    private static List<Long> keptEpochs(RealServer server) throws Exception {
        return server.keptEpochs().values().stream().flatMap(List::stream).toList();
    }

    /** Those of a job manager that is lost are there for the next one. */
    private static PerJobCheckpointRecoveryFactory<EmbeddedCompletedCheckpointStore> checkpointsThatStay() {
        return new PerJobCheckpointRecoveryFactory<>((most, previous, states, io, claim) -> previous == null
                ? new EmbeddedCompletedCheckpointStore(most)
                : new EmbeddedCompletedCheckpointStore(
                        most, previous.getAllCheckpoints(), states.create(io, previous.getAllCheckpoints(), claim)));
    }

    private static TestingMiniClusterConfiguration configuration() {
        return TestingMiniClusterConfiguration.newBuilder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(PARALLELISM)
                .setConfiguration(new Configuration()
                        .set(JobManagerOptions.SLOT_REQUEST_TIMEOUT, PATIENCE)
                        // After that it is refused at once what is not free at once, as for a moment after a loss.
                        .set(ResourceManagerOptions.STANDALONE_CLUSTER_STARTUP_PERIOD_TIME, Duration.ofDays(1)))
                .build();
    }

    private static JobGraph graph(int port) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.configure(new Configuration()
                .set(RestartStrategyOptions.RESTART_STRATEGY, "none") // a task that fails ends the job
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200)));
        env.setParallelism(PARALLELISM);
        var live = new LivePushOperator.Settings(
                URI.create("grpc://127.0.0.1:" + port),
                LiveAccess.OPEN,
                new UUID(9, 9).toString(),
                Duration.ofMillis(50),
                100,
                PATIENCE,
                64 << 20);
        var steps = new DataGeneratorSource<>(
                LostJobManagerTest::step,
                Long.MAX_VALUE,
                RateLimiterStrategy.perSecond(1_000),
                TypeInformation.of(LedgerEntry.class));
        env.fromSource(steps, WatermarkStrategy.noWatermarks(), "steps")
                .transform("probe", TypeInformation.of(LedgerEntry.class), new BarrierProbe())
                .transform(
                        "writer",
                        TypeInformation.of(LivePrepared.class),
                        new LivePushOperator<>(live, new LiveLedger(), OperatorUid.LIVE_LEDGER))
                .global()
                .transform("committer", Types.VOID, new LiveCommitOperator(live, Set.of(OperatorUid.LIVE_LEDGER.uid())))
                .setParallelism(1);
        return env.getStreamGraph().getJobGraph();
    }

    /** Each subtask counts on in its own half of all numbers, and in partitions of its own. */
    private static LedgerEntry step(long number) {
        boolean isFirstHalf = number < Long.MAX_VALUE / 2;
        int partition = (int) (number % 4) + (isFirstHalf ? 0 : 4);
        return new LedgerEntry("clicks", partition, 1, 0, number, 1, 1, 0, 0, 0, 0, 0, 0);
    }
}
