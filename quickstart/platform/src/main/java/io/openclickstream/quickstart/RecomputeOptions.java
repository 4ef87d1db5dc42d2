package io.openclickstream.quickstart;

import io.openclickstream.options.ByteSize;
import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.quickstart.platform.DataFolder;
import io.openclickstream.quickstart.platform.Lake;
import io.openclickstream.quickstart.recompute.ClicksFrom;
import io.openclickstream.quickstart.recompute.Folders;
import io.openclickstream.quickstart.recompute.RecomputeSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@code ./clickstream recompute}. */
@Command(
        sortOptions = false,
        description = {
            "Computes the sessions and metrics of a lake again, bounded, with the job's own code, and writes them as",
            "Parquet into a folder of their own. The platform may be running or not.",
            ""
        })
class RecomputeOptions {
    static final Program<RecomputeOptions> PROGRAM =
            new Program<>("./clickstream recompute", RecomputeOptions.class, RecomputeOptions::checkWithTarget);

    private static final String FILE_SCHEME = "file";

    @Nullable
    @Option(
            names = "--data.dir",
            paramLabel = "DIR",
            description =
                    "Data folder of a platform, such as .clickstream/demo: its lake, and the options its job had.")
    Path folder;

    @Nullable
    @Option(names = "--lake", paramLabel = "DIR|URI", description = "The lake instead: a folder, or a file: URI.")
    String lake;

    @Nullable
    @Option(
            names = "--backfill",
            paramLabel = "NAME",
            description = "The rows of this backfill instead of those of the job.")
    String backfill;

    @Option(
            names = "--from",
            paramLabel = "SOURCE",
            defaultValue = "LAKE",
            description = "Where clicks come from: ${COMPLETION-CANDIDATES}. KAFKA reads up to what the lake's ledger"
                    + " covers, and decodes again. Default: ${DEFAULT-VALUE}")
    ClicksFrom from = ClicksFrom.LAKE;

    @Nullable
    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT,...",
            description = "Its brokers. Default: those of the data folder, which are started when they do not run")
    String brokers;

    @Option(
            names = "--kafka.port",
            paramLabel = "PORT",
            defaultValue = "19092",
            description = "Kafka's port where the data folder's platform is running. Default: ${DEFAULT-VALUE}")
    int kafkaPort;

    @Nullable
    @Option(names = "--target", paramLabel = "DIR", description = "Folder for the result; new or empty.")
    Path target;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "2",
            description = "Subtasks of the recomputation, 1 to 64. Default: ${DEFAULT-VALUE}")
    int parallelism;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "2GiB",
            description =
                    "Memory of the recomputation, which holds sessions until they are final. Default: ${DEFAULT-VALUE}")
    ByteSize memory = new ByteSize(2L << 30);

    @Option(
            names = "--pipeline",
            paramLabel = "NAME=VALUE",
            description = "An option that the job had, such as session.gap=10m; may be given many times. Wins over what"
                    + " the data folder says.")
    @Nullable
    Map<String, String> pipeline;

    /** The lake as a folder. */
    Path lakeFolder() {
        if (lake == null) {
            return Lake.of(Objects.requireNonNull(folder, "it is checked")).folder();
        }
        return lake.startsWith(FILE_SCHEME + ":") ? Path.of(URI.create(lake)) : Path.of(lake);
    }

    /** Whether a job may be writing to the lake; of a lake that is no platform's nobody can say. */
    boolean isLive() throws IOException {
        return folder == null || DataFolder.isInUse(folder);
    }

    /** Whether clicks come from a platform's Kafka, which runs while the platform does. */
    boolean isFromOwnKafka() {
        return from == ClicksFrom.KAFKA && brokers == null;
    }

    /** The Kafka that is running; null when clicks come from the lake. */
    @Nullable
    String kafka() {
        return from == ClicksFrom.LAKE ? null : brokers != null ? brokers : "localhost:" + kafkaPort;
    }

    RecomputeSettings settings(Path root, Path chosenTarget, @Nullable String kafka) throws IOException {
        Map<String, String> options = new HashMap<>();
        if (folder != null) {
            options.putAll(DataFolder.pipelineOptions(folder));
        }
        if (pipeline != null) {
            options.putAll(pipeline);
        }
        return new RecomputeSettings(root, lakeFolder(), backfill, kafka, chosenTarget, parallelism, memory, options);
    }

    private void checkWithTarget(Mistakes wrong) {
        wrong.require(target != null, "target", "is missing. Give a new or an empty folder for the result");
        check(wrong);
    }

    /** Looks at the values, and at the folders they name. */
    void check(Mistakes wrong) {
        if (folder == null && lake == null) {
            wrong.add("data.dir", "and --lake are missing. Give a platform's data folder, such as .clickstream/demo");
        } else if (folder != null && !DataFolder.isOne(folder)) {
            wrong.add("data.dir", "is no data folder of a platform. Give the one that demo, up or replay used");
        } else {
            checkLake(wrong, lake == null ? "data.dir" : "lake");
        }
        wrong.require(
                from == ClicksFrom.LAKE || brokers != null || folder != null,
                "from",
                "needs a Kafka. Give its brokers with --kafka, or a platform's data folder with --data.dir");
        wrong.require(
                brokers == null || brokers.matches("[^:,\\s]+:\\d{1,5}(,[^:,\\s]+:\\d{1,5})*"),
                "kafka",
                "is not a list of HOST:PORT separated by commas");
        wrong.require(
                backfill == null || from == ClicksFrom.LAKE,
                "backfill",
                "can be computed again from the lake only. Leave out --from");
        wrong.require(parallelism >= 1 && parallelism <= 64, "parallelism", "must be 1 to 64");
        wrong.require(memory.bytes() >= 512L << 20, "memory", "must be at least 512MiB");
        if (pipeline != null) {
            pipeline.keySet().stream()
                    .filter(RecomputeSettings.TAKEN::contains)
                    .sorted()
                    .forEach(name ->
                            wrong.add("pipeline", "must not set " + name + ", for a recomputation has its own"));
        }
    }

    private void checkLake(Mistakes wrong, String option) {
        Path chosen;
        try {
            boolean isElsewhere =
                    lake != null && lake.matches("[a-z0-9]{2,}:.*") && !lake.startsWith(FILE_SCHEME + ":");
            if (isElsewhere) {
                wrong.add(option, "is not on this machine's disk. Copy or mount it, and give the folder");
                return;
            }
            chosen = lakeFolder().toAbsolutePath().normalize();
        } catch (IllegalArgumentException e) {
            wrong.add(option, "is neither a folder nor a file: URI (" + e.getMessage() + ")");
            return;
        }
        wrong.require(
                Files.isDirectory(chosen.resolve("ledger")) && Files.isDirectory(chosen.resolve("clicks")),
                option,
                "has no lake with clicks and a ledger in " + chosen
                        + ". Give a folder that a job has written to, and completed a checkpoint");
        if (target == null) {
            return;
        }
        Path result = target.toAbsolutePath().normalize();
        if (result.startsWith(chosen) || chosen.startsWith(result)) {
            wrong.add("target", "and the lake " + chosen + " lie in each other. Give a folder outside of the lake");
        } else {
            wrong.require(!Folders.isTaken(result), "target", "is not empty. Give a new or an empty folder");
        }
    }
}
