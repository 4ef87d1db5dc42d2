package io.openclickstream.load.wholejob;

import com.fasterxml.jackson.databind.JsonNode;
import io.openclickstream.load.benchmark.ClickTopic;
import io.openclickstream.load.benchmark.TypedCommand;
import io.openclickstream.load.operator.Runner;
import io.openclickstream.load.operator.SteadyRecords;
import io.openclickstream.load.operator.SteadySessions;
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
 * Measures what a click costs our whole job with more and more sessions open: the CPU time of its whole process, with all
 * that a job does besides. Every number of sessions has a topic and gets a fresh JVM.
 */
public final class JobOpenSessionsBenchmark {
    private static final int PARTITIONS = 4;

    private final JobOpenSessionsOptions options;
    private final Stretch stretch;
    private final PrintStream out;
    private final Runner runner;
    private final List<JsonNode> seen = new ArrayList<>();

    JobOpenSessionsBenchmark(JobOpenSessionsOptions options, PrintStream out, Runner runner) {
        this.options = options;
        this.out = out;
        this.runner = runner;
        stretch = JobOpenSessionsOptions.stretch(options);
    }

    public static void main(String[] args) throws Exception {
        System.exit(JobOpenSessionsOptions.PROGRAM.run(args, System.getenv(), options -> new JobOpenSessionsBenchmark(
                        options, System.out, inFreshJvms(options.jvm()))
                .run(TypedCommand.of(System.getProperties(), JobOpenSessionsBenchmark.class, args))));
    }

    /**
     * A JVM for every run.
     *
     * @param jvmOptions further options of these JVMs
     */
    private static Runner inFreshJvms(@Nullable List<String> jvmOptions) {
        FreshJvm jvm = FreshJvm.forManySessions(jvmOptions);
        return (arguments, log) -> jvm.run(JobOpenSessionsProcess.class, arguments, log);
    }

    /** 0 when every run has accepted every click and put out the sessions that they make, otherwise 1. */
    int run(String command) throws IOException, InterruptedException {
        Files.createDirectories(options.reportDir());
        for (int round = 1; round <= options.rounds(); round++) {
            for (long open : options.openSessions()) {
                ClickTopic topic = filled(open);
                for (String backend : options.backends()) {
                    measure(round, backend, open, topic);
                }
            }
        }
        var report = new JobOpenSessionsReport(options, seen);
        report.write(command);
        report.print(out);
        return report.outputsAgree() ? 0 : 1;
    }

    private ClickTopic filled(long open) throws IOException, InterruptedException {
        ClickTopic topic = new ClickTopic(
                options.kafkaBootstrapServers(), "steady-sessions-%d-%d".formatted(open, stretch.clicks()));
        if (topic.fillOnce(new SteadyRecords(new SteadySessions(open)), stretch.clicks(), PARTITIONS)) {
            out.printf(Locale.ROOT, "filled topic %s%n", topic.name());
        }
        return topic;
    }

    private void measure(int round, String backend, long open, ClickTopic topic)
            throws IOException, InterruptedException {
        Path checkpoints = Files.createTempDirectory("job-open-sessions");
        try {
            JsonNode one = runner.run(
                    List.of(
                            backend,
                            topic.bootstrapServers(),
                            topic.name(),
                            String.valueOf(open),
                            String.valueOf(stretch.begin()),
                            String.valueOf(stretch.end()),
                            String.valueOf(stretch.clicks()),
                            checkpoints.toString()),
                    options.reportDir().resolve("%s-%d.log".formatted(backend, open)));
            seen.add(one);
            JobOpenSessionsRun run = JobOpenSessionsRun.of(one);
            out.printf(
                    Locale.ROOT,
                    "round %d  %-8s %,9d sessions wanted, %,.0f open  %.2f us/click  %,.0f clicks/s%n",
                    round,
                    backend,
                    open,
                    run.openAtEnd(),
                    run.processMicros(),
                    run.clicksPerSecond());
        } finally {
            delete(checkpoints);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
