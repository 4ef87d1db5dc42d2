package io.openclickstream.load.sidebyside;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** A Flink in this JVM with the settings that all jobs have which are measured whole. */
public final class LocalJob {
    public static final int PARALLELISM = 2;
    public static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);

    private LocalJob() {}

    /** Adds a job to the environment and runs it to its end. */
    @FunctionalInterface
    public interface Work {
        void run(StreamExecutionEnvironment env) throws Exception;
    }

    /**
     * Runs a job to its end.
     *
     * @param backend {@code hashmap} or {@code rocksdb}
     * @param checkpoints folder for them
     * @return the tasks that it became, each with its parallelism
     */
    public static List<String> run(Work work, String backend, Path checkpoints) throws Exception {
        Configuration settings = new Configuration();
        settings.set(RestOptions.BIND_PORT, "0");
        settings.set(JobManagerOptions.SLOT_REQUEST_TIMEOUT, Duration.ofMinutes(2));
        settings.set(StateBackendOptions.STATE_BACKEND, backend);
        settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(512));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        settings.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        settings.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        Vertices env = new Vertices(settings);
        env.setParallelism(PARALLELISM);
        work.run(env);
        return env.shown;
    }

    /** Remembers what the job became: a shuffle that is not there looks twice as fast. */
    private static final class Vertices extends LocalStreamEnvironment {
        private final List<String> shown = new ArrayList<>();

        Vertices(Configuration settings) {
            super(settings);
        }

        @Override
        public org.apache.flink.api.common.JobExecutionResult execute(StreamGraph graph) throws Exception {
            StreamExecutionEnvironment.getExecutionEnvironment();
            graph.getJobGraph()
                    .getVertices()
                    .forEach(vertex -> shown.add(vertex.getParallelism() + " x " + vertex.getName()));
            return super.execute(graph);
        }
    }
}
