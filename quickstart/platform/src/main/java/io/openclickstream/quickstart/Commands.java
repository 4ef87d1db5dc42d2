package io.openclickstream.quickstart;

import io.openclickstream.load.benchmark.TypedCommand;
import io.openclickstream.quickstart.backfill.HistoryBackfill;
import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import io.openclickstream.quickstart.recompute.Folders;
import io.openclickstream.quickstart.recompute.Recompute;
import io.openclickstream.quickstart.recompute.ServedReport;
import io.openclickstream.quickstart.recompute.ServedVerification;
import io.openclickstream.quickstart.recompute.Verdict;
import io.openclickstream.quickstart.recompute.Verification;
import io.openclickstream.quickstart.recompute.VerifyReport;
import io.openclickstream.quickstart.rejected.RejectedReplay;
import io.openclickstream.quickstart.replay.Replay;
import io.openclickstream.quickstart.replay.ReplaySummary;
import io.openclickstream.quickstart.screen.Display;
import io.openclickstream.quickstart.screen.Notices;
import io.openclickstream.quickstart.screen.PlatformState;
import io.openclickstream.quickstart.screen.Screen;
import io.openclickstream.quickstart.screen.StateReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs the commands; each returns its exit code: 0 done, 1 failed on the way, 2 could not start. Of {@code verify}, 1
 * means that something differs, and 2 that it could not find out.
 */
final class Commands {
    private static final int TERMINAL_MILLIS = 1_000;
    private static final int OTHERWISE_MILLIS = 5_000;

    private final Path root;
    private final PrintStream out;
    private final Display display;

    Commands(Path root, PrintStream out, boolean terminal) {
        this.root = root;
        this.out = out;
        display = new Display(out, terminal);
    }

