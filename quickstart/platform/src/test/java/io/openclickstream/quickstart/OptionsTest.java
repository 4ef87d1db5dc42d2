package io.openclickstream.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.options.ByteSize;
import io.openclickstream.options.OptionsException;
import io.openclickstream.quickstart.backfill.BackfillSettings;
import io.openclickstream.quickstart.backfill.Bound;
import io.openclickstream.quickstart.platform.Addresses;
import io.openclickstream.quickstart.platform.DataFolder;
import io.openclickstream.quickstart.platform.Lake;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import io.openclickstream.quickstart.recompute.RecomputeSettings;
import io.openclickstream.quickstart.replay.FileFormat;
import io.openclickstream.quickstart.replay.ReplaySettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptionsTest {
    private static final Path ROOT = Path.of("/checkout");

    @Test
    void theUsualPortsAreTheDocumentedOnesAndDataIsKeptPerCommand() throws OptionsException {
        PlatformSettings settings =
                DemoOptions.PROGRAM.read(List.of(), Map.of()).settings(ROOT, "demo");
        assertThat(settings.ports()).isEqualTo(Ports.USUAL);
        assertThat(settings.folder()).isEqualTo(Path.of("/checkout/.clickstream/demo"));
        assertThat(settings.fresh()).isFalse();
    }

    @Test
    void optionsOfThePipelineAreHandedOn() throws OptionsException {
        UpOptions options = UpOptions.PROGRAM.read(
                List.of("--pipeline", "session.gap=10m", "--pipeline=live.batch-rows=5"), Map.of());
        assertThat(options.settings(ROOT, "up").pipelineOptions())
                .isEqualTo(Map.of("session.gap", "10m", "live.batch-rows", "5"));
    }

    @Test
    void whatToReplayIsReadWhole() throws OptionsException {
        ReplayOptions options = ReplayOptions.PROGRAM.read(
                List.of(
                        "clicks.txt",
                        "--format=TSV",
                        "--order=file",
                        "--speed=60",
                        "--zone=Europe/Berlin",
                        "--column.user=who",
                        "--column.event-id=nr"),
                Map.of());
        ReplaySettings replay = options.replay();
        assertThat(replay.file()).isEqualTo(Path.of("clicks.txt"));
        assertThat(replay.format()).isEqualTo(FileFormat.TSV);
        assertThat(replay.order()).isEqualTo(ReplaySettings.Order.FILE);
        assertThat(replay.speed()).isEqualTo(60);
        assertThat(replay.zone().getId()).isEqualTo("Europe/Berlin");
        assertThat(replay.columns()).isEqualTo(Map.of("user", "who", "event-id", "nr"));
    }

    @Test
    void benchmarksAreFoundByTheirNameAndTheReportRunsNone() throws OptionsException {
        BenchOptions options = BenchOptions.PROGRAM.read(List.of("parquet-writer", "--short", "--seed=3"), Map.of());
        assertThat(options.parquetWriterArguments(ROOT))
                .containsExactly(
                        "--rows=300000", "--seed=3", "--report.dir=/checkout/load-tests/target/parquet-writer");
        assertThat(BenchOptions.PROGRAM.read(List.of("--report"), Map.of()).isReport)
                .isTrue();
        assertThatThrownBy(() -> BenchOptions.PROGRAM.read(List.of("road", "--report"), Map.of()))
                .hasMessageContaining("report=true (from command line): runs no benchmark. Leave the name out");
    }

    @Test
    void onlyTheComparisonOfJobsIsToldAFormat() throws OptionsException {
        Addresses addresses = new Addresses(
                "localhost:9092",
                "clicks",
                URI.create("http://localhost:9000"),
                URI.create("http://localhost:8081"),
                URI.create("grpc://localhost:8815"),
                URI.create("http://localhost:8080"));
        assertThat(BenchOptions.PROGRAM
                        .read(List.of("side-by-side", "--format=AVRO"), Map.of())
                        .comparisonArguments(addresses, ROOT))
                .contains("--format=AVRO", "--clicks=4000000");
        assertThat(BenchOptions.PROGRAM.read(List.of("side-by-side"), Map.of()).comparisonArguments(addresses, ROOT))
                .contains("--format=JSON");
        assertThat(BenchOptions.PROGRAM
                        .read(List.of("pseudonyms", "--seed=7"), Map.of())
                        .comparisonArguments(addresses, ROOT))
                .containsExactly(
                        "--name=pseudonyms",
                        "--jobs=USER_IDS,PSEUDONYMS",
                        "--kafka.bootstrap-servers=localhost:9092",
                        "--clicks=2000000",
                        "--rounds=3",
                        "--seed=7",
                        "--report.dir=" + ROOT.resolve("load-tests/target/pseudonyms"));
        assertThatThrownBy(() -> BenchOptions.PROGRAM.read(List.of("road", "--format=AVRO"), Map.of()))
                .hasMessageContaining("format=AVRO (from command line): is for side-by-side only. Leave it out");
    }

    @Test
    void benchmarksOfTheOperatorAreToldHowMuchToDo() throws OptionsException {
        BenchOptions whole = BenchOptions.PROGRAM.read(List.of("session-operator", "--seed=7"), Map.of());
        assertThat(whole.sessionOperatorArguments(ROOT))
                .containsExactly(
                        "--clicks=2000000",
                        "--rounds=3",
                        "--seed=7",
                        "--report.dir=/checkout/load-tests/target/session-operator");
        assertThat(whole.openSessionsArguments(ROOT))
                .containsExactly(
                        "--clicks=2000000",
                        "--open-sessions=10000,100000,1000000",
                        "--report.dir=/checkout/load-tests/target/open-sessions");
        assertThat(BenchOptions.PROGRAM
                        .read(List.of("lake-compaction", "--short", "--seed=7"), Map.of())
                        .lakeCompactionArguments(ROOT, "maintenance.jar"))
                .containsExactly(
                        "--maintain.class-path=maintenance.jar",
                        "--maintain.jvm-options=/checkout/jvm.options",
                        "--clicks=300000",
                        "--epochs=120",
                        "--seed=7",
                        "--report.dir=/checkout/load-tests/target/lake-compaction");
        BenchOptions brief = BenchOptions.PROGRAM.read(List.of("open-sessions", "--short"), Map.of());
        assertThat(brief.benchmark).isEqualTo(Benchmark.OPEN_SESSIONS);
        assertThat(brief.openSessionsArguments(ROOT)).contains("--clicks=200000", "--open-sessions=10000,50000,200000");
        assertThat(brief.sessionOperatorArguments(ROOT)).contains("--clicks=300000", "--rounds=1");
    }

    @Test
    void theWholeJobWithOpenSessionsIsToldWhereKafkaIsAndHowMuchToDo() throws OptionsException {
        Addresses addresses = new Addresses(
                "localhost:9092",
                "clicks",
                URI.create("http://localhost:9000"),
                URI.create("http://localhost:8081"),
                URI.create("grpc://localhost:8815"),
                URI.create("http://localhost:8080"));
        assertThat(BenchOptions.PROGRAM
                        .read(List.of("job-open-sessions"), Map.of())
                        .jobOpenSessionsArguments(addresses, ROOT))
                .containsExactly(
                        "--kafka.bootstrap-servers=localhost:9092",
                        "--clicks=3000000",
                        "--report.dir=/checkout/load-tests/target/job-open-sessions");
        assertThat(BenchOptions.PROGRAM
                        .read(List.of("job-open-sessions", "--short"), Map.of())
                        .jobOpenSessionsArguments(addresses, ROOT))
                .containsExactly(
                        "--kafka.bootstrap-servers=localhost:9092",
                        "--clicks=500000",
                        "--report.dir=/checkout/load-tests/target/job-open-sessions",
                        "--open-sessions=10000,100000",
                        "--warm-up=1500000");
    }

    @Test
    void benchmarksOfLiveTablesAreToldWhereTheServerIsAndHowMuchToDo() throws OptionsException {
        BenchOptions brief = BenchOptions.PROGRAM.read(List.of("live-read", "--short"), Map.of());
        assertThat(brief.liveReadArguments(ROOT, "a:b", Map.of("CLICKSTREAM_PYTHON", "/venv/python")))
                .containsExactly(
                        "--server.class-path=a:b",
                        "--server.jvm-options=/checkout/jvm.options",
                        "--report.dir=/checkout/load-tests/target/live-read",
                        "--rows=300000",
                        "--rounds=5",
                        "--python=/venv/python");
        assertThat(brief.liveReadArguments(ROOT, "a:b", Map.of())).contains("--python=python3");
        assertThat(brief.livePutArguments(ROOT, "a:b")).contains("--round=3s", "--rounds=3");
        assertThat(brief.liveSubscribersArguments(ROOT, "a:b")).contains("--many=4000", "--time=20s");
        assertThat(brief.liveSnapshotsArguments(ROOT)).contains("--time=10s");
        BenchOptions whole = BenchOptions.PROGRAM.read(List.of("live-snapshots"), Map.of());
        assertThat(whole.liveSnapshotsArguments(ROOT))
                .containsExactly("--report.dir=/checkout/load-tests/target/live-snapshots");
        assertThat(whole.freshnessSettings(ROOT).pipelineOptions()).isEqualTo(Map.of("live.flush-interval", "500ms"));
        BenchOptions chosen =
                BenchOptions.PROGRAM.read(List.of("freshness", "--pipeline=live.flush-interval=2s"), Map.of());
        assertThat(chosen.freshnessSettings(ROOT).pipelineOptions()).isEqualTo(Map.of("live.flush-interval", "2s"));
        assertThatThrownBy(() -> BenchOptions.PROGRAM.read(List.of("live-put", "--clicks=5"), Map.of()))
                .hasMessageContaining("clicks=5 (from command line): is not for this benchmark");
    }

    @Test
    void everyMistakeIsToldAtOnce() {
        assertThatThrownBy(() -> ReplayOptions.PROGRAM.read(
                        List.of("f", "--speed=warp", "--order=random", "--parallelism=9"), Map.of()))
                .hasMessageContaining("3 option(s) are wrong")
                .hasMessageContaining("speed=warp (from command line): must be max")
                .hasMessageContaining("order=random")
                .hasMessageContaining("parallelism=9 (from command line): must be 1 to 4");
        assertThatThrownBy(() -> ReplayOptions.PROGRAM.read(List.of(), Map.of()))
                .hasMessageContaining("FILE");
        assertThatThrownBy(() -> DemoOptions.PROGRAM.read(List.of("--rate=0", "--http.port=x"), Map.of()))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("http.port=x");
    }

    @Test
    void whatToRecomputeIsReadWhole(@TempDir Path folder) throws Exception {
        Path lake = lakeIn(folder);
        Files.writeString(
                folder.resolve("pipeline.properties"),
                "session.gap=1m\nlive.batch-rows=7\nlake.uri=s3://elsewhere/lake\n");
        RecomputeOptions options = RecomputeOptions.PROGRAM.read(
                List.of(
                        "--data.dir=" + folder,
                        "--target=" + folder.resolve("result"),
                        "--from=KAFKA",
                        "--kafka=broker:9092",
                        "--memory=3GiB",
                        "--pipeline=session.gap=10m"),
                Map.of());
        assertThat(options.isFromOwnKafka()).isFalse();
        assertThat(options.isLive()).isFalse();
        assertThat(options.settings(ROOT, folder.resolve("result"), options.kafka()))
                .isEqualTo(new RecomputeSettings(
                        ROOT,
                        lake,
                        "broker:9092",
                        folder.resolve("result"),
                        2,
                        new ByteSize(3L << 30),
                        Map.of("session.gap", "10m", "live.batch-rows", "7")));

        RecomputeOptions ofItself = RecomputeOptions.PROGRAM.read(
                List.of("--data.dir=" + folder, "--target=" + folder.resolve("result"), "--from=KAFKA"), Map.of());
        assertThat(ofItself.isFromOwnKafka()).isTrue();
        try (DataFolder running = DataFolder.open(folder, false)) {
            assertThat(running.path()).isEqualTo(folder);
            assertThat(ofItself.isLive()).isTrue();
        }
        VerifyOptions ofUri = VerifyOptions.PROGRAM.read(List.of("--lake=" + lake.toUri(), "--rows=3"), Map.of());
        assertThat(ofUri.lakeFolder()).isEqualTo(lake);
        assertThat(ofUri.kafka()).isNull();
        assertThat(ofUri.rows).isEqualTo(3);
    }

    @Test
    void nothingIsRecomputedIntoOrFromTheWrongFolder(@TempDir Path folder) throws Exception {
        Path lake = lakeIn(folder);
        assertThatThrownBy(() -> RecomputeOptions.PROGRAM.read(
                        List.of(
                                "--lake=" + folder.resolve("nothing"),
                                "--target=" + folder.resolve("s3"),
                                "--from=KAFKA",
                                "--parallelism=0",
                                "--memory=1MiB",
                                "--pipeline=lake.uri=s3://a/b"),
                        Map.of()))
                .hasMessageContaining("6 option(s) are wrong")
                .hasMessageContaining("has no lake with clicks and a ledger in " + folder.resolve("nothing"))
                .hasMessageContaining("target=" + folder.resolve("s3") + " (from command line): is not empty")
                .hasMessageContaining("from=KAFKA (from command line): needs a Kafka")
                .hasMessageContaining("parallelism=0")
                .hasMessageContaining("memory=1MiB")
                .hasMessageContaining("must not set lake.uri");
        assertThatThrownBy(() -> RecomputeOptions.PROGRAM.read(
                        List.of("--lake=" + lake, "--target=" + lake.resolve("again")), Map.of()))
                .hasMessageContaining("1 option(s) are wrong")
                .hasMessageContaining("lie in each other");
        assertThatThrownBy(() -> RecomputeOptions.PROGRAM.read(List.of("--data.dir=" + lake), Map.of()))
                .hasMessageContaining("2 option(s) are wrong")
                .hasMessageContaining("target (default): is missing")
                .hasMessageContaining("is no data folder of a platform");
        assertThatThrownBy(() -> VerifyOptions.PROGRAM.read(
                        List.of("--lake=s3://clicks/lake", "--recomputed=" + folder, "--rows=-1"), Map.of()))
                .hasMessageContaining("3 option(s) are wrong")
                .hasMessageContaining("lake=s3://clicks/lake (from command line): is not on this machine's disk")
                .hasMessageContaining("holds no finished recomputation")
                .hasMessageContaining("rows=-1");
        assertThatThrownBy(() -> VerifyOptions.PROGRAM.read(
                        List.of(
                                "--lake=" + lake,
                                "--flight=localhost:8815",
                                "--flight.tls-ca=" + folder.resolve("none")),
                        Map.of()))
                .hasMessageContaining("2 option(s) are wrong")
                .hasMessageContaining("is no address of a Flight server. Write grpc://HOST:PORT")
                .hasMessageContaining(
                        "flight.tls-ca=" + folder.resolve("none") + " (from command line): cannot be read");
        assertThatThrownBy(() -> VerifyOptions.PROGRAM.read(
                        List.of("--lake=" + lake, "--flight.token-file=" + folder.resolve("none")), Map.of()))
                .hasMessageContaining("has no use without --flight");
        assertThatThrownBy(() -> VerifyOptions.PROGRAM.read(List.of(), Map.of()))
                .hasMessageContaining("data.dir (default): and --lake are missing");
    }

    /** A platform's data folder with a lake that has its datasets, and nothing in them. */
    private static Path lakeIn(Path folder) throws Exception {
        DataFolder.open(folder, false).close();
        Path lake = Lake.of(folder).folder();
        Files.createDirectories(lake.resolve("clicks"));
        Files.createDirectories(lake.resolve("ledger"));
        return lake;
    }

    @Test
    void aBackfillIsReadWhole() throws Exception {
        BackfillOptions options = BackfillOptions.PROGRAM.read(
                List.of(
                        "--name=year",
                        "--until=2026-01-01T00:00:00Z",
                        "--lake.uri=s3://clicks/lake",
                        "--s3.path-style-access",
                        "--pipeline=session.gap=10m",
                        "--column.user=who",
                        "one.csv",
                        "two.csv"),
                Map.of("CLICKSTREAM_S3_ENDPOINT", "http://store:9000"));
        BackfillSettings settings = options.settings(ROOT);
        assertThat(settings.files())
                .extracting(ReplaySettings::file)
                .containsExactly(Path.of("one.csv"), Path.of("two.csv"));
        assertThat(settings.files()).extracting(ReplaySettings::columns).containsOnly(Map.of("user", "who"));
        assertThat(settings.until()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(settings.from()).isNull();
        assertThat(settings.kafka()).isNull();
        assertThat(settings.work()).isEqualTo(ROOT.resolve(".clickstream/backfill/year"));
        assertThat(settings.lakeArguments())
                .containsExactly(
                        "--lake.uri=s3://clicks/lake", "--s3.endpoint=http://store:9000", "--s3.path-style-access");
        assertThat(settings.pipelineOptions()).isEqualTo(Map.of("session.gap", "10m"));
    }

    @Test
    void aBackfillOfATopicIsReadWhole(@TempDir Path folder) throws Exception {
        Path properties = Files.writeString(folder.resolve("client.properties"), "security.protocol=SSL\n");
        BackfillSettings settings = BackfillOptions.PROGRAM
                .read(
                        List.of(
                                "--name=year",
                                "--until=2026-01-01T00:00:00Z",
                                "--lake.uri=s3://clicks/lake",
                                "--kafka=one:9092,two:9092",
                                "--kafka.properties=" + properties,
                                "--kafka.topic=archive",
                                "--kafka.from=2025-01-01T00:00:00Z",
                                "--kafka.to=0:12"),
                        Map.of())
                .settings(ROOT);
        assertThat(settings.files()).isEmpty();
        assertThat(settings.kafka())
                .isEqualTo(new BackfillSettings.KafkaRange(
                        "one:9092,two:9092",
                        "archive",
                        Bound.of("2025-01-01T00:00:00Z"),
                        Bound.of("0:12"),
                        properties));
    }

    @Test
    void allThatIsWrongWithABackfillIsSaidAtOnce() {
        assertThatThrownBy(() -> BackfillOptions.PROGRAM.read(
                        List.of(
                                "--name=a/b",
                                "--from=2026-01-01T00:00:00Z",
                                "--until=2026-01-01T00:00:00Z",
                                "--kafka.topic=archive",
                                "--kafka.from=yesterday",
                                "--kafka.properties=none.properties",
                                "--pipeline=lake.uri=none",
                                "one.csv"),
                        Map.of()))
                .isInstanceOf(OptionsException.class)
                .hasMessageContainingAll(
                        "name=a/b",
                        "must be before --until",
                        "and files are given",
                        "is not a list",
                        "kafka.to (default): is missing",
                        "kafka.from=yesterday",
                        "kafka.properties=none.properties (from command line): cannot be read",
                        "and --lake.uri are missing",
                        "must not set lake.uri");
        assertThatThrownBy(() -> BackfillOptions.PROGRAM.read(List.of("--name=year"), Map.of()))
                .isInstanceOf(OptionsException.class)
                .hasMessageContainingAll("until (default): is missing", "and files are missing");
    }
}
