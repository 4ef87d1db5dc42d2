package io.openclickstream.quickstart.flink;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RestartStrategyOptions.RestartStrategyType;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.CheckpointingMode;

/** Flink's own settings for one machine: exactly once, a checkpoint every few seconds, restarts with back-off. */
final class FlinkSettings {
    private FlinkSettings() {}

    static Configuration of(LocalFlinkOptions options) {
        Configuration settings = new Configuration();
        Path temporary = options.dataFolder().toAbsolutePath().resolve("tmp");
        settings.set(CoreOptions.TMP_DIRS, temporary.toString());
        settings.set(WebOptions.TMP_DIR, temporary.toString());
        settings.set(CoreOptions.DEFAULT_PARALLELISM, options.parallelism());
        settings.set(TaskManagerOptions.NUM_TASK_SLOTS, options.parallelism());
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
        settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(32));
        // A page in a browser must not be able to stop what the platform would only start again.
        settings.set(WebOptions.SUBMIT_ENABLE, false);
        settings.set(WebOptions.CANCEL_ENABLE, false);
        settings.set(RestOptions.ADDRESS, "127.0.0.1");
        settings.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        settings.set(RestOptions.PORT, options.restPort());
        settings.set(RestOptions.BIND_PORT, String.valueOf(options.restPort()));
        settings.set(JobManagerOptions.SLOT_REQUEST_TIMEOUT, Duration.ofSeconds(30));
        checkpoints(settings, options);
        restarts(settings);
        settings.setString("s3.endpoint", options.s3Endpoint());
        settings.setString("s3.path.style.access", "true");
        settings.setString("s3.access-key", options.accessKey());
        settings.setString("s3.secret-key", options.secretKey());
        Map<String, String> given = options.settings();
        if (given != null) {
            given.forEach(settings::setString);
        }
        return settings;
    }

    private static void checkpoints(Configuration settings, LocalFlinkOptions options) {
        settings.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, options.checkpointInterval());
        settings.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, options.checkpointUri());
        settings.set(CheckpointingOptions.SAVEPOINT_DIRECTORY, options.savepointUri());
        settings.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        settings.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 2);
        settings.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofMinutes(2));
        settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 3);
    }

    private static void restarts(Configuration settings) {
        settings.set(RestartStrategyOptions.RESTART_STRATEGY, RestartStrategyType.EXPONENTIAL_DELAY.getMainValue());
        settings.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF, Duration.ofMillis(500));
        settings.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, Duration.ofSeconds(10));
        settings.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
                Duration.ofMinutes(1));
    }
}
