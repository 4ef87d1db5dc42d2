package io.openclickstream.load.operator;

import io.openclickstream.load.sidebyside.Digest;
import io.openclickstream.pipeline.StateSettings;
import io.openclickstream.pipeline.source.WireType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** A Flink of one slot in this JVM, in which an operator runs in a job of nothing but a feed, itself and a sink. */
final class OperatorCluster implements AutoCloseable {
    private static final int MAX_PARALLELISM = 128;
    private static final long LONGEST_STEP_MINUTES = 30;

    private final Configuration settings;
    private final MiniCluster cluster;
    private final List<String> vertices = new ArrayList<>();

    private OperatorCluster(Configuration settings) {
        this.settings = settings;
        cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(1)
                .setConfiguration(settings)
                .build());
    }

    /**
     * Starts it.
     *
     * @param backend {@code hashmap} or {@code rocksdb}
     * @param compresses whether checkpoints are compressed where the backend does not do so itself
     */
    static OperatorCluster start(String backend, Path checkpoints, boolean compresses) throws Exception {
        Configuration settings = new Configuration();
        settings.set(RestOptions.BIND_PORT, "0");
        settings.set(JobManagerOptions.SLOT_REQUEST_TIMEOUT, Duration.ofMinutes(2));
        // A job has ended a little before its slot is free. The next one waits for it while the cluster counts as
        // starting; afterwards it would be refused.
        settings.set(ResourceManagerOptions.STANDALONE_CLUSTER_STARTUP_PERIOD_TIME, Duration.ofDays(1));
        settings.set(StateBackendOptions.STATE_BACKEND, backend);
        settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(512));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(16));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(16));
        settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        StateSettings.addTo(settings); // for all contestants
        settings.set(ExecutionOptions.SNAPSHOT_COMPRESSION, compresses);
        settings.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofMinutes(LONGEST_STEP_MINUTES));
        settings.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        settings.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        settings.set(PipelineOptions.OBJECT_REUSE, true);
        settings.set(PipelineOptions.GENERIC_TYPES, true);
        OperatorCluster cluster = new OperatorCluster(settings);
        cluster.cluster.start();
        return cluster;
    }

    /** The tasks that the last job was made of. */
    List<String> vertices() {
        return List.copyOf(vertices);
    }

    /**
     * Starts a job and returns when it is accepted.
     *
     * @param restoreFrom a checkpoint's path; null to begin with nothing
     */
    JobID submit(Contestant contestant, FeedSource source, @Nullable String restoreFrom) throws Exception {
        Course.reset();
        StreamExecutionEnvironment env = new StreamExecutionEnvironment(settings);
        env.setParallelism(1);
        env.setMaxParallelism(MAX_PARALLELISM);
        contestant.connect(env.fromSource(source, WatermarkStrategy.noWatermarks(), "feed", WireType.RECEIVED_CLICK)
                .uid("feed"));
        JobGraph graph = env.getStreamGraph().getJobGraph();
        if (restoreFrom != null) {
            graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(restoreFrom, false));
        }
        vertices.clear();
        for (JobVertex vertex : graph.getVertices()) {
            vertices.add(vertex.getParallelism() + " x " + vertex.getName());
        }
        if (vertices.size() != 1) {
            throw new IllegalStateException("Feed, operator and sink must be one task, but are " + vertices);
        }
        return cluster.submitJob(graph).get().getJobID();
    }

    /** Runs a job to its end and returns the time from its first click until everything was put out. */
    Stopwatch runToTheEnd(Contestant contestant, FeedSource source) throws Exception {
        Digest.reset();
        JobID job = submit(contestant, source, null);
        failUnlessFine(cluster.requestJobResult(job).get(LONGEST_STEP_MINUTES, TimeUnit.MINUTES));
        Stopwatch end = Course.end();
        if (end == null) {
            throw new IllegalStateException("The job has ended before its sink has.");
        }
        return end.since(Course.starts().get(0));
    }

    /** Waits until a job stands before the click at a position. */
    Stopwatch awaitStop(JobID job, long position) throws Exception {
        CompletableFuture<Stopwatch> stopped = Course.reached(position);
        CompletableFuture<JobResult> ended = cluster.requestJobResult(job);
        CompletableFuture.anyOf(stopped, ended).get(LONGEST_STEP_MINUTES, TimeUnit.MINUTES);
        if (ended.isDone()) {
            failUnlessFine(ended.get());
            throw new IllegalStateException("The job has ended before position " + position + ".");
        }
        return stopped.get();
    }

    /** Takes a checkpoint and returns when it is complete. */
    CompletedCheckpointStats checkpoint(JobID job) throws Exception {
        long id = cluster.triggerCheckpoint(job, CheckpointType.CONFIGURED).get(LONGEST_STEP_MINUTES, TimeUnit.MINUTES);
        var statistics = cluster.getExecutionGraph(job).get().getCheckpointStatsSnapshot();
        if (statistics == null
                || !(statistics.getHistory().getCheckpointById(id) instanceof CompletedCheckpointStats completed)) {
            throw new IllegalStateException("Checkpoint " + id + " is not complete.");
        }
        return completed;
    }

    /** Stops a job; what it has put out since its last checkpoint is as good as not done. */
    void cancel(JobID job) throws Exception {
        cluster.cancelJob(job).get();
        cluster.requestJobResult(job).get(LONGEST_STEP_MINUTES, TimeUnit.MINUTES);
    }

    private static void failUnlessFine(JobResult result) {
        result.getSerializedThrowable().ifPresent(failure -> {
            throw new IllegalStateException(
                    "The job has failed.", failure.deserializeError(OperatorCluster.class.getClassLoader()));
        });
    }

    @Override
    public void close() throws Exception {
        cluster.close();
    }
}
