package io.openclickstream.quickstart;

import io.openclickstream.options.ByteSize;
import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.quickstart.backfill.BackfillSettings;
import io.openclickstream.quickstart.backfill.BackfillSettings.KafkaRange;
import io.openclickstream.quickstart.backfill.Bound;
import io.openclickstream.quickstart.platform.DataFolder;
import io.openclickstream.quickstart.replay.ReplaySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code ./clickstream backfill}. */
@Command(
        sortOptions = false,
        description = {
            "Adds history to a job's lake while the job goes on: clicks, sessions, metrics, rejected records and ledger,",
            "computed with the job's own code from files (as ./clickstream replay reads them) or a range of a Kafka topic.",
            "All of it or nothing, and once, however often it is started. Live tables are not touched.",
            ""
        })
final class BackfillOptions {
    static final Program<BackfillOptions> PROGRAM =
            new Program<>("./clickstream backfill", BackfillOptions.class, BackfillOptions::check);

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Files of clicks, plain or gzip.")
    List<Path> files = new ArrayList<>();

    @Nullable
    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What the backfill is called; the same name is the same backfill.")
    String name;

    @Nullable
    @Option(
            names = "--until",
            paramLabel = "TIME",
            description = "The border: clicks at or after it are left out, such as 2026-01-01T00:00:00Z. It must lie"
                    + " before the job's first click, and cut no window of a metric: midnight in UTC cuts none of those"
                    + " that come with the job.")
    Instant until;

    @Nullable
    @Option(names = "--from", paramLabel = "TIME", description = "Clicks before it are left out. Default: none are")
    Instant from;

    @Option(names = "--dry-run", description = "Read the clicks, say what would be done, and add nothing.")
    boolean isDryRun;

    @Option(names = "--withdraw", description = "Take the backfill of this name out of the lake.")
    boolean isWithdrawn;

    @Mixin
    FileOptions reading = new FileOptions();

