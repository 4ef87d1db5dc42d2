package io.openclickstream.quickstart;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.quickstart.platform.DataFolder;
import io.openclickstream.quickstart.platform.Lake;
import io.openclickstream.quickstart.rejected.RejectedReplay;
import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.click.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@code ./clickstream replay --rejected}. */
@Command(
        sortOptions = false,
        description = {
            "Sends records that the job has refused to its topic again, each once, after what made it refuse them was",
            "mended. The job must be running, or be started afterwards. Repeating it sends nothing twice.",
            ""
        })
final class ReplayRejectedOptions {
    static final Program<ReplayRejectedOptions> PROGRAM =
            new Program<>("./clickstream replay --rejected", ReplayRejectedOptions.class, ReplayRejectedOptions::check);

    /** What may be accepted after a change of the job, or as time goes by; late clicks stay late. */
    private static final Set<Outcome> USUAL = EnumSet.of(Outcome.MALFORMED, Outcome.FUTURE);

    @Option(names = "--rejected", required = true, description = "Replay what was refused, and no file.")
    boolean isRejected;

    @Nullable
    @Option(
            names = "--data.dir",
            paramLabel = "DIR",
            description = "Data folder of a platform that is running, such as .clickstream/demo.")
    Path folder;

    @Nullable
    @Option(names = "--lake", paramLabel = "DIR", description = "Folder of another lake instead.")
    Path lake;

    @Nullable
    @Option(
            names = "--reason",
            paramLabel = "REASON,...",
            split = ",",
            description = "Only what was refused for these: ${COMPLETION-CANDIDATES}. Default: all but BEHIND_WATERMARK"
                    + " and TOO_MANY_CLICKS, which would be refused again unless the job has changed its mind")
    Set<Reason> reasons;

    @Nullable
    @Option(names = "--from", paramLabel = "TIME", description = "Received at this time or later; ISO 8601, in UTC.")
    String from;

    @Nullable
    @Option(names = "--to", paramLabel = "TIME", description = "Received before this time.")
    String to;

    @Option(
            names = "--again",
            description = "Also what an earlier replay has sent and the job has refused again, after another change.")
    boolean isAgain;

    @Option(names = "--dry-run", description = "Only count what would be sent.")
    boolean isDryRun;

    @Nullable
    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT,...",
            description = "The brokers. Default: localhost and --kafka.port")
    String brokers;

    @Option(
            names = "--kafka.port",
            paramLabel = "PORT",
            defaultValue = "19092",
            description = "Kafka's port on this machine. Default: ${DEFAULT-VALUE}")
    int kafkaPort;

    @Option(
            names = "--kafka.topic",
            paramLabel = "TOPIC",
            defaultValue = "clicks",
            description = "The job's topic. Default: ${DEFAULT-VALUE}")
    String topic = "clicks";

    /** Whether these arguments of {@code replay} mean this. */
    static boolean areMeant(String... arguments) {
        return Arrays.asList(arguments).contains("--rejected");
    }

    void check(Mistakes wrong) {
        if (folder == null && lake == null) {
            wrong.add("data.dir", "and --lake are missing. Give a platform's data folder, such as .clickstream/demo");
        } else if (lake == null && !DataFolder.isOne(Objects.requireNonNull(folder, "it was looked at"))) {
            wrong.add("data.dir", "is no data folder of a platform. Give the one that demo, up or replay used");
        } else {
            wrong.require(
                    Files.isDirectory(lakeFolder().resolve("ledger")),
                    lake == null ? "data.dir" : "lake",
                    "has no lake with a ledger in " + lakeFolder() + ". Give a folder that a job has written to");
        }
        wrong.require(
                brokers == null || brokers.matches("[^:,\\s]+:\\d{1,5}(,[^:,\\s]+:\\d{1,5})*"),
                "kafka",
                "is not a list of HOST:PORT separated by commas");
        checkTime("from", from, wrong);
        checkTime("to", to, wrong);
    }

    private static void checkTime(String option, @Nullable String time, Mistakes wrong) {
        try {
            time(time);
        } catch (java.time.DateTimeException e) {
            wrong.add(option, "is no time. Write it like 2026-03-02T10:00:00Z");
        }
    }

    private static @Nullable Instant time(@Nullable String text) {
        return text == null ? null : Instant.parse(text);
    }

    private Path lakeFolder() {
        return lake != null
                ? lake
                : Lake.of(Objects.requireNonNull(folder, "it is checked")).folder();
    }

    RejectedReplay.Settings settings() {
        Set<Reason> usual = Arrays.stream(Reason.values())
                .filter(reason -> USUAL.contains(reason.outcome()))
                .collect(Collectors.toSet());
        return new RejectedReplay.Settings(
                lakeFolder(),
                brokers == null ? "localhost:" + kafkaPort : brokers,
                topic,
                reasons == null ? usual : reasons,
                time(from),
                time(to),
                isAgain,
                isDryRun);
    }
}
