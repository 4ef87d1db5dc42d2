package io.openclickstream.quickstart;

import io.openclickstream.options.Mistakes;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that all commands share. A class, since picocli does not read the interfaces an interface extends. */
class PlatformOptions {
    @Nullable
    @Option(
            names = "--data.dir",
            paramLabel = "DIR",
            description = "Folder of all data. Default: .clickstream/<command> in the checkout")
    Path folder;

    @Option(names = "--fresh", description = "Delete first what an earlier run left in the data folder.")
    boolean fresh;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "2",
            description =
                    "Subtasks of the Flink job, 1 to " + PlatformSettings.PARTITIONS + ". Default: ${DEFAULT-VALUE}")
    int parallelism;

    @Option(
            names = "--checkpoint.interval",
            paramLabel = "DURATION",
            defaultValue = "5s",
            description = "Time between checkpoints. Default: ${DEFAULT-VALUE}")
    Duration checkpointInterval = Duration.ofSeconds(5);

    @Option(
            names = "--pipeline",
            paramLabel = "NAME=VALUE",
            description = "An option of the pipeline, such as session.gap=10m; may be given many times.")
    @Nullable
    Map<String, String> pipeline;

    @Option(
            names = "--flink",
            paramLabel = "NAME=VALUE",
            description = "A setting of Flink itself, such as execution.checkpointing.timeout=5min; may be given many"
                    + " times.")
    @Nullable
    Map<String, String> flink;

    @Option(
            names = "--kafka.port",
            paramLabel = "PORT",
            defaultValue = "19092",
            description = "Kafka. Default: ${DEFAULT-VALUE}")
    int kafkaPort;

    @Option(
            names = "--kafka.controller-port",
            paramLabel = "PORT",
            defaultValue = "19093",
            description = "Kafka's controller. Default: ${DEFAULT-VALUE}")
    int kafkaControllerPort;

    @Option(
            names = "--s3.port",
            paramLabel = "PORT",
            defaultValue = "19000",
            description = "S3. Default: ${DEFAULT-VALUE}")
    int s3Port;

    @Option(
            names = "--flink.rest-port",
            paramLabel = "PORT",
            defaultValue = "8081",
            description = "Flink's web page. Default: ${DEFAULT-VALUE}")
    int flinkPort;

    @Option(
            names = "--flight.port",
            paramLabel = "PORT",
            defaultValue = "8815",
            description = "The Flight server. Default: ${DEFAULT-VALUE}")
    int flightPort;

    @Option(
            names = "--http.port",
            paramLabel = "PORT",
            defaultValue = "8816",
            description = "The Flight server's tables, health and metrics over HTTP. Default: ${DEFAULT-VALUE}")
    int httpPort;

    /** What a platform is started with for a command. */
    PlatformSettings settings(Path root, String command) {
        Path given = folder;
        Path chosen = given == null ? root.resolve(".clickstream").resolve(command) : given;
        return new PlatformSettings(
                root,
                chosen,
                fresh,
                new Ports(kafkaPort, kafkaControllerPort, s3Port, flinkPort, flightPort, httpPort),
                parallelism,
                checkpointInterval,
                pipeline == null ? Map.of() : pipeline,
                flink == null ? Map.of() : flink,
                Map.of());
    }

    /** Looks at the shared values. */
    void check(Mistakes wrong) {
        wrong.require(
                parallelism >= 1 && parallelism <= PlatformSettings.PARTITIONS,
                "parallelism",
                "must be 1 to %d, for the topic has %d partitions"
                        .formatted(PlatformSettings.PARTITIONS, PlatformSettings.PARTITIONS));
        wrong.require(
                checkpointInterval.toMillis() >= 500,
                "checkpoint.interval",
                "must be at least 500ms. Use for example 5s");
    }
}
