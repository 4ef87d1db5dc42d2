package io.openclickstream.quickstart;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.quickstart.platform.Addresses;
import io.openclickstream.quickstart.platform.ChildName;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code ./clickstream bench}. */
@Command(
        sortOptions = false,
        description = {
            "Runs a benchmark, on a platform of its own if it needs one, which always starts anew. Without a name it",
            "lists them.",
            ""
        })
final class BenchOptions extends PlatformOptions {
    static final Program<BenchOptions> PROGRAM =
            new Program<>("./clickstream bench", BenchOptions.class, BenchOptions::check);

    private static final String FLUSH_INTERVAL = "live.flush-interval";
    private static final String FRESH_FLUSH_INTERVAL = "500ms";

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            converter = Benchmark.Reader.class,
            completionCandidates = Benchmark.Names.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    @Nullable
    Benchmark benchmark;

    @Option(
            names = "--short",
            description = "Measure fewer clicks and sessions: at most 5 minutes, and not to be quoted.")
    boolean isShort;

    @Option(
            names = "--report",
            description = "Run nothing; make load-tests/reports/index.html anew from the runs kept beside it.")
    boolean isReport;

    @Option(names = "--clicks", paramLabel = "NUMBER", description = "How many clicks. Default: the benchmark's own")
    @Nullable
    Long clicks;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "The same seed makes the same clicks. Default: ${DEFAULT-VALUE}")
    long seed;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "How clicks are written in Kafka, JSON or AVRO; for side-by-side. Default: JSON")
    @Nullable
    ClickFormat format;

    /** Forms of clicks that a comparison can read. */
    enum ClickFormat {
        JSON,
        AVRO
    }

    @Override
    void check(Mistakes wrong) {
        super.check(wrong);
        wrong.require(clicks == null || (clicks >= 1 && clicks <= 1_000_000_000), "clicks", "must be 1 to 1000000000");
        wrong.require(!isReport || benchmark == null, "report", "runs no benchmark. Leave the name out");
        wrong.require(
                format == null || benchmark == Benchmark.SIDE_BY_SIDE,
                "format",
                "is for side-by-side only. Leave it out");
        wrong.require(
                clicks == null || benchmark == null || benchmark.countsClicks(),
                "clicks",
                "is not for this benchmark, which goes by time. Leave it out");
    }

    private long clicksOf(Benchmark chosen) {
        return clicks != null ? clicks : isShort ? chosen.shortClicks() : chosen.usualClicks();
    }

    /** What the side-by-side comparison is told, and that of pseudonyms, which is the same of other jobs. */
    List<String> comparisonArguments(Addresses addresses, Path root) {
        if (benchmark == Benchmark.PSEUDONYMS) {
            return List.of(
                    "--name=pseudonyms",
                    "--jobs=USER_IDS,PSEUDONYMS",
                    "--kafka.bootstrap-servers=" + addresses.kafka(),
                    "--clicks=" + clicksOf(Benchmark.PSEUDONYMS),
                    "--rounds=" + (isShort ? 1 : 3),
                    "--seed=" + seed,
                    reportDir(root, Benchmark.PSEUDONYMS));
        }
        return List.of(
                "--kafka.bootstrap-servers=" + addresses.kafka(),
                "--clicks=" + clicksOf(Benchmark.SIDE_BY_SIDE),
                "--format=" + (format == null ? ClickFormat.JSON : format),
                "--seed=" + seed,
                "--report.dir=" + root.resolve("load-tests").resolve("target").resolve("side-by-side"));
    }

    /** What the comparison of Parquet writers is told. */
    List<String> parquetWriterArguments(Path root) {
        return List.of(
                "--rows=" + clicksOf(Benchmark.PARQUET_WRITER),
                "--seed=" + seed,
                "--report.dir=" + root.resolve("load-tests").resolve("target").resolve("parquet-writer"));
    }

    /** What the benchmark of compaction is told. */
    List<String> lakeCompactionArguments(Path root, String maintainClassPath) {
        return List.of(
                "--maintain.class-path=" + maintainClassPath,
                "--maintain.jvm-options=" + root.resolve("jvm.options"),
                "--clicks=" + clicksOf(Benchmark.LAKE_COMPACTION),
                "--epochs=" + (isShort ? 120 : 360),
                "--seed=" + seed,
                reportDir(root, Benchmark.LAKE_COMPACTION));
    }

    /** What the session operator's benchmark is told. */
    List<String> sessionOperatorArguments(Path root) {
        return List.of(
                "--clicks=" + clicksOf(Benchmark.SESSION_OPERATOR),
                "--rounds=" + (isShort ? 1 : 3),
                "--seed=" + seed,
                "--report.dir=" + root.resolve("load-tests").resolve("target").resolve("session-operator"));
    }

    /** What the benchmark of many open sessions is told; its clicks have no seed. */
    List<String> openSessionsArguments(Path root) {
        return List.of(
                "--clicks=" + clicksOf(Benchmark.OPEN_SESSIONS),
                "--open-sessions=" + (isShort ? "10000,50000,200000" : "10000,100000,1000000"),
                "--report.dir=" + root.resolve("load-tests").resolve("target").resolve("open-sessions"));
    }

    /** What the benchmark of the whole job with many open sessions is told; its clicks have no seed. */
    List<String> jobOpenSessionsArguments(Addresses addresses, Path root) {
        List<String> arguments = new ArrayList<>(List.of(
                "--kafka.bootstrap-servers=" + addresses.kafka(),
                "--clicks=" + clicksOf(Benchmark.JOB_OPEN_SESSIONS),
                reportDir(root, Benchmark.JOB_OPEN_SESSIONS)));
        if (isShort) {
            arguments.addAll(List.of("--open-sessions=10000,100000", "--warm-up=1500000"));
        }
        return arguments;
    }

    /** What the benchmark of reads is told; its rows have no seed. */
    List<String> liveReadArguments(Path root, String serverClassPath, Map<String, String> environment) {
        List<String> arguments = new ArrayList<>(serverArguments(root, serverClassPath, Benchmark.LIVE_READ));
        arguments.add("--rows=" + clicksOf(Benchmark.LIVE_READ));
        arguments.add("--rounds=" + (isShort ? 5 : 15));
        arguments.add("--python=" + python(root, environment));
        return arguments;
    }

    /** What the benchmark of snapshots is told. */
    List<String> liveSnapshotsArguments(Path root) {
        List<String> arguments = new ArrayList<>(List.of(reportDir(root, Benchmark.LIVE_SNAPSHOTS)));
        if (isShort) {
            arguments.addAll(List.of("--warm-up=5s", "--time=10s"));
        }
        return arguments;
    }

    /** What the benchmark of puts is told. */
    List<String> livePutArguments(Path root, String serverClassPath) {
        List<String> arguments = new ArrayList<>(serverArguments(root, serverClassPath, Benchmark.LIVE_PUT));
        if (isShort) {
            arguments.addAll(List.of("--round=3s", "--rounds=3"));
        }
        return arguments;
    }

    /** What the benchmark of subscribers is told. */
    List<String> liveSubscribersArguments(Path root, String serverClassPath) {
        List<String> arguments = new ArrayList<>(serverArguments(root, serverClassPath, Benchmark.LIVE_SUBSCRIBERS));
        if (isShort) {
            arguments.addAll(List.of("--many=4000", "--time=20s"));
        }
        return arguments;
    }

    /** The platform for freshness: rows wait for half as long as they usually may before they are pushed. */
    PlatformSettings freshnessSettings(Path root) {
        PlatformSettings settings = settings(root, "bench").withFresh(true);
        return settings.withPipelineOption(FLUSH_INTERVAL, flushInterval());
    }

    private String flushInterval() {
        return pipeline == null ? FRESH_FLUSH_INTERVAL : pipeline.getOrDefault(FLUSH_INTERVAL, FRESH_FLUSH_INTERVAL);
    }

    /** What the benchmark of freshness is told. */
    List<String> freshnessArguments(Platform platform, Path root) {
        List<String> arguments = new ArrayList<>(List.of(
                "--kafka.bootstrap-servers=" + platform.addresses().kafka(),
                "--kafka.topic=" + platform.addresses().topic(),
                "--flight.uri=" + platform.addresses().flight(),
                "--checkpoint.interval=" + checkpointInterval.toMillis() + "ms",
                "--flush-interval=" + flushInterval(),
                "--seed=" + seed,
                pids(platform),
                reportDir(root, Benchmark.FRESHNESS)));
        if (isShort) {
            arguments.addAll(List.of("--warm-up=15s", "--saturate=25s", "--time=40s"));
        }
        return arguments;
    }

    private static List<String> serverArguments(Path root, String serverClassPath, Benchmark benchmark) {
        return List.of(
                "--server.class-path=" + serverClassPath,
                "--server.jvm-options=" + root.resolve("jvm.options"),
                reportDir(root, benchmark));
    }

    private static String reportDir(Path root, Benchmark benchmark) {
        return "--report.dir=" + root.resolve("load-tests").resolve("target").resolve(benchmark.shownAs());
    }

    /** The one that the environment names, else the checkout's, else the system's. */
    private static String python(Path root, Map<String, String> environment) {
        String given = environment.getOrDefault("CLICKSTREAM_PYTHON", "");
        Path inCheckout = root.resolve(".venv").resolve("bin").resolve("python");
        return !given.isBlank() ? given : Files.isExecutable(inCheckout) ? inCheckout.toString() : "python3";
    }

    private static String pids(Platform platform) {
        return "--pids="
                + Stream.of(ChildName.values())
                        .flatMap(child -> platform.pid(child).map(pid -> child.module() + "=" + pid).stream())
                        .collect(Collectors.joining(","));
    }

    List<String> arguments(Addresses addresses, String phase) {
        return List.of(
                "--phase=" + phase,
                "--kafka.bootstrap-servers=" + addresses.kafka(),
                "--kafka.topic=" + addresses.topic(),
                "--clicks=" + clicksOf(Benchmark.ROAD),
                "--seed=" + seed,
                "--flink.rest=" + addresses.flinkPage(),
                "--flight.uri=" + addresses.flight());
    }

    List<String> measureArguments(Platform platform, Path root) {
        List<String> arguments = new ArrayList<>(arguments(platform.addresses(), "MEASURE"));
        arguments.add(
                "--report.dir=" + root.resolve("load-tests").resolve("target").resolve("road-benchmark"));
        arguments.add(pids(platform));
        return arguments;
    }
}
