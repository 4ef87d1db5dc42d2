package io.openclickstream.pipeline.sink.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.pipeline.TestCluster;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.LivePrepared;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.checkpoint.CheckpointFailureReason;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.FailedCheckpointStats;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A Flight server that is away for longer than a checkpoint waits, on a real Flink cluster. */
class LiveOutageTest {
    private static final int PARTITIONS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @RegisterExtension
    static final MiniClusterExtension FLINK = TestCluster.withSlots(1);

    @Test
    void checkpointFailsAndTheJobWaitsAndLosesNothing(@InjectMiniCluster MiniCluster cluster) throws Exception {
        try (KeepingFlightServer server = new KeepingFlightServer()) {
            JobClient job = start(server);
            await().atMost(PATIENCE).until(() -> !server.commits().isEmpty());

            // Commits are taken: an outage that begins between a put and its commit holds the committer up, and the
            // checkpoint after it is not declined, but expires.
            server.refusePuts(true);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(lastFailure(cluster, job))
                    .isEqualTo(CheckpointFailureReason.CHECKPOINT_DECLINED.message()));
            int puts = server.puts().size();
            int commits = server.commits().size();

            server.refusePuts(false);
            await().atMost(PATIENCE).until(() -> server.commits().size() > commits + 1);
            assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
            assertThat(server.openings()).as("starts of the writer").hasSize(1);
            assertThat(server.puts()).hasSizeGreaterThan(puts);
            job.cancel().get();
            // It goes on until its tasks have ended, and must not lose the server before.
            await().atMost(PATIENCE).until(() -> job.getJobStatus().get().isGloballyTerminalState());
            assertNothingIsMissing(server);
        }
    }

    /** Every batch came once and in its order, and no row before the last one of its partition was left out. */
    private static void assertNothingIsMissing(KeepingFlightServer server) {
        Map<Integer, Long> last = new HashMap<>();
        long seq = 0;
        for (KeepingFlightServer.Put put : server.puts()) {
            assertThat(put.header().seq()).isEqualTo(seq++);
            for (String row : put.rows()) {
                String[] columns = row.split("\\|", -1);
                last.merge(Integer.valueOf(columns[1]), Long.valueOf(columns[3]), Math::max);
            }
        }
        long read = last.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        assertThat(last).hasSize(PARTITIONS);
        assertThat(last.values())
                .as("the latest row of each partition, up to the last batch")
                .allSatisfy(latest -> assertThat(latest).isGreaterThan(read - PARTITIONS));
    }

    private static String lastFailure(MiniCluster cluster, JobClient job) throws Exception {
        CheckpointStatsSnapshot checkpoints =
                cluster.getExecutionGraph(job.getJobID()).get().getCheckpointStatsSnapshot();
        AbstractCheckpointStats failed = checkpoints.getHistory().getLatestFailedCheckpoint();
        return failed instanceof FailedCheckpointStats stats ? String.valueOf(stats.getFailureMessage()) : "none";
    }

    private static JobClient start(KeepingFlightServer server) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.configure(new Configuration()
                .set(RestartStrategyOptions.RESTART_STRATEGY, "none") // a task that fails ends the job
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100))
                .set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 1_000));
        env.setParallelism(1);
        // Rows are only put before barriers.
        var live = new LivePushOperator.Settings(
                server.uri(),
                new UUID(1, 2).toString(),
                Duration.ofDays(1),
                1_000_000,
                Duration.ofMillis(300),
                64 << 20);
        var entries = new DataGeneratorSource<>(
                LiveOutageTest::entry,
                Long.MAX_VALUE,
                RateLimiterStrategy.perSecond(500),
                TypeInformation.of(LedgerEntry.class));
        env.fromSource(entries, WatermarkStrategy.noWatermarks(), "entries")
                .transform(
                        "writer",
                        TypeInformation.of(LivePrepared.class),
                        new LivePushOperator<>(live, new LiveLedger(), OperatorUid.LIVE_LEDGER))
                .global()
                .transform("committer", Types.VOID, new LiveCommitOperator(live, Set.of(OperatorUid.LIVE_LEDGER.uid())))
                .setParallelism(1);
        return env.executeAsync("outage");
    }

    private static LedgerEntry entry(long index) {
        return new LedgerEntry("clicks", (int) (index % PARTITIONS), 1, 0, index, 1, 1, 0, 0, 0, 0, 0, 0);
    }
}
