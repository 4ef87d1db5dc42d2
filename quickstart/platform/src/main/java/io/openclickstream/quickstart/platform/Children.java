package io.openclickstream.quickstart.platform;

import io.openclickstream.quickstart.platform.DataFolder.S3Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Knows how each process is started: class path, memory, options. */
final class Children {
    static final String BUCKET = "clickstream";
    static final String TOPIC = "clicks";
    static final String SAVEPOINTS = "s3://" + BUCKET + "/savepoints";

    private final PlatformSettings settings;
    private final DataFolder folder;
    private final S3Keys keys;

    Children(PlatformSettings settings, DataFolder folder, S3Keys keys) {
        this.settings = settings;
        this.folder = folder;
        this.keys = keys;
    }

    /** The same with another number of subtasks of the job. */
    Children withParallelism(int parallelism) {
        return new Children(settings.withParallelism(parallelism), folder, keys);
    }

    /**
     * How a process is started.
     *
     * @throws CannotStartException when its module is not built
     */
    ChildProcess.Start start(ChildName child) throws CannotStartException, IOException {
        Path module = settings.root().resolve("quickstart").resolve(child.module());
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + settings.root().resolve("jvm.options"));
        command.addAll(child.memory());
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.add("-Dclickstream.parent.pid=" + ProcessHandle.current().pid());
        command.add("-cp");
        command.add(classPath(module));
        command.add("io.openclickstream.quickstart.child.ChildMain");
        command.add(child.mainClass());
        command.addAll(arguments(child));
        return new ChildProcess.Start(
                command, environment(child, module), folder.logs().resolve(child.module() + ".log"));
    }

    /** The pipeline's options that were given. */
    Map<String, String> pipelineOptions() {
        return settings.pipelineOptions();
    }

    private static String classPath(Path module) throws CannotStartException, IOException {
        Path target = module.resolve("target");
        Path libraries = target.resolve("classpath.txt");
        if (!Files.exists(libraries)) {
            throw new CannotStartException(
                    "Cannot start %s: it is not built (%s is missing). ./clickstream builds it; by hand: mvn -DskipTests package"
                            .formatted(module.getFileName(), libraries));
        }
        return target.resolve("classes")
                + java.io.File.pathSeparator
                + Files.readString(libraries).strip();
    }

    private List<String> arguments(ChildName child) {
        Ports ports = settings.ports();
        List<String> arguments =
                new ArrayList<>(List.of("--data.dir", folder.of(child).toString()));
        switch (child) {
            case KAFKA ->
                arguments.addAll(List.of(
                        "--kafka.port", String.valueOf(ports.kafka()),
                        "--kafka.controller-port", String.valueOf(ports.kafkaController())));
            case S3 ->
                arguments.addAll(List.of(
                        "--s3.port", String.valueOf(ports.s3()),
                        "--s3.bucket", BUCKET,
                        "--s3.access-key", keys.accessKey()));
            case FLIGHT -> {
                arguments.addAll(List.of(
                        "--flight.port", String.valueOf(ports.flight()),
                        "--http.port", String.valueOf(ports.flightHttp())));
                settings.flightOptions().forEach((name, value) -> arguments.add("--" + name + "=" + value));
            }
            case FLINK -> {
                arguments.addAll(List.of(
                        "--flink.rest-port",
                        String.valueOf(ports.flinkPage()),
                        "--flink.parallelism",
                        String.valueOf(settings.parallelism()),
                        "--checkpoint.interval",
                        settings.checkpointInterval().toMillis() + "ms",
                        "--checkpoint.uri",
                        "s3://" + BUCKET + "/checkpoints",
                        "--savepoint.uri",
                        SAVEPOINTS,
                        "--s3.endpoint",
                        "http://127.0.0.1:" + ports.s3(),
                        "--s3.access-key",
                        keys.accessKey()));
                settings.flinkSettings()
                        .forEach((name, value) -> arguments.add("--flink.setting=" + name + "=" + value));
                arguments.addAll(List.of(
                        "--",
                        "--kafka.bootstrap-servers",
                        "localhost:" + ports.kafka(),
                        "--kafka.topic",
                        TOPIC,
                        "--lake.uri",
                        "s3://" + BUCKET + "/lake"));
                if (!settings.pipelineOptions().containsKey("live.uri")) {
                    arguments.addAll(List.of("--live.uri", "grpc://localhost:" + ports.flight()));
                }
                settings.pipelineOptions().forEach((name, value) -> arguments.add("--" + name + "=" + value));
            }
        }
        return arguments;
    }

    private Map<String, String> environment(ChildName child, Path module) {
        return switch (child) {
            case KAFKA, FLIGHT -> Map.of();
            case S3 -> Map.of("CLICKSTREAM_S3_SECRET_KEY", keys.secretKey());
            case FLINK ->
                Map.of(
                        "CLICKSTREAM_S3_SECRET_KEY",
                        keys.secretKey(),
                        "FLINK_PLUGINS_DIR",
                        module.resolve("target").resolve("plugins").toString());
        };
    }
}
