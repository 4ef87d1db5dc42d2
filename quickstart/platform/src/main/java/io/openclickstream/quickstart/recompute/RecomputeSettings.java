package io.openclickstream.quickstart.recompute;

import io.openclickstream.options.ByteSize;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is recomputed, and how.
 *
 * @param root the checkout, where the built modules are
 * @param lake whose result is computed again
 * @param backfill whose rows are computed again; null for those of the job
 * @param kafka brokers as {@code HOST:PORT}; null when clicks come from the lake
 * @param target where the result goes; an empty folder, made when it is not there
 * @param parallelism subtasks of the Flink job
 * @param memory of the process; sessions are held in it until they are final
 * @param pipelineOptions the job's options, by dotted name; those that say from where to where do not count
 */
public record RecomputeSettings(
        Path root,
        Path lake,
        @Nullable String backfill,
        @Nullable String kafka,
        Path target,
        int parallelism,
        ByteSize memory,
        Map<String, String> pipelineOptions) {
    /** Pipeline options that a recomputation sets itself. */
    public static final Set<String> TAKEN =
            Set.of("lake.uri", "live.uri", "kafka.bootstrap-servers", "kafka.topic", "kafka.bounded");

    public RecomputeSettings {
        Map<String, String> own = new HashMap<>(pipelineOptions);
        own.keySet().removeAll(TAKEN);
        pipelineOptions = Map.copyOf(own);
    }

    /** What the job has written, computed again. */
    public RecomputeSettings(
            Path root,
            Path lake,
            @Nullable String kafka,
            Path target,
            int parallelism,
            ByteSize memory,
            Map<String, String> pipelineOptions) {
        this(root, lake, null, kafka, target, parallelism, memory, pipelineOptions);
    }

    /** Where clicks come from. */
    public ClicksFrom from() {
        return kafka == null ? ClicksFrom.LAKE : ClicksFrom.KAFKA;
    }
}
