package io.openclickstream.load.operator;

import io.openclickstream.load.benchmark.TypedCommand;
import io.openclickstream.load.sidebyside.FreshJvm;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Compares our session operator with Flink's session windows, nothing else around them: decoded clicks come from a file,
 * final sessions are digested. Every run is a fresh JVM, and the operators take turns.
 */
public final class SessionOperatorBenchmark {
    /** So few that the usual number of clicks takes hours of event time, in which most sessions end. */
    static final int CLICKS_PER_SECOND = 100;

    private static final String HEAP = "3g";

    private final SessionOperatorOptions options;
    private final PrintStream out;
    private final Runner runner;

    SessionOperatorBenchmark(SessionOperatorOptions options, PrintStream out, Runner runner) {
        this.options = options;
        this.out = out;
        this.runner = runner;
    }

    public static void main(String[] args) throws Exception {
        System.exit(SessionOperatorOptions.PROGRAM.run(args, System.getenv(), options -> new SessionOperatorBenchmark(
                        options, System.out, inFreshJvms(options.jvm()))
                .run(TypedCommand.of(System.getProperties(), SessionOperatorBenchmark.class, args))));
    }

    /**
     * A JVM for every run.
     *
     * @param jvmOptions further options of these JVMs
     */
    static Runner inFreshJvms(@Nullable List<String> jvmOptions) {
        var jvm =
                new FreshJvm(System.getProperty("java.class.path"), HEAP, jvmOptions == null ? List.of() : jvmOptions);
        return (arguments, log) -> jvm.run(SessionOperatorProcess.class, arguments, log);
    }

    /** 0 when both operators have put out the same sessions, otherwise 1. */
    int run(String command) throws IOException, InterruptedException {
        Files.createDirectories(options.reportDir());
        Path file = Files.createTempFile("session-operator", ".clicks");
        try {
            out.printf(Locale.ROOT, "writing %,d clicks%n", options.clicks());
            RecordedClicks.write(file, options.seed(), CLICKS_PER_SECOND, options.clicks());
            var report = new SessionOperatorReport(options, measureAll(file));
            report.write(command);
            report.print(out);
            return report.outputsAgree() ? 0 : 1;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private List<SessionOperatorRun> measureAll(Path file) throws IOException, InterruptedException {
        List<SessionOperatorRun> runs = new ArrayList<>();
        for (int round = 1; round <= options.rounds(); round++) {
            for (String backend : options.backends()) {
                for (Contestant contestant : Contestant.values()) {
                    SessionOperatorRun run = measure(contestant, backend, file);
                    runs.add(run);
                    out.printf(
                            Locale.ROOT,
                            "round %d  %-17s %-8s CPU time of its process %6.2f s, of its thread %6.2f s  %6.1f s%n",
                            round,
                            contestant.shownAs(),
                            backend,
                            run.processCpuSeconds(),
                            run.threadCpuSeconds(),
                            run.wallSeconds());
                }
            }
        }
        return runs;
    }

    private SessionOperatorRun measure(Contestant contestant, String backend, Path file)
            throws IOException, InterruptedException {
        return SessionOperatorRun.of(runner.run(
                List.of(contestant.name(), backend, file.toString(), String.valueOf(options.clicks())),
                options.reportDir().resolve(contestant.key() + "-" + backend + ".log")));
    }
}
