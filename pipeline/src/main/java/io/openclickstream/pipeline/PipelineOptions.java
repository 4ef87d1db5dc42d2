package io.openclickstream.pipeline;

import io.openclickstream.lake.LakeSettings;
import io.openclickstream.options.ByteSize;
import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.pipeline.decide.metric.WrongCatalogException;
import io.openclickstream.pipeline.decide.session.SessionPolicy;
import io.openclickstream.pipeline.source.ClickFormat;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The job's options. Flink's own settings (checkpoints, state backend, S3 access) belong to Flink's configuration; those
 * here change what the job computes and whom it talks to.
 */
@Command(
        sortOptions = false,
        description = {
            "The clickstream job: reads clicks from Kafka, makes sessions and metrics by event time,",
            "writes them to the Parquet lake and pushes them to the Flight server.",
            ""
        })
public interface PipelineOptions {
    /** As a URI: nowhere. */
    String NONE = "none";

    /** The job with its options and their checks. */
    Program<PipelineOptions> PROGRAM =
            new Program<>("the clickstream job", PipelineOptions.class, PipelineOptions::check);

    @Option(
            names = "--kafka.bootstrap-servers",
            paramLabel = "HOST:PORT,...",
            defaultValue = "localhost:19092",
            description = "Kafka brokers to start from. Default: ${DEFAULT-VALUE}")
    String kafkaBootstrapServers();

    @Option(
            names = "--kafka.topic",
            paramLabel = "TOPIC",
            defaultValue = "clicks",
            description = "Topic to read. Default: ${DEFAULT-VALUE}")
    String kafkaTopic();

    @Option(
            names = "--kafka.group-id",
            paramLabel = "GROUP",
            defaultValue = "clickstream",
            description =
                    "Consumer group under which offsets are shown; restarts go by checkpoints. Default: ${DEFAULT-VALUE}")
    String kafkaGroupId();

    @Option(
            names = "--kafka.properties",
            paramLabel = "FILE",
            description = "Further properties of the Kafka client, such as its security settings.")
    @Nullable
    Path kafkaProperties();

    @Option(
            names = "--kafka.bounded",
            paramLabel = "TRUE|FALSE",
            arity = "1",
            defaultValue = "false",
            description = "Whether to end with what the topic holds at the start, and make everything final."
                    + " Default: ${DEFAULT-VALUE}")
    boolean kafkaBounded();

