package io.openclickstream.quickstart.recompute;

import io.openclickstream.quickstart.platform.CannotStartException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Computes a lake's sessions and metrics again, with the job's own code in a process of its own. The target folder then
 * has a lake's datasets, {@code recompute.properties} (what was covered), {@code finality.properties} (written last) and
 * {@code recompute.log}.
 */
public final class Recompute {
    private final RecomputeSettings settings;
    private final Consumer<String> notices;

    public Recompute(RecomputeSettings settings, Consumer<String> notices) {
        this.settings = settings;
        this.notices = notices;
    }

    /**
     * Recomputes.
     *
     * @return exit code: 0 done, 1 failed on the way, 2 an option of the pipeline is wrong; the reason was printed
     * @throws CannotStartException when there is nothing that could be recomputed
     */
    public int run() throws IOException, InterruptedException, CannotStartException {
        Path target = settings.target().toAbsolutePath();
        Files.createDirectories(target);
        Covered covered = plan(target);
        notices.accept("recomputing from %s what the lake holds as of epoch %d"
                .formatted(settings.from() == ClicksFrom.KAFKA ? "Kafka" : "the lake's clicks", covered.epoch()));
        Path temporary = Files.createTempDirectory("clickstream-recompute");
        try {
            return run(command(target, temporary), target.resolve("recompute.log"));
        } finally {
            Folders.delete(temporary);
        }
    }

    private Covered plan(Path target) throws IOException, CannotStartException {
        try (LakeReader reader = LakeReader.of(settings.lake(), settings.backfill())) {
            Covered covered = Covered.read(reader, settings.lake());
            covered.writeTo(target, settings.from(), settings.lake());
            if (settings.from() == ClicksFrom.KAFKA) {
                new LedgerCheck(reader, settings.lake()).writeNotCounted(covered, target.resolve("not-counted.csv"));
            }
            return covered;
        }
    }

    private List<String> command(Path target, Path temporary) throws IOException, CannotStartException {
        Path module = settings.root().resolve("quickstart").resolve("flink").resolve("target");
        Path libraries = module.resolve("classpath.txt");
        if (!Files.exists(libraries)) {
            throw new CannotStartException(
                    "Cannot recompute: Flink is not built (%s is missing). ./clickstream builds it; by hand: mvn -DskipTests package"
                            .formatted(libraries));
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + settings.root().resolve("jvm.options"),
                "-Xmx" + (settings.memory().bytes() >> 20) + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dclickstream.parent.pid=" + ProcessHandle.current().pid(),
                "-cp",
                module.resolve("classes")
                        + File.pathSeparator
                        + Files.readString(libraries).strip(),
                "io.openclickstream.quickstart.child.ChildMain",
                "io.openclickstream.quickstart.flink.LocalRecompute",
                "--target",
                target.toString(),
                "--data.dir",
                temporary.toString(),
                "--flink.parallelism",
                String.valueOf(settings.parallelism()),
                "--",
                "--lake.uri",
                target.toUri().toString(),
                "--live.uri",
                "none"));
        if (settings.kafka() != null) {
            command.addAll(List.of("--kafka.bootstrap-servers", settings.kafka()));
        }
        settings.pipelineOptions().forEach((name, value) -> command.add("--" + name + "=" + value));
        return command;
    }

    private static int run(List<String> command, Path log) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(log.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
        // A file of this command's options would be full of names that the pipeline does not know.
        builder.environment().remove("CLICKSTREAM_OPTIONS");
        Process process = builder.start();
        try {
            return process.waitFor();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
