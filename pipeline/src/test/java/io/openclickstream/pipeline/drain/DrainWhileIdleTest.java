package io.openclickstream.pipeline.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.pipeline.ReleaseJob;
import io.openclickstream.pipeline.TestCluster;
import io.openclickstream.pipeline.sink.live.KeepingFlightServer;
import io.openclickstream.pipeline.source.ClickSource;
import io.openclickstream.pipeline.source.WireType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trap T12: a drain makes everything final, however long every partition has been silent. On a real Flink cluster. */
class DrainWhileIdleTest {
    private static final int PARTITIONS = 5;
    private static final Duration IDLE_TIMEOUT = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @RegisterExtension
    static final MiniClusterExtension FLINK = TestCluster.withSlots(3);

    @TempDir
    Path folder;

    @BeforeEach
    void writeCatalog() throws Exception {
        Files.writeString(Files.createDirectory(folder.resolve("metrics")).resolve("daily_sessions.sql"), """
                SELECT site_id, COUNT(*) AS sessions
                FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(end_time), INTERVAL '1' DAY))
                GROUP BY window_start, window_end, site_id
                """);
    }

    /** One subtask with all partitions, or three with two, two and one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void makesEverySessionAndWindowFinal(int parallelism, @InjectMiniCluster MiniCluster cluster) throws Exception {
        try (KeepingFlightServer flight = new KeepingFlightServer();
                Run run = new Run(cluster, parallelism, null, flight)) {
            run.awaitIdle(PARTITIONS);
            assertThat(finalSessions(flight))
                    .as("sessions that are final before the drain")
                    .isLessThan(PARTITIONS);
            run.stop(true);
            assertAllIsFinal(flight);
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 1", "1, 3"})
    void doesSoInAJobThatHasReadNothingSinceItWasRestored(
            int before, int afterwards, @InjectMiniCluster MiniCluster cluster) throws Exception {
        try (KeepingFlightServer flight = new KeepingFlightServer()) {
            String savepoint;
            try (Run stopped = new Run(cluster, before, null, flight)) {
                stopped.awaitIdle(PARTITIONS);
                savepoint = stopped.stop(false);
            }
            assertThat(finalSessions(flight))
                    .as("sessions that are final after a stop without a drain")
                    .isLessThan(PARTITIONS);

            try (Run resumed = new Run(cluster, afterwards, savepoint, flight)) {
                resumed.awaitIdle(0);
                resumed.stop(true);
            }
            assertAllIsFinal(flight);
        }
    }

    private static void assertAllIsFinal(KeepingFlightServer flight) {
        assertThat(finalSessions(flight)).isEqualTo(PARTITIONS);
        // Of one day: the window's bounds, the site, how many sessions, is_closed, is_final, and that it is no delete.
        assertThat(rows(flight, "daily_sessions").filter(row -> row.get(5).equals("true")))
                .extracting(row -> row.get(3))
                .containsExactly(Integer.toString(PARTITIONS));
    }

    private static long finalSessions(KeepingFlightServer flight) {
        return rows(flight, "sessions")
                .filter(row -> row.get(9).equals("true"))
                .map(row -> row.get(0))
                .distinct()
                .count();
    }

    /** The columns of every row that was put. */
    private static Stream<List<String>> rows(KeepingFlightServer flight, String table) {
        return flight.puts().stream()
                .filter(put -> put.header().table().equals(table))
                .flatMap(put -> put.rows().stream())
                .map(row -> List.of(row.split("\\|", -1)));
    }

    /** A job that is cancelled when it was not stopped. */
    private final class Run implements AutoCloseable {
        private final String id = UUID.randomUUID().toString();
        private final MiniCluster cluster;
        private final int parallelism;
        private final JobClient job;

        Run(MiniCluster cluster, int parallelism, @Nullable String savepoint, KeepingFlightServer flight)
                throws Exception {
            this.cluster = cluster;
            this.parallelism = parallelism;
            var configuration = new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none");
            if (savepoint != null) {
                configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
            }
            StreamExecutionEnvironment env = ReleaseJob.environment(configuration);
            env.setParallelism(parallelism);
            var records = env.fromSource(
                            new SilentPartitions(PARTITIONS),
                            ClickSource.watermarks(Duration.ofSeconds(1), IDLE_TIMEOUT),
                            "partitions",
                            WireType.SOURCE_RECORD)
                    .uid("partitions")
                    .transform("probe", WireType.SOURCE_RECORD, new IdleProbe(id))
                    .uid("probe");
            ReleaseJob.connect(records, folder.resolve("metrics"), flight.uri(), new UUID(1, 2).toString())
                    .sinkTo(new DiscardingSink<>())
                    .uid("totals");
            job = env.executeAsync("drain");
        }

        /** Waits until all of it runs, has read so many clicks, and hears no more. */
        void awaitIdle(int clicks) {
            await().atMost(PATIENCE).until(() -> IdleProbe.clicks(id) == clicks);
            await().atMost(PATIENCE).until(() -> IdleProbe.idleSubtasks(id) == parallelism);
            await().atMost(PATIENCE).until(() -> {
                for (AccessExecutionVertex task : cluster.getExecutionGraph(job.getJobID())
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .getAllExecutionVertices()) {
                    if (task.getExecutionState() != ExecutionState.RUNNING) {
                        return false;
                    }
                }
                return true;
            });
        }

        /** Stops with a savepoint and waits for the end of the job. */
        String stop(boolean drains) throws Exception {
            String savepoint = job.stopWithSavepoint(
                            drains, folder.resolve("savepoints").toUri().toString(), SavepointFormatType.CANONICAL)
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            job.getJobExecutionResult().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return savepoint;
        }

        @Override
        public void close() throws Exception {
            if (!job.getJobStatus().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).isGloballyTerminalState()) {
                job.cancel().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                await().atMost(PATIENCE).until(() -> job.getJobStatus()
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .isGloballyTerminalState());
            }
        }
    }
}