    @Option(
            names = "--clicks.format",
            paramLabel = "FORMAT",
            defaultValue = "JSON",
            description = "How a click is written: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    ClickFormat clicksFormat();

    @Option(
            names = "--clicks.schema-id",
            paramLabel = "ID",
            description = "The only schema id accepted in CONFLUENT_AVRO; every id when left out.")
    @Nullable
    Integer clicksSchemaId();

    @Option(
            names = "--clicks.default-site",
            paramLabel = "SITE",
            defaultValue = "default",
            description = "Site of clicks that name none. Default: ${DEFAULT-VALUE}")
    String clicksDefaultSite();

    @Option(
            names = "--clicks.max-bytes",
            paramLabel = "SIZE",
            defaultValue = "1MiB",
            description = "Longer records are rejected with their bytes. Default: ${DEFAULT-VALUE}")
    ByteSize clicksMaxBytes();

    @Option(
            names = "--clicks.max-future-skew",
            paramLabel = "DURATION",
            defaultValue = "5m",
            description = "Clicks further ahead of their Kafka timestamp are rejected. Default: ${DEFAULT-VALUE}")
    Duration clicksMaxFutureSkew();

    @Option(
            names = "--pseudonyms.keys",
            paramLabel = "FILE",
            description = {
                "Replace user ids by pseudonyms before anything is kept, made with the keys in this file; it has to be"
                        + " there wherever the job runs, and is looked at again when it changes.",
                "Default: user ids are kept as they are"
            })
    @Nullable
    Path pseudonymsKeys();

    @Option(
            names = "--pseudonyms.look-interval",
            paramLabel = "DURATION",
            defaultValue = "30s",
            description = "How often that file is looked at again. Default: ${DEFAULT-VALUE}")
    Duration pseudonymsLookInterval();

    @Option(
            names = "--pseudonyms.keep-refused-bytes",
            paramLabel = "TRUE|FALSE",
            arity = "1",
            defaultValue = "false",
            description =
                    "Whether refused records keep their bytes all the same, with the user ids in them, so that they"
                            + " can be replayed. Default: ${DEFAULT-VALUE}")
    boolean pseudonymsKeepRefusedBytes();

    @Option(
            names = "--watermark.out-of-orderness",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description =
                    "How far clicks of one partition are expected to come out of order. Default: ${DEFAULT-VALUE}")
    Duration watermarkOutOfOrderness();

    @Option(
            names = "--watermark.idle-timeout",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "A partition silent for this long no longer holds event time back. Default: ${DEFAULT-VALUE}")
    Duration watermarkIdleTimeout();

    @Option(
            names = "--session.preset",
            paramLabel = "PRESET",
            defaultValue = "GA4",
            description = {
                "Whose rules end a session: ${COMPLETION-CANDIDATES}. The options below it win over the preset.",
                "Default: ${DEFAULT-VALUE} (30 quiet minutes and nothing else)"
            })
    SessionPolicy.Preset sessionPreset();

    @Option(
            names = "--session.gap",
            paramLabel = "DURATION",
            description =
                    "Quiet time that ends a session; a click exactly at the gap joins. Default: the preset's, 30m")
    @Nullable
    Duration sessionGap();

    @Option(
            names = "--session.max-duration",
            paramLabel = "DURATION",
            description = "A click later than this after a session's first one begins a new session."
                    + " Default: the preset's; 0s for no bound")
    @Nullable
    Duration sessionMaxDuration();

    @Option(
            names = "--session.max-clicks",
            paramLabel = "CLICKS",
            defaultValue = "0",
            description = "A session with this many clicks takes no more; 0 for no bound. Default: ${DEFAULT-VALUE}")
    long sessionMaxClicks();

    @Option(
            names = "--session.cut-at-midnight",
            paramLabel = "TRUE|FALSE",
            arity = "1",
            description = "Whether a session ends with its site's day. Default: the preset's")
    @Nullable
    Boolean sessionCutAtMidnight();

    @Option(
            names = "--session.time-zone",
            paramLabel = "ZONE",
            defaultValue = "UTC",
            description = "Whose midnight that is, such as Europe/Berlin. Default: ${DEFAULT-VALUE}")
    ZoneId sessionTimeZone();

    @Option(
            names = "--session.site-time-zones",
            paramLabel = "SITE=ZONE,...",
            split = ",",
            description = "Sites whose midnight is another one, such as shop-us=America/New_York.")
    @Nullable
    Map<String, ZoneId> sessionSiteTimeZones();

    @Option(
            names = "--session.cut-on-campaign-change",
            paramLabel = "TRUE|FALSE",
            arity = "1",
            description = "Whether a click with another campaign begins a session. Default: the preset's")
    @Nullable
    Boolean sessionCutOnCampaignChange();

    @Option(
            names = "--session.account-property",
            paramLabel = "PROPERTY",
            description =
                    "The click property that names the account; another one, or none after one, begins a session.")
    @Nullable
    String sessionAccountProperty();

    @Option(
            names = "--user.max-clicks",
            paramLabel = "CLICKS",
            defaultValue = "100000",
            description =
                    "The most clicks of one user within the deduplication horizon; whoever sends more is taken for"
                            + " a bot and the rest is filtered. Default: ${DEFAULT-VALUE}")
    long userMaxClicks();

    @Option(
            names = "--session.allowed-lateness",
            paramLabel = "DURATION",
            defaultValue = "5m",
            description = "Clicks further behind the watermark are rejected as late. Default: ${DEFAULT-VALUE}")
    Duration sessionAllowedLateness();

    @Option(
            names = "--deduplication.horizon",
            paramLabel = "DURATION",
            defaultValue = "1h",
            description = "How far behind the watermark an event id is remembered. Default: ${DEFAULT-VALUE}")
    Duration deduplicationHorizon();

    @Option(
            names = "--metrics.catalog",
            paramLabel = "FOLDER",
            description = {
                "Folder of the metrics to compute, a query per file NAME.sql; read when the job is submitted.",
                "Default: the catalog that the job brings"
            })
    @Nullable
    Path metricsCatalog();

    @Option(
            names = "--lake.uri",
            paramLabel = "URI",
            defaultValue = "s3://clickstream/lake",
            description = "Where the Parquet lake is; none for no lake. Default: ${DEFAULT-VALUE}")
    String lakeUri();

    @Option(
            names = "--lake.catalog",
            paramLabel = "CATALOG",
            defaultValue = LakeSettings.EMBEDDED,
            description = "Who lists the lake's Iceberg tables: embedded (the lake's own folder, no service),"
                    + " jdbc:postgresql://HOST/DATABASE, jdbc:sqlite:FILE, or the http(s) address of a REST catalog."
                    + " Default: ${DEFAULT-VALUE}")
    String lakeCatalog();

    @Option(
            names = "--lake.catalog-properties",
            paramLabel = "FILE",
            description =
                    "Further properties of that catalog, such as jdbc.user, jdbc.password or token; read where the"
                            + " job runs.")
    @Nullable
    Path lakeCatalogProperties();

    @Option(
            names = "--lake.buffer",
            paramLabel = "SIZE",
            defaultValue = "32MiB",
            description =
                    "About the most memory in which rows of one writer wait to be sorted and written; with it grow"
                            + " the files. Default: ${DEFAULT-VALUE}")
    ByteSize lakeBuffer();

    @Option(
            names = "--lake.max-snapshots",
            paramLabel = "NUMBER",
            defaultValue = "5000",
            description =
                    "How many snapshots of a table the job lets stand when nobody maintains the lake; there is one"
                            + " for every checkpoint. Default: ${DEFAULT-VALUE}")
    int lakeMaxSnapshots();

    @Option(
            names = "--lake.max-outage",
            paramLabel = "DURATION",
            defaultValue = "5m",
            description = "How long the job waits for a lake or catalog that is away, held back, before it fails and is"
                    + " restarted. Default: ${DEFAULT-VALUE}")
    Duration lakeMaxOutage();

    @Option(
            names = "--erasures.poll",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "How often the lake's list of erased persons is looked at: clicks of a person who was added"
                    + " since are refused, and what is kept of them is dropped. Default: ${DEFAULT-VALUE}")
    Duration erasuresPoll();

    @Option(
            names = "--live.uri",
            paramLabel = "URI",
            defaultValue = "grpc://localhost:8815",
            description = "Where the Flight server is: grpc:// or grpc+tls://; none for no live tables."
                    + " Default: ${DEFAULT-VALUE}")
    String liveUri();

    @Option(
            names = "--live.token-file",
            paramLabel = "FILE",
            description = "File with the token that the Flight server knows the job by; read anew for each connection.")
    @Nullable
    Path liveTokenFile();

    @Option(
            names = "--live.tls.ca",
            paramLabel = "FILE",
            description = "Certificates in PEM that the Flight server's must come from. Default: those the JVM trusts")
    @Nullable
    Path liveTlsCa();

    @Option(
            names = "--live.tls.certificate",
            paramLabel = "FILE",
            description = "The job's own certificate in PEM, for a server that asks for one.")
    @Nullable
    Path liveTlsCertificate();

    @Option(
            names = "--live.tls.key",
            paramLabel = "FILE",
            description = "Private key of the job's certificate: PEM, PKCS #8, not encrypted.")
    @Nullable
    Path liveTlsKey();

    @Option(
            names = "--live.flush-interval",
            paramLabel = "DURATION",
            defaultValue = "1s",
            description = "The longest a changed row waits before it is pushed. Default: ${DEFAULT-VALUE}")
    Duration liveFlushInterval();

    @Option(
            names = "--live.batch-rows",
            paramLabel = "ROWS",
            defaultValue = "8192",
            description = "The most rows of one push. Default: ${DEFAULT-VALUE}")
    int liveBatchRows();

    @Option(
            names = "--live.max-outage",
            paramLabel = "DURATION",
            defaultValue = "5m",
            description =
                    "How long a checkpoint waits for a Flight server that is away before it fails. The job waits on, "
                            + "held back; one that starts fails after that time, and is restarted. Default: ${DEFAULT-VALUE}")
    Duration liveMaxOutage();

    private static void check(PipelineOptions options, Mistakes wrong) {
        wrong.require(!options.kafkaTopic().isBlank(), "kafka.topic", "is blank. Name the topic that holds the clicks");
        wrong.require(
                options.kafkaBootstrapServers().matches("[^:,\\s]+:\\d{1,5}(,[^:,\\s]+:\\d{1,5})*"),
                "kafka.bootstrap-servers",
                "is not a list of HOST:PORT separated by commas, for example broker-1:9092,broker-2:9092");
        Path properties = options.kafkaProperties();
        wrong.require(
                properties == null || properties.toFile().canRead(),
                "kafka.properties",
                "cannot be read. Give a readable file of name=value lines");
        wrong.require(
                options.clicksMaxBytes().bytes() >= 1
                        && options.clicksMaxBytes().bytes() <= 16 << 20,
                "clicks.max-bytes",
                "must be 1B to 16MiB");
        wrong.require(!options.clicksDefaultSite().isBlank(), "clicks.default-site", "is blank. Name a site");
        PseudonymChecks.check(options, wrong);
        positive(options.pseudonymsLookInterval(), wrong, "pseudonyms.look-interval", "Use for example 30s");
        if (options.sessionGap() != null) {
            positive(
                    options.sessionGap(),
                    wrong,
                    "session.gap",
                    "Use the quiet time that ends a visit, for example 30m");
        }
        if (options.sessionMaxDuration() != null) {
            notNegative(options.sessionMaxDuration(), wrong, "session.max-duration");
        }
        wrong.require(options.sessionMaxClicks() >= 0, "session.max-clicks", "must be 0 (no bound) or more");
        String account = options.sessionAccountProperty();
        wrong.require(
                account == null || !account.isBlank(),
                "session.account-property",
                "is blank. Name a property of clicks");
        wrong.require(
                options.userMaxClicks() >= 1 && options.userMaxClicks() <= 10_000_000,
                "user.max-clicks",
                "must be 1 to 10000000");
        Path catalog = options.metricsCatalog();
        if (catalog != null) {
            catalog(catalog, wrong);
        }
        positive(options.liveFlushInterval(), wrong, "live.flush-interval", "Use for example 1s");
        positive(options.liveMaxOutage(), wrong, "live.max-outage", "Use for example 5m");
        positive(options.watermarkIdleTimeout(), wrong, "watermark.idle-timeout", "Use 60s, or more under load");
        notNegative(options.clicksMaxFutureSkew(), wrong, "clicks.max-future-skew");
        notNegative(options.watermarkOutOfOrderness(), wrong, "watermark.out-of-orderness");
        notNegative(options.sessionAllowedLateness(), wrong, "session.allowed-lateness");
        wrong.require(
                options.deduplicationHorizon().compareTo(options.sessionAllowedLateness()) >= 0,
                "deduplication.horizon",
                "must be at least session.allowed-lateness=" + options.sessionAllowedLateness());
        wrong.require(
                options.liveBatchRows() >= 1 && options.liveBatchRows() <= 65_536,
                "live.batch-rows",
                "must be 1 to 65536");
        wrong.require(
                !options.lakeUri().equals(NONE) || !options.liveUri().equals(NONE),
                "lake.uri",
                "is none and live.uri is none too, so nobody would get the results. Give one of them");
        uri(options.lakeUri(), Set.of("s3", "s3a", "file"), wrong, "lake.uri", "s3://clicks/lake");
        LakeChecks.check(options, wrong);
        positive(options.lakeMaxOutage(), wrong, "lake.max-outage", "Use for example 5m");
        uri(options.liveUri(), Set.of("grpc", "grpc+tcp", "grpc+tls"), wrong, "live.uri", "grpc://flight:8815");
        LiveChecks.check(options, wrong);
    }

    private static void catalog(Path folder, Mistakes wrong) {
        try {
            MetricFiles.read(folder);
        } catch (IOException e) {
            wrong.add("metrics.catalog", "cannot be read (" + e + "). Give a readable folder of .sql files");
        } catch (WrongCatalogException e) {
            e.mistakes().forEach(mistake -> wrong.add("metrics.catalog", mistake));
        }
    }

    private static void positive(Duration value, Mistakes wrong, String option, String advice) {
        wrong.require(
                value.toMillis() > 0 && value.compareTo(Duration.ofDays(366)) <= 0,
                option,
                "must be positive and at most 366 days. " + advice);
    }

    private static void notNegative(Duration value, Mistakes wrong, String option) {
        wrong.require(
                !value.isNegative() && value.compareTo(Duration.ofDays(366)) <= 0, option, "must be 0s to 366 days");
    }

    private static void uri(String text, Set<String> schemes, Mistakes wrong, String option, String example) {
        if (text.equals(NONE)) {
            return;
        }
        try {
            URI uri = new URI(text);
            boolean right = uri.getScheme() != null && (schemes.isEmpty() || schemes.contains(uri.getScheme()));
            wrong.require(right, option, "is not an absolute URI. Write for example " + example);
        } catch (URISyntaxException e) {
            wrong.add(option, "is not a URI (" + e.getReason() + "). Write for example " + example);
        }
    }
}
