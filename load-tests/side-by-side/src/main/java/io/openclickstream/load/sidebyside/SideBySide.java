package io.openclickstream.load.sidebyside;

import com.fasterxml.jackson.databind.JsonNode;
import io.openclickstream.load.benchmark.ClickTopic;
import io.openclickstream.load.benchmark.TypedCommand;
import io.openclickstream.load.generator.ClickGenerator;
import io.openclickstream.load.generator.GeneratorSettings;
import io.openclickstream.load.generator.GeneratorSettings.Shares;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the jobs. Every job runs in a fresh JVM, takes all clicks once to warm up and once to be measured: CPU time of
 * its whole process, garbage collection and checkpoints included. Before speeds are compared, outputs are.
 */
public final class SideBySide {
    /** Fixed, so that every run on every day sends the same bytes. */
    static final Instant FIRST_CLICK = Instant.parse("2026-01-05T08:00:00Z");

    private static final int CLICKS_PER_SECOND = 250;
    private static final int PARTITIONS = 4;

    private static final List<String> OURS_ONLY =
            List.of("calcite", "avatica", "janino", "commons-compiler", "/pipeline");

    private final SideBySideOptions options;
    private final PrintStream out;

    private SideBySide(SideBySideOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        System.exit(SideBySideOptions.PROGRAM.run(args, System.getenv(), options -> new SideBySide(options, System.out)
                .run(TypedCommand.of(System.getProperties(), SideBySide.class, args))));
    }

    private int run(String command) throws IOException, InterruptedException {
        ClickTopic topic = filled(options.clicks());
        List<JobRun> runs = new ArrayList<>();
        for (int round = 1; round <= options.rounds(); round++) {
            for (String backend : options.backends()) {
                for (Job job : options.jobs()) {
                    JobRun run = measure(job, backend, topic);
                    runs.add(run);
                    out.printf(
                            Locale.ROOT,
                            "round %d  %-17s %-8s %,10.0f clicks/s of CPU  %6.1f s CPU  %6.1f s%n",
                            round,
                            job.shownAs(),
                            backend,
                            run.clicksPerCpuSecond(options.clicks()),
                            run.cpuSeconds(),
                            run.wallSeconds());
                }
            }
        }
        var report = new SideBySideReport(options, runs);
        report.write(command);
        report.print(out);
        return report.outputsAgree() ? 0 : 1;
    }

    /** The topic that holds this many clicks, filled unless an earlier run has done so. */
    private ClickTopic filled(long clicks) throws IOException, InterruptedException {
        GeneratorSettings settings = GeneratorSettings.of(options.seed(), FIRST_CLICK, CLICKS_PER_SECOND)
                .with(Shares.CLEAN);
        ClickGenerator generator = new ClickGenerator(settings);
        boolean isAvro = options.format() == Format.AVRO;
        ClickTopic topic = new ClickTopic(
                options.kafkaBootstrapServers(),
                "side-by-side-%s%d-%d".formatted(isAvro ? "avro-" : "", options.seed(), clicks));
        ClickAvro avro = new ClickAvro();
        if (topic.fillOnce(
                position -> isAvro ? avro.of(generator.click(position)) : generator.click(position),
                clicks,
                PARTITIONS)) {
            out.printf(Locale.ROOT, "filled topic %s%n", topic.name());
        }
        return topic;
    }

    private JobRun measure(Job job, String backend, ClickTopic topic) throws IOException, InterruptedException {
        Files.createDirectories(options.reportDir());
        Path checkpoints = Files.createTempDirectory("side-by-side");
        Path log = options.reportDir().resolve(job.key() + "-" + backend + ".log");
        JsonNode seen = new FreshJvm(classPath(job), "4g", options.jvm() == null ? List.of() : options.jvm())
                .run(
                        JobProcess.class,
                        List.of(
                                job.name(),
                                backend,
                                options.kafkaBootstrapServers(),
                                topic.name(),
                                options.format().name(),
                                checkpoints.toString()),
                        log);
        return new JobRun(
                job,
                backend,
                seen.path("cpu_seconds").asDouble(),
                seen.path("wall_seconds").asDouble(),
                seen);
    }

    /** Our job brings a Calcite of its own; Flink SQL's planner must not find it. */
    private static String classPath(Job job) {
        String all = System.getProperty("java.class.path");
        if (job.isOurs()) {
            return all;
        }
        return Stream.of(all.split(File.pathSeparator, -1))
                .filter(entry -> OURS_ONLY.stream().noneMatch(entry::contains))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
