package io.openclickstream.load.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.openclickstream.load.benchmark.TypedCommand;
import io.openclickstream.load.sidebyside.FreshJvm;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures our session operator with more and more sessions open: what a click costs, how large a checkpoint is, and how
 * long checkpoint and restore take. Every number of sessions gets a fresh JVM, and a second one to restore them in.
 */
public final class OpenSessionsBenchmark {
    private final OpenSessionsOptions options;
    private final PrintStream out;
    private final Runner runner;
    private final List<OpenSessionsRun> runs = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();

    OpenSessionsBenchmark(OpenSessionsOptions options, PrintStream out, Runner runner) {
        this.options = options;
        this.out = out;
        this.runner = runner;
    }

    public static void main(String[] args) throws Exception {
        System.exit(OpenSessionsOptions.PROGRAM.run(args, System.getenv(), options -> new OpenSessionsBenchmark(
                        options, System.out, inFreshJvms(options.jvm()))
                .run(TypedCommand.of(System.getProperties(), OpenSessionsBenchmark.class, args))));
    }

    /**
     * A JVM for every run.
     *
     * @param jvmOptions further options of these JVMs
     */
    private static Runner inFreshJvms(@Nullable List<String> jvmOptions) {
        FreshJvm jvm = FreshJvm.forManySessions(jvmOptions);
        return (arguments, log) -> jvm.run(OpenSessionsProcess.class, arguments, log);
    }

    /** 0 when every run has put out the sessions that its clicks make, otherwise 1. */
    int run(String command) throws IOException, InterruptedException {
        Files.createDirectories(options.reportDir());
        for (int round = 1; round <= options.rounds(); round++) {
            for (String backend : options.backends()) {
                for (long open : options.openSessions()) {
                    measure(round, backend, open);
                }
            }
        }
        var report = new OpenSessionsReport(options, runs, seen);
        report.write(command);
        report.print(out);
        return report.outputsAgree() ? 0 : 1;
    }

    private void measure(int round, String backend, long open) throws IOException, InterruptedException {
        out.printf(Locale.ROOT, "round %d  %-8s opening %,d sessions%n", round, backend, open);
        Path checkpoints = Files.createTempDirectory("open-sessions");
        try {
            JsonNode measured = process("MEASURE", backend, open, checkpoints, List.of());
            JsonNode restored = process(
                    "RESTORE",
                    backend,
                    open,
                    checkpoints,
                    List.of(measured.path("next_checkpoint").path("path").asText()));
            OpenSessionsRun run = OpenSessionsRun.of(measured, restored);
            runs.add(run);
            seen.add(measured.toString());
            seen.add(restored.toString());
            out.printf(
                    Locale.ROOT,
                    "round %d  %-8s %,9d open  %,7.0f ns/click of its process  %,7.0f of its thread  %,5.0f bytes per"
                            + " session  restored in %.1f s%n",
                    round,
                    backend,
                    open,
                    run.processNanos(),
                    run.threadNanos(),
                    run.bytesPerOpenSession(),
                    run.restoreSeconds());
        } finally {
            delete(checkpoints);
        }
    }

    private JsonNode process(String what, String backend, long open, Path checkpoints, List<String> more)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                what,
                backend,
                String.valueOf(open),
                String.valueOf(options.clicks()),
                checkpoints.toString(),
                String.valueOf(options.snapshotCompression())));
        arguments.addAll(more);
        return runner.run(
                arguments,
                options.reportDir().resolve("%s-%s-%d.log".formatted(what.toLowerCase(Locale.ROOT), backend, open)));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
