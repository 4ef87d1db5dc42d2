package io.openclickstream.quickstart.platform;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What a platform is started with.
 *
 * @param root the checkout, where the built modules are
 * @param folder of all its data
 * @param fresh whether to delete first what is in the folder
 * @param parallelism subtasks of the Flink job, at most the topic's {@value #PARTITIONS} partitions
 * @param checkpointInterval time between the job's checkpoints
 * @param pipelineOptions options of the pipeline that differ from the defaults, by dotted name
 * @param flinkSettings settings of Flink that differ from the platform's, such as {@code state.backend.type}
 * @param flightOptions options of the Flight server that differ from the defaults, by dotted name
 */
public record PlatformSettings(
        Path root,
        Path folder,
        boolean fresh,
        Ports ports,
        int parallelism,
        Duration checkpointInterval,
        Map<String, String> pipelineOptions,
        Map<String, String> flinkSettings,
        Map<String, String> flightOptions) {
    /** Partitions of the topic. */
    public static final int PARTITIONS = 4;

    public PlatformSettings {
        pipelineOptions = Map.copyOf(pipelineOptions);
        flinkSettings = Map.copyOf(flinkSettings);
        flightOptions = Map.copyOf(flightOptions);
    }

    /** The usual settings: two subtasks, a checkpoint every five seconds, no option changed. */
    public static PlatformSettings of(Path root, Path folder, Ports ports) {
        return new PlatformSettings(root, folder, false, ports, 2, Duration.ofSeconds(5), Map.of(), Map.of(), Map.of());
    }

    public PlatformSettings withFresh(boolean newFresh) {
        return new PlatformSettings(
                root,
                folder,
                newFresh,
                ports,
                parallelism,
                checkpointInterval,
                pipelineOptions,
                flinkSettings,
                flightOptions);
    }

    public PlatformSettings withParallelism(int newParallelism) {
        return new PlatformSettings(
                root,
                folder,
                fresh,
                ports,
                newParallelism,
                checkpointInterval,
                pipelineOptions,
                flinkSettings,
                flightOptions);
    }

    public PlatformSettings withCheckpointInterval(Duration newInterval) {
        return new PlatformSettings(
                root, folder, fresh, ports, parallelism, newInterval, pipelineOptions, flinkSettings, flightOptions);
    }

    /** The same with one more option of the pipeline, such as {@code session.gap}. */
    public PlatformSettings withPipelineOption(String name, String value) {
        Map<String, String> options = new HashMap<>(pipelineOptions);
        options.put(name, value);
        return new PlatformSettings(
                root, folder, fresh, ports, parallelism, checkpointInterval, options, flinkSettings, flightOptions);
    }

    /** The same with one more setting of Flink, such as {@code state.backend.type}. */
    public PlatformSettings withFlinkSetting(String name, String value) {
        Map<String, String> more = new HashMap<>(flinkSettings);
        more.put(name, value);
        return new PlatformSettings(
                root, folder, fresh, ports, parallelism, checkpointInterval, pipelineOptions, more, flightOptions);
    }

    /** The same with one more option of the Flight server, such as {@code table.retention}. */
    public PlatformSettings withFlightOption(String name, String value) {
        Map<String, String> options = new HashMap<>(flightOptions);
        options.put(name, value);
        return new PlatformSettings(
                root, folder, fresh, ports, parallelism, checkpointInterval, pipelineOptions, flinkSettings, options);
    }
}