    @Nullable
    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT,...",
            description = "Brokers of the topic to read, instead of files.")
    String brokers;

    @Nullable
    @Option(
            names = "--kafka.properties",
            paramLabel = "FILE",
            description = "Further properties of the Kafka client, such as its security settings; as the job has them.")
    Path kafkaProperties;

    @Nullable
    @Option(names = "--kafka.topic", paramLabel = "TOPIC", description = "The topic; not the one that the job reads.")
    String topic;

    @Nullable
    @Option(
            names = "--kafka.from",
            paramLabel = "BOUND",
            description = "Where the range begins: " + Bound.FORMAT + ". Default: the topic's beginning")
    String kafkaFrom;

    @Nullable
    @Option(names = "--kafka.to", paramLabel = "BOUND", description = "Where it ends; this is left out.")
    String kafkaTo;

    @Nullable
    @Option(
            names = "--data.dir",
            paramLabel = "DIR",
            description = "Data folder of a platform that is running, such as .clickstream/demo: its lake, and the"
                    + " options its job has.")
    Path folder;

    @Option(
            names = "--s3.port",
            paramLabel = "PORT",
            defaultValue = "19000",
            description = "The object store's port of that platform. Default: ${DEFAULT-VALUE}")
    int s3Port;

    @Nullable
    @Option(names = "--lake.uri", paramLabel = "URI", description = "The lake instead, as the job has it.")
    String lakeUri;

    @Nullable
    @Option(names = "--lake.catalog", paramLabel = "CATALOG", description = "Who lists its tables, as the job has it.")
    String lakeCatalog;

    @Nullable
    @Option(
            names = "--lake.catalog-properties",
            paramLabel = "FILE",
            description = "Further properties of that catalog, such as jdbc.user, jdbc.password or token.")
    Path lakeCatalogProperties;

    @Nullable
    @Option(
            names = "--s3.endpoint",
            paramLabel = "URL",
            description = "Of an object store that is not Amazon's. Keys are read from the environment:"
                    + " CLICKSTREAM_S3_ACCESS_KEY and CLICKSTREAM_S3_SECRET_KEY, or as Amazon's own tools find them.")
    String s3Endpoint;

    @Nullable
    @Option(names = "--s3.region", paramLabel = "REGION", description = "Of the object store.")
    String s3Region;

    @Option(names = "--s3.path-style-access", description = "The bucket stands in the path and not in the host's name.")
    boolean hasPathStyle;

    @Nullable
    @Option(
            names = "--work.dir",
            paramLabel = "DIR",
            description = "Folder for what is read and computed before it is added; as large as the clicks."
                    + " Default: .clickstream/backfill/NAME")
    Path work;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "2",
            description = "Subtasks, 1 to 64. Default: ${DEFAULT-VALUE}")
    int parallelism;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "2GiB",
            description = "Memory of the process that computes. Default: ${DEFAULT-VALUE}")
    ByteSize memory = new ByteSize(2L << 30);

    @Nullable
    @Option(
            names = "--pipeline",
            paramLabel = "NAME=VALUE",
            description = "An option that the job has, such as session.gap=10m; may be given many times. Wins over what"
                    + " the data folder says.")
    Map<String, String> pipeline;

    private void check(Mistakes wrong) {
        wrong.require(
                name != null && name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,79}"),
                "name",
                "must be 1 to 80 letters, digits, dots, underscores or dashes, such as visits-2025");
        if (!isWithdrawn) {
            checkSpan(wrong);
            checkInput(wrong);
        }
        checkLake(wrong);
        wrong.require(parallelism >= 1 && parallelism <= 64, "parallelism", "must be 1 to 64");
        wrong.require(memory.bytes() >= 512L << 20, "memory", "must be at least 512MiB");
        if (pipeline != null) {
            pipeline.keySet().stream()
                    .filter(BackfillSettings.TAKEN::contains)
                    .sorted()
                    .forEach(
                            option -> wrong.add("pipeline", "must not set " + option + ", for a backfill has its own"));
        }
    }

    private void checkSpan(Mistakes wrong) {
        wrong.require(
                until != null,
                "until",
                "is missing. Give the first moment that is not the backfill's business, such as 2026-01-01T00:00:00Z");
        wrong.require(
                from == null || until == null || from.isBefore(until),
                "from",
                "must be before --until. Leave it out to take all that is before");
    }

    private void checkInput(Mistakes wrong) {
        boolean isKafka =
                brokers != null || topic != null || kafkaFrom != null || kafkaTo != null || kafkaProperties != null;
        if (isKafka) {
            wrong.require(files.isEmpty(), "kafka", "and files are given. Give one of both");
            wrong.require(
                    brokers != null && brokers.matches("[^:,\\s]+:\\d{1,5}(,[^:,\\s]+:\\d{1,5})*"),
                    "kafka",
                    "is not a list of HOST:PORT separated by commas");
            wrong.require(topic != null && !topic.isBlank(), "kafka.topic", "is missing. Name the topic to read");
            wrong.require(kafkaTo != null, "kafka.to", "is missing. Give " + Bound.FORMAT);
            wrong.require(
                    kafkaProperties == null || kafkaProperties.toFile().canRead(),
                    "kafka.properties",
                    "cannot be read. Give a readable file of name=value lines");
            checkBound(kafkaFrom, "kafka.from", wrong);
            checkBound(kafkaTo, "kafka.to", wrong);
        } else if (files.isEmpty()) {
            wrong.add(
                    "kafka",
                    "and files are missing. Give files of clicks, or a range of a topic with --kafka.topic and --kafka.to");
        }
    }

    private static void checkBound(@Nullable String text, String option, Mistakes wrong) {
        if (text != null) {
            try {
                Bound.of(text);
            } catch (IllegalArgumentException e) {
                wrong.add(option, String.valueOf(e.getMessage()));
            }
        }
    }

    private void checkLake(Mistakes wrong) {
        if (folder == null) {
            wrong.require(
                    lakeUri != null,
                    "data.dir",
                    "and --lake.uri are missing. Give the data folder of a running platform, such as .clickstream/demo");
            return;
        }
        wrong.require(lakeUri == null, "lake.uri", "and --data.dir are given. Give one of both");
        try {
            wrong.require(
                    DataFolder.isOne(folder) && DataFolder.isInUse(folder),
                    "data.dir",
                    "is no data folder of a platform that is running. Start the platform; the backfill is added beside it");
        } catch (IOException e) {
            wrong.add("data.dir", "cannot be read (" + e.getMessage() + ")");
        }
    }

    BackfillSettings settings(Path root) throws IOException {
        Map<String, String> options = new HashMap<>();
        List<String> lake = new ArrayList<>();
        String secretKey = null;
        if (folder != null) {
            options.putAll(DataFolder.pipelineOptions(folder));
            DataFolder.S3Keys keys = DataFolder.s3Keys(folder);
            secretKey = keys.secretKey();
            lake.addAll(List.of(
                    "--lake.uri=s3://clickstream/lake",
                    "--s3.endpoint=http://localhost:" + s3Port,
                    "--s3.region=us-east-1",
                    "--s3.path-style-access",
                    "--s3.access-key=" + keys.accessKey()));
            add(lake, "lake.catalog", options.get("lake.catalog"));
            add(lake, "lake.catalog-properties", options.get("lake.catalog-properties"));
        } else {
            add(lake, "lake.uri", lakeUri);
            add(lake, "lake.catalog", lakeCatalog);
            add(lake, "lake.catalog-properties", lakeCatalogProperties);
            add(lake, "s3.endpoint", s3Endpoint);
            add(lake, "s3.region", s3Region);
            if (hasPathStyle) {
                lake.add("--s3.path-style-access");
            }
        }
        if (pipeline != null) {
            options.putAll(pipeline);
        }
        String called = Objects.requireNonNull(name, "it is checked");
        return new BackfillSettings(
                root,
                called,
                from,
                until == null ? Instant.EPOCH : until, // of a withdrawal nobody asks
                files.stream()
                        .map(file -> new ReplaySettings(
                                file,
                                reading.format,
                                reading.columns(),
                                reading.zone,
                                ReplaySettings.Order.EVENT_TIME,
                                Double.POSITIVE_INFINITY))
                        .toList(),
                range(),
                work != null
                        ? work
                        : root.resolve(".clickstream").resolve("backfill").resolve(called),
                lake,
                secretKey,
                parallelism,
                memory,
                options,
                isDryRun,
                isWithdrawn);
    }

    private @Nullable KafkaRange range() {
        return brokers == null || topic == null || kafkaTo == null
                ? null
                : new KafkaRange(
                        brokers,
                        topic,
                        kafkaFrom == null ? null : Bound.of(kafkaFrom),
                        Bound.of(kafkaTo),
                        kafkaProperties);
    }

    private static void add(List<String> arguments, String option, @Nullable Object value) {
        if (value != null) {
            arguments.add("--" + option + "=" + value);
        }
    }
}