    int up(UpOptions options) throws IOException, InterruptedException, CannotStartException {
        try (Platform platform = Platform.start(options.settings(root, "up"), this::say)) {
            Screen.addresses(platform.addresses(), platform.dataFolder(), platform.lakeFolder())
                    .forEach(out::println);
            out.println("Send clicks as JSON (names of click.avsc) to the topic. Ctrl-C stops.");
            out.flush();
            try {
                say(platform.givenUp().get());
                return 1;
            } catch (InterruptedException e) {
                return stopped(platform);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    int demo(DemoOptions options) throws IOException, InterruptedException, CannotStartException {
        Notices notices = new Notices();
        try (Platform platform = Platform.start(options.settings(root, "demo"), notice -> {
            notices.accept(notice);
            if (!display.isShowing()) {
                say(notice);
            }
        })) {
            notices.clear();
            try (Clicker clicker = Clicker.start(options, platform)) {
                return watch(platform, notices, clicker, options.title());
            } catch (InterruptedException e) {
                return stopped(platform);
            }
        }
    }

    int replay(ReplayOptions options) throws IOException, InterruptedException, CannotStartException {
        Replay replay = new Replay(options.replay(), this::say);
        try (Platform platform = Platform.start(replay.platform(options.settings(root, "replay")), this::say)) {
            ReplaySummary summary = replay.run(platform);
            out.println();
            summary.lines().forEach(out::println);
            out.flush();
            return summary.isConserved() ? 0 : 1;
        }
    }

    int replayRejected(ReplayRejectedOptions options) throws IOException, InterruptedException, CannotStartException {
        new RejectedReplay(options.settings()).run().lines().forEach(out::println);
        out.flush();
        return 0;
    }

    int backfill(BackfillOptions options) throws IOException, InterruptedException, CannotStartException {
        HistoryBackfill.Result result = new HistoryBackfill(options.settings(root)).run();
        result.lines().forEach(out::println);
        out.flush();
        return result.exitCode();
    }

    int recompute(RecomputeOptions options) throws IOException, InterruptedException, CannotStartException {
        Path target = Objects.requireNonNull(options.target, "it is checked");
        int exitCode = recompute(options, target);
        if (exitCode == 0) {
            say("recomputed into " + target);
        }
        return exitCode;
    }

    int verify(VerifyOptions options) throws InterruptedException, CannotStartException {
        try {
            Path given = options.recomputed != null ? options.recomputed : options.target;
            if (given != null) {
                return verify(options, given);
            }
            Path temporary = Files.createTempDirectory("clickstream-verify");
            try {
                return verify(options, temporary);
            } finally {
                Folders.delete(temporary);
            }
        } catch (IOException e) {
            throw new CannotStartException("Cannot find out whether the lake is right: " + e.getMessage(), e);
        }
    }

    private int verify(VerifyOptions options, Path recomputed)
            throws IOException, InterruptedException, CannotStartException {
        if (options.recomputed == null && recompute(options, recomputed) != 0) {
            return 2;
        }
        VerifyReport report = new Verification(options.lakeFolder(), options.backfill, recomputed, options.rows).run();
        report.lines().forEach(out::println);
        Verdict verdict = report.verdict();
        if (options.flight != null) {
            ServedReport served = new ServedVerification(
                            options.flight,
                            options.flightTokenFile,
                            options.flightTlsCa,
                            options.lakeFolder(),
                            recomputed,
                            options.rows)
                    .run();
            out.println();
            served.lines().forEach(out::println);
            verdict = verdict.and(served.verdict());
        }
        out.flush();
        return verdict.exitCode();
    }

    private int recompute(RecomputeOptions options, Path target)
            throws IOException, InterruptedException, CannotStartException {
        if (options.isFromOwnKafka() && !options.isLive()) {
            // Only Kafka is needed of it; on ports of its own, so that it is in nobody's way.
            PlatformSettings stopped =
                    PlatformSettings.of(root, Objects.requireNonNull(options.folder, "it is checked"), Ports.free());
            try (Platform platform = Platform.startWithoutJob(stopped, this::say)) {
                String kafka = platform.addresses().kafka();
                return new Recompute(options.settings(root, target, kafka), this::say).run();
            }
        }
        return new Recompute(options.settings(root, target, options.kafka()), this::say).run();
    }

    /** @param typed what was typed, which a benchmark keeps with its raw output */
    int bench(BenchOptions options, String typed) throws IOException, InterruptedException, CannotStartException {
        if (options.isReport) {
            return benchmark(
                    typed,
                    System.getProperty("java.class.path"),
                    "io.openclickstream.load.report.WriteReport",
                    List.of("--reports.dir=" + root.resolve("load-tests").resolve("reports")));
        }
        if (options.benchmark == null) {
            out.println("./clickstream bench NAME runs one of");
            Benchmark.list().forEach(out::println);
            return 0;
        }
        return switch (options.benchmark) {
            case ROAD -> benchRoad(options, typed);
            case SIDE_BY_SIDE, PSEUDONYMS -> benchSideBySide(options, typed);
            case PARQUET_WRITER ->
                benchmark(
                        typed,
                        besideFlink(),
                        "io.openclickstream.load.parquet.ParquetWriterBenchmark",
                        options.parquetWriterArguments(root));
            case LAKE_COMPACTION ->
                benchmark(
                        typed,
                        besideFlink(),
                        "io.openclickstream.load.compaction.CompactionBenchmark",
                        options.lakeCompactionArguments(root, classPath(root.resolve("lake-maintenance"))));
            case SESSION_OPERATOR ->
                benchmark(
                        typed,
                        besideFlink(),
                        "io.openclickstream.load.operator.SessionOperatorBenchmark",
                        options.sessionOperatorArguments(root));
            case OPEN_SESSIONS ->
                benchmark(
                        typed,
                        besideFlink(),
                        "io.openclickstream.load.operator.OpenSessionsBenchmark",
                        options.openSessionsArguments(root));
            case JOB_OPEN_SESSIONS -> benchJobOpenSessions(options, typed);
            case LIVE_READ ->
                benchmark(
                        typed,
                        System.getProperty("java.class.path"),
                        "io.openclickstream.load.live.ReadBenchmark",
                        options.liveReadArguments(root, flightServer(), System.getenv()));
            case LIVE_SNAPSHOTS ->
                benchmark(
                        typed,
                        classPath(root.resolve("load-tests").resolve("live-store")),
                        "io.openclickstream.load.store.SnapshotBenchmark",
                        options.liveSnapshotsArguments(root));
            case LIVE_PUT ->
                benchmark(
                        typed,
                        System.getProperty("java.class.path"),
                        "io.openclickstream.load.live.PutBenchmark",
                        options.livePutArguments(root, flightServer()));
            case LIVE_SUBSCRIBERS ->
                benchmark(
                        typed,
                        System.getProperty("java.class.path"),
                        "io.openclickstream.load.live.SubscribersBenchmark",
                        options.liveSubscribersArguments(root, flightServer()));
            case FRESHNESS -> benchFreshness(options, typed);
        };
    }

    private int benchRoad(BenchOptions options, String typed)
            throws IOException, InterruptedException, CannotStartException {
        String classPath = System.getProperty("java.class.path");
        String main = "io.openclickstream.load.benchmark.RoadBenchmark";
        // The benchmark fills the topic itself and refuses one that holds records.
        try (Platform platform =
                Platform.startWithoutJob(options.settings(root, "bench").withFresh(true), this::say)) {
            int filled = benchmark(typed, classPath, main, options.arguments(platform.addresses(), "FILL"));
            if (filled != 0) {
                return filled;
            }
            platform.startJob();
            return benchmark(typed, classPath, main, options.measureArguments(platform, root));
        }
    }

    /** The jobs run in JVMs of their own, so of the platform they only need Kafka. */
    private int benchSideBySide(BenchOptions options, String typed)
            throws IOException, InterruptedException, CannotStartException {
        try (Platform platform =
                Platform.startWithoutJob(options.settings(root, "bench").withFresh(true), this::say)) {
            return benchmark(
                    typed,
                    besideFlink(),
                    "io.openclickstream.load.sidebyside.SideBySide",
                    options.comparisonArguments(platform.addresses(), root));
        }
    }

    /** The job runs in JVMs of its own here, too. */
    private int benchJobOpenSessions(BenchOptions options, String typed)
            throws IOException, InterruptedException, CannotStartException {
        try (Platform platform =
                Platform.startWithoutJob(options.settings(root, "bench").withFresh(true), this::say)) {
            return benchmark(
                    typed,
                    besideFlink(),
                    "io.openclickstream.load.wholejob.JobOpenSessionsBenchmark",
                    options.jobOpenSessionsArguments(platform.addresses(), root));
        }
    }

    /** On the whole platform, which begins anew. */
    private int benchFreshness(BenchOptions options, String typed)
            throws IOException, InterruptedException, CannotStartException {
        try (Platform platform = Platform.start(options.freshnessSettings(root), this::say)) {
            return benchmark(
                    typed,
                    System.getProperty("java.class.path"),
                    "io.openclickstream.load.benchmark.FreshnessBenchmark",
                    options.freshnessArguments(platform, root));
        }
    }

    /** The class path of the benchmarks that see Flink and our job. */
    private String besideFlink() throws IOException {
        return classPath(root.resolve("load-tests").resolve("side-by-side"));
    }

    /** The class path of the Flight server. */
    private String flightServer() throws IOException {
        return classPath(root.resolve("flight-server"));
    }

    private static String classPath(Path module) throws IOException {
        Path target = module.resolve("target");
        return target.resolve("classes")
                + File.pathSeparator
                + Files.readString(target.resolve("classpath.txt")).strip();
    }

    /** A process of its own, so that what measures does not share a JVM with what is measured. */
    private int benchmark(String typed, String classPath, String main, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("jvm.options"),
                "-Xmx512m",
                "-XX:MaxDirectMemorySize=1g",
                "-D" + TypedCommand.PROPERTY + "=" + typed,
                "-cp",
                classPath,
                main));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            return process.waitFor();
        } finally {
            process.destroy();
        }
    }

