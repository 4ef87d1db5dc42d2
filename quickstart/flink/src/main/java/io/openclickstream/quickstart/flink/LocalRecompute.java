package io.openclickstream.quickstart.flink;

import io.openclickstream.options.OptionsException;
import io.openclickstream.pipeline.PipelineOptions;
import io.openclickstream.pipeline.Recomputation;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flink and a recomputation in this process, to its end: 0 done, 1 failed, 2 an option is wrong. It never restores and
 * never restarts: a bounded Kafka source hangs after a restore (FLINK-31006), and a recomputation can be repeated.
 *
 * <p>Arguments are this program's options, then {@code --}, then the pipeline's. Standard error is for the person who
 * asked; the log goes to standard output.
 */
public final class LocalRecompute {
    private static final Logger log = LoggerFactory.getLogger(LocalRecompute.class);
    private static final String PIPELINE_OPTIONS_FOLLOW = "--";

    /** Files become visible with a checkpoint, the last ones only with one after the end. */
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(2);

    private LocalRecompute() {}

    /** Recomputes and ends. */
    public static void main(String[] args) throws Exception {
        List<String> all = List.of(args);
        int split = all.indexOf(PIPELINE_OPTIONS_FOLLOW);
        List<String> own = split < 0 ? all : all.subList(0, split);
        List<String> pipelines = split < 0 ? List.of() : all.subList(split + 1, all.size());
        int exitCode = LocalRecomputeOptions.PROGRAM.run(
                own.toArray(String[]::new), System.getenv(), options -> start(options, pipelines));
        // Threads of a cluster that did not close must not keep the process alive.
        Runtime.getRuntime().halt(exitCode);
    }

    private static int start(LocalRecomputeOptions options, List<String> pipelineArguments) {
        try {
            PipelineOptions pipeline = PipelineOptions.PROGRAM.read(pipelineArguments, System.getenv());
            run(options, pipeline);
            return 0;
        } catch (OptionsException e) {
            System.err.println(e.getMessage());
            return 2;
        } catch (Exception e) { // whatever it is, the person gets one line and the log the rest
            log.error("the recomputation failed", e);
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.err.println("The recomputation failed: " + cause);
            return 1;
        }
    }

    private static void run(LocalRecomputeOptions options, PipelineOptions pipeline) throws Exception {
        Configuration settings = settings(options);
        Files.createDirectories(options.dataFolder());
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(settings);
        RecomputePlan plan = RecomputePlan.read(options.target());
        if (plan.isFromKafka()) {
            Recomputation.fromKafka(env, pipeline, plan.coverage());
        } else {
            Recomputation.fromLake(env, pipeline, plan.clicksUri(), plan.coverage());
        }
        var graph = env.getStreamGraph();
        graph.setJobName(Recomputation.NAME);
        JobGraph job = graph.getJobGraph();
        MiniClusterConfiguration cluster = new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(options.parallelism())
                .build();
        try (MiniCluster flink = new MiniCluster(cluster)) {
            flink.start();
            flink.submitJob(job).get();
            JobResult result = flink.requestJobResult(job.getJobID()).get();
            result.toJobExecutionResult(LocalRecompute.class.getClassLoader());
        }
        // Last, so that a folder that has it is whole.
        Path finality = options.target().resolve("finality.properties");
        try (Writer file = Files.newBufferedWriter(finality)) {
            Recomputation.finality(pipeline)
                    .store(file, "After which time in milliseconds rows are final, and their keys");
        }
    }

    private static Configuration settings(LocalRecomputeOptions options) {
        Configuration settings = new Configuration();
        settings.set(CoreOptions.TMP_DIRS, options.dataFolder().toAbsolutePath().toString());
        settings.set(CoreOptions.DEFAULT_PARALLELISM, options.parallelism());
        settings.set(TaskManagerOptions.NUM_TASK_SLOTS, options.parallelism());
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
        settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(32));
        settings.set(RestOptions.ADDRESS, "127.0.0.1");
        settings.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        settings.set(RestOptions.BIND_PORT, "0");
        settings.set(JobManagerOptions.SLOT_REQUEST_TIMEOUT, Duration.ofSeconds(30));
        settings.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        settings.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        settings.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                options.dataFolder().resolve("checkpoints").toUri().toString());
        settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        return settings;
    }
}
