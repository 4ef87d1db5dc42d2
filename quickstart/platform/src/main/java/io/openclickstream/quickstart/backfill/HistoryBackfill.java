package io.openclickstream.quickstart.backfill;

import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.recompute.Folders;
import io.openclickstream.schemas.lake.BackfillLineage;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds a backfill to a lake: reads the clicks into a file, and has a process of its own compute and add what they make,
 * with the job's own code. Killed anywhere and started again, it does all of it once.
 */
public final class HistoryBackfill {
    private static final Logger log = LoggerFactory.getLogger(HistoryBackfill.class);
    private static final String RUN = "run-";

    private final BackfillSettings settings;

    public HistoryBackfill(BackfillSettings settings) {
        this.settings = settings;
    }

    /**
     * What became of it.
     *
     * @param exitCode 0 done, 1 failed on the way, 2 refused; the reason was printed
     */
    public record Result(int exitCode, List<String> lines) {}

    /**
     * Does it.
     *
     * @throws CannotStartException when the clicks cannot be read, or another run of it is at work on this machine
     */
    public Result run() throws IOException, InterruptedException, CannotStartException {
        Path work = settings.work().toAbsolutePath();
        Files.createDirectories(work);
        Path lockFile = work.resolveSibling(work.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = tryLock(channel)) {
            if (lock == null) {
                throw new CannotStartException("Cannot backfill: another run of %s is at work. Wait until it has ended."
                        .formatted(settings.name()));
            }
            return runAlone(work);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private Result runAlone(Path work) throws IOException, InterruptedException, CannotStartException {
        deleteLeftOvers(work);
        Path computing = Files.createTempDirectory(work, RUN);
        try {
            List<String> lines = new ArrayList<>(writePlan(work, computing));
            int exitCode = run(command(computing), work.resolve("backfill.log"));
            Path report = computing.resolve("report.txt");
            if (Files.exists(report)) {
                lines.addAll(Files.readAllLines(report));
            }
            return new Result(exitCode, lines);
        } finally {
            Folders.delete(computing);
        }
    }

    /** Of runs that were killed; the process of one may still be about to end, so what cannot be deleted is left. */
    private static void deleteLeftOvers(Path work) throws IOException {
        try (Stream<Path> all = Files.list(work)) {
            for (Path each : all.filter(
                            path -> String.valueOf(path.getFileName()).startsWith(RUN))
                    .toList()) {
                try {
                    Folders.delete(each);
                } catch (IOException | UncheckedIOException e) {
                    log.info("left for the next run: {}", each, e);
                }
            }
        }
    }

    /** Returns what a person should know of what was read. */
    private List<String> writePlan(Path work, Path computing)
            throws IOException, InterruptedException, CannotStartException {
        Properties plan = new Properties();
        plan.setProperty("name", settings.name());
        plan.setProperty("until", settings.until().toString());
        if (settings.from() != null) {
            plan.setProperty("from", settings.from().toString());
        }
        try (RecordWriter records = new RecordWriter(computing.resolve("records.bin"))) {
            BackfillInput.Read read =
                    settings.isWithdrawn() ? new BackfillInput.Read("", "", List.of()) : input().writeTo(records, work);
            plan.setProperty("input", read.identity());
            plan.setProperty(
                    "topic",
                    BackfillLineage.TOPIC + settings.name() + (read.topic().isEmpty() ? "" : "/" + read.topic()));
            plan.setProperty(
                    "partitions",
                    records.partitions().stream().map(String::valueOf).collect(Collectors.joining(",")));
            try (Writer file = Files.newBufferedWriter(computing.resolve("backfill.properties"))) {
                plan.store(file, "What is to be added");
            }
            return read.lines();
        }
    }

    private BackfillInput input() {
        BackfillSettings.KafkaRange kafka = settings.kafka();
        return kafka == null ? new FileInput(settings.files(), Instant.now().toEpochMilli()) : new KafkaInput(kafka);
    }

    private List<String> command(Path computing) throws IOException, CannotStartException {
        Path module = settings.root().resolve("quickstart").resolve("flink").resolve("target");
        Path libraries = module.resolve("classpath.txt");
        if (!Files.exists(libraries)) {
            throw new CannotStartException(
                    "Cannot backfill: Flink is not built (%s is missing). ./clickstream builds it; by hand: mvn -DskipTests package"
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
                "io.openclickstream.quickstart.flink.LocalBackfill",
                "--plan",
                computing.toString(),
                "--data.dir",
                computing.resolve("flink").toString(),
                "--flink.parallelism",
                String.valueOf(settings.parallelism())));
        command.addAll(settings.lakeArguments());
        if (settings.isDryRun()) {
            command.add("--dry-run");
        }
        if (settings.isWithdrawn()) {
            command.add("--withdraw");
        }
        command.addAll(
                List.of("--", "--lake.uri", computing.resolve("lake").toUri().toString(), "--live.uri", "none"));
        Map<String, String> options = new HashMap<>(settings.pipelineOptions());
        if (!settings.isWithdrawn()) {
            options.putAll(input().pipelineOptions());
        }
        options.forEach((name, value) -> command.add("--" + name + "=" + value));
        return command;
    }

    private int run(List<String> command, Path log) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(log.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
        // A file of this command's options would be full of names that the pipeline does not know.
        builder.environment().remove("CLICKSTREAM_OPTIONS");
        // What names the job's lake must not be taken for the one that is computed.
        builder.environment().keySet().removeIf(name -> name.startsWith("CLICKSTREAM_LAKE_"));
        if (settings.secretKey() != null) {
            builder.environment().put("CLICKSTREAM_S3_SECRET_KEY", settings.secretKey());
        }
        Process process = builder.start();
        try {
            return process.waitFor();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
