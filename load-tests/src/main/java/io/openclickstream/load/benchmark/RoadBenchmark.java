package io.openclickstream.load.benchmark;

import io.openclickstream.load.benchmark.FlinkRest.Checkpoint;
import io.openclickstream.load.benchmark.FlinkRest.Job;
import io.openclickstream.load.benchmark.LedgerReader.Totals;
import io.openclickstream.load.benchmark.RoadOptions.Phase;
import io.openclickstream.load.generator.ClickGenerator;
import io.openclickstream.load.generator.GeneratorSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Measures the whole road, from Kafka to the lake and the Flight server, from outside: how many clicks a second of one
 * core's time carries. See {@link RoadRun} for what exactly is measured.
 */
public final class RoadBenchmark {
    /** Fixed, so that every run on every day sends the same bytes. */
    private static final Instant FIRST_CLICK = Instant.parse("2026-01-05T08:00:00Z");

    private final RoadOptions options;
    private final PrintStream out;
    private final long deadlineNanos;

    private RoadBenchmark(RoadOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
        deadlineNanos = System.nanoTime() + options.timeout().toNanos();
    }

    public static void main(String[] args) throws Exception {
        System.exit(RoadOptions.PROGRAM.run(
                args,
                System.getenv(),
                options ->
                        run(options, TypedCommand.of(System.getProperties(), RoadBenchmark.class, args), System.out)));
    }

    static int run(RoadOptions options, String command, PrintStream out) throws IOException, InterruptedException {
        RoadBenchmark benchmark = new RoadBenchmark(options, out);
        try {
            if (options.phase() != Phase.MEASURE) {
                benchmark.fill();
            }
            if (options.phase() != Phase.FILL) {
                benchmark.measure(command);
            }
            return 0;
        } catch (IOException | IllegalStateException e) {
            System.err.println("The benchmark gave no result. " + e.getMessage());
            return 1;
        }
    }

    private void fill() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        new ClickTopic(options.kafkaBootstrapServers(), options.kafkaTopic())
                .fill(
                        new ClickGenerator(GeneratorSettings.of(options.seed(), FIRST_CLICK, options.rate()))::click,
                        options.clicks(),
                        options.kafkaPartitions());
        out.printf(
                "filled topic %s with %,d clicks in %.1f s%n",
                options.kafkaTopic(), options.clicks(), (System.nanoTime() - begun) / 1e9);
    }

    private void measure(String command) throws IOException, InterruptedException {
        Map<String, Object> machine = Machine.facts();
        long clicks = new ClickTopic(options.kafkaBootstrapServers(), options.kafkaTopic()).records();
        if (clicks == 0) {
            throw new IOException("Topic %s is empty. Run --phase=FILL first.".formatted(options.kafkaTopic()));
        }
        ProcessorTime processes = ProcessorTime.of(Objects.requireNonNull(options.pids()));
        FlinkRest flink = new FlinkRest(options.flinkRest());
        try (LedgerReader ledger = new LedgerReader(options.flightUri(), options.kafkaTopic())) {
            RoadSample before = idleSample(processes);
            Optional<Job> found = flink.runningJob();
            boolean sawTheStart = found.isEmpty();
            while (found.isEmpty()) {
                before = idleSample(processes);
                pause("no job runs at " + options.flinkRest());
                found = flink.runningJob();
            }
            Job job = found.get();
            out.printf("job %s runs since %s; reading %,d clicks%n", job.name(), job.running(), clicks);
            RoadRun run = new RoadRun(clicks, job.running(), sawTheStart ? before : before.withoutProcessorTime());
            Totals totals = new Totals(0, 0, Map.of());
            RoadSample sample;
            do {
                pause("the ledger counts %d of %d clicks".formatted(totals.received(), clicks));
                totals = ledger.read().orElse(totals);
                sample = sample(processes, flink.completedCheckpoint(job), totals);
            } while (!run.isOverWith(sample));
            RoadReport report =
                    new RoadReport(run.result(), run.samples(), settings(clicks, job, sawTheStart, totals, flink));
            report.write(options.reportDir(), command, machine);
            report.print(out);
        }
    }

    private Map<String, Object> settings(long clicks, Job job, boolean sawTheStart, Totals totals, FlinkRest flink)
            throws IOException, InterruptedException {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("clicks", clicks);
        settings.put("topic", options.kafkaTopic());
        settings.put("seed", options.seed());
        settings.put("rate", options.rate());
        settings.put("job", job.name());
        settings.put("flink", flink.settings().path("flink-version").asText());
        settings.put("sample_interval_ms", options.sampleInterval().toMillis());
        settings.put("outcomes", totals.outcomes());
        // Whoever comes after the job's start charges it with all that its processes ever used, start-up included.
        settings.put("cpu_time_since", sawTheStart ? "job start" : "process start");
        return settings;
    }

    private static RoadSample idleSample(ProcessorTime processes) {
        return sample(processes, Optional.empty(), new Totals(0, 0, Map.of()));
    }

    private static RoadSample sample(ProcessorTime processes, Optional<Checkpoint> checkpoint, Totals totals) {
        Checkpoint completed = checkpoint.orElse(new Checkpoint(0, Instant.EPOCH));
        return new RoadSample(
                Instant.now(),
                totals.received(),
                totals.epoch(),
                completed.id(),
                completed.completed(),
                processes.read(),
                Machine.busy());
    }

    private void pause(String soFar) throws IOException, InterruptedException {
        if (System.nanoTime() > deadlineNanos) {
            throw new IOException("Gave up after %s: %s. See the logs of Flink and the Flight server."
                    .formatted(options.timeout(), soFar));
        }
        Thread.sleep(options.sampleInterval().toMillis());
    }
}