    private int watch(Platform platform, Notices notices, Clicker clicker, String title)
            throws IOException, InterruptedException {
        StateReader reader = new StateReader(platform, notices);
        CompletableFuture<String> givenUp = platform.givenUp();
        boolean saidWhy = false;
        if (!display.isTerminal()) {
            out.println(title);
            Screen.addresses(platform.addresses(), platform.dataFolder(), platform.lakeFolder())
                    .forEach(out::println);
            Screen.python(platform.addresses()).forEach(out::println);
        }
        while (true) {
            String failure = clicker.failure();
            if (failure != null && !saidWhy) {
                notices.accept(failure);
            }
            PlatformState state = reader.read(clicker.sent());
            Shutdown.throwIfAsked();
            display.show(display.isTerminal() ? Screen.full(title, state) : block(state));
            try {
                say(givenUp.get(display.isTerminal() ? TERMINAL_MILLIS : OTHERWISE_MILLIS, TimeUnit.MILLISECONDS));
                return 1;
            } catch (TimeoutException e) {
                saidWhy |= failure != null; // nothing was given up: look again
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static List<String> block(PlatformState state) {
        List<String> lines = new ArrayList<>(Screen.numbers(state));
        state.notices().forEach(notice -> lines.add("! " + notice));
        return lines;
    }

    private int stopped(Platform platform) throws IOException, InterruptedException {
        say("stopping; the next run goes on from here");
        platform.stop(this::say);
        say("stopped");
        return 0;
    }

    private void say(String line) {
        display.line(line);
    }
}
