package io.openclickstream.quickstart.flink;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Flink in this process for one bounded job. It never restores and never restarts: a bounded Kafka source hangs after a
 * restore (FLINK-31006), and what is computed like this can be computed again.
 *
 * @param dataFolder for temporary files and checkpoints
 * @param parallelism subtasks and slots
 */
record BoundedFlink(Path dataFolder, int parallelism) {
    /** Files become visible with a checkpoint, the last ones only with one after the end. */
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(2);

    /** Adds a job to an environment. */
    @FunctionalInterface
    interface Job {
        void connect(StreamExecutionEnvironment env) throws Exception;
    }

    /** Runs a job to its end. */
    JobExecutionResult run(String name, Job job) throws Exception {
        Configuration settings = settings();
        Files.createDirectories(dataFolder);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(settings);
        job.connect(env);
        var graph = env.getStreamGraph();
        graph.setJobName(name);
        JobGraph jobGraph = graph.getJobGraph();
        MiniClusterConfiguration cluster = new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(parallelism)
                .build();
        try (MiniCluster flink = new MiniCluster(cluster)) {
            flink.start();
            flink.submitJob(jobGraph).get();
            JobResult result = flink.requestJobResult(jobGraph.getJobID()).get();
            return result.toJobExecutionResult(BoundedFlink.class.getClassLoader());
        }
    }

    private Configuration settings() {
        Configuration settings = new Configuration();
        settings.set(CoreOptions.TMP_DIRS, dataFolder.toAbsolutePath().toString());
        settings.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
        settings.set(TaskManagerOptions.NUM_TASK_SLOTS, parallelism);
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
        settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(32));
        settings.set(RestOptions.ADDRESS, "127.0.0.1");
        settings.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        settings.set(RestOptions.BIND_PORT, "0");
        settings.set(JobManagerOptions.SLOT_REQUEST_TIMEOUT, Duration.ofMinutes(2));
        settings.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        settings.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        settings.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                dataFolder.resolve("checkpoints").toUri().toString());
        settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        return settings;
    }
}
