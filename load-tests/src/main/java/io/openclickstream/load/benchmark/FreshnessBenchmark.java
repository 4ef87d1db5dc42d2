package io.openclickstream.load.benchmark;

import io.openclickstream.load.ClickSender;
import io.openclickstream.load.benchmark.FreshnessRun.Sent;
import io.openclickstream.load.benchmark.LedgerReader.Totals;
import io.openclickstream.load.generator.ClickGenerator;
import io.openclickstream.load.generator.GeneratorSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Measures how long a click takes to a subscriber, on the whole running platform and from outside. First it pours clicks in
 * as fast as the job takes them, then it sends a share of that rate on a schedule that nothing moves, and times some of
 * them from when they were meant to be sent: what waits anywhere, in the sender too, is in the latency.
 */
public final class FreshnessBenchmark {
    private static final Duration DRAIN_BOUND = Duration.ofMinutes(5);
    private static final Duration LAST_BOUND = Duration.ofSeconds(60);
    private static final Duration TABLE_BOUND = Duration.ofMinutes(2);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Event time of what is poured begins this long ago, so that it does not run ahead of the clock. */
    private static final Duration POURED_BEHIND = Duration.ofMinutes(2);

    private static final int FIRST_GUESS = 20_000;
    /** As many as the generator makes. */
    private static final int MOST_CLICKS_PER_SECOND = 100_000;

    private static final long LEAST_BACKLOG = 100_000;
    private static final double BACKLOG_CHECKPOINTS = 2.5;

    private final FreshnessOptions options;
    private final PrintStream out;
    private long poured;

    private FreshnessBenchmark(FreshnessOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        System.exit(FreshnessOptions.PROGRAM.run(
                args, System.getenv(), options -> new FreshnessBenchmark(options, System.out)
                        .run(TypedCommand.of(System.getProperties(), FreshnessBenchmark.class, args))));
    }

    private int run(String command) throws Exception {
        poured = new ClickTopic(options.kafkaBootstrapServers(), options.kafkaTopic()).records();
        try (LedgerReader ledger = new LedgerReader(options.flightUri(), options.kafkaTopic());
                ClickSender sender = new ClickSender(options.kafkaBootstrapServers(), options.kafkaTopic())) {
            double saturating = options.rate() > 0 ? 0 : saturatingRate(ledger, sender);
            int rate = options.rate() > 0 ? options.rate() : (int) Math.max(2, saturating * options.share());
            drain(ledger);
            FreshnessRun run = measure(ledger, sender, saturating, Math.max(rate, options.probes() + 1));
            FreshnessReport report = new FreshnessReport(options, run);
            report.write(command);
            report.print(out);
            return report.outputsAgree() ? 0 : 1;
        } catch (IOException | IllegalStateException e) {
            System.err.println("The benchmark gave no result. " + e.getMessage());
            return 1;
        }
    }

    private double saturatingRate(LedgerReader ledger, ClickSender sender) throws IOException, InterruptedException {
        double guess = pour(ledger, sender, 1, FIRST_GUESS, 0, options.warmUp());
        out.printf("warming up: %,.0f clicks/s%n", guess);
        int nominal = (int) Math.min(MOST_CLICKS_PER_SECOND, Math.max(FIRST_GUESS / 4, guess));
        double rate = pour(ledger, sender, 2, nominal, guess, options.saturate());
        if (rate <= 0) {
            throw new IOException("The ledger has not moved on twice within %s; see the logs of the platform."
                    .formatted(options.saturate()));
        }
        out.printf("saturated at %,.0f clicks/s%n", rate);
        return rate;
    }

    /**
     * Sends as fast as the job reads, with a bounded number of clicks that it has not read yet.
     *
     * @param nominal clicks a second of event time
     * @param expected how many a second the job reads, as far as known
     * @return how many it has read
     */
    private double pour(LedgerReader ledger, ClickSender sender, int phase, int nominal, double expected, Duration time)
            throws IOException, InterruptedException {
        ClickGenerator clicks = generator(phase, Instant.now().minus(POURED_BEHIND), nominal);
        Throughput read = new Throughput();
        long begin = System.nanoTime();
        long nextLook = begin;
        for (long position = 0; System.nanoTime() - begin < time.toNanos(); ) {
            if (System.nanoTime() >= nextLook) {
                read.see(System.nanoTime(), received(ledger));
                nextLook = System.nanoTime() + LOOK_NANOS;
            }
            double seconds = BACKLOG_CHECKPOINTS * options.checkpointInterval().toMillis() / 1000;
            if (poured - read.latest() < Math.max(LEAST_BACKLOG, seconds * Math.max(expected, read.perSecond()))) {
                sender.send(clicks.click(position++));
                poured++;
            } else {
                Thread.sleep(5);
            }
        }
        sender.flush();
        return read.perSecond();
    }

    private ClickGenerator generator(int phase, Instant start, int rate) {
        return new ClickGenerator(GeneratorSettings.of(options.seed() * 10 + phase, start, rate));
    }

    private static long received(LedgerReader ledger) throws IOException {
        return ledger.read().map(Totals::received).orElse(0L);
    }

    private void drain(LedgerReader ledger) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + DRAIN_BOUND.toNanos();
        while (received(ledger) < poured) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "The ledger counts %d of %d clicks after %s.".formatted(received(ledger), poured, DRAIN_BOUND));
            }
            Thread.sleep(TimeUnit.NANOSECONDS.toMillis(LOOK_NANOS));
        }
    }

    private FreshnessRun measure(LedgerReader ledger, ClickSender sender, double saturating, int rate)
            throws Exception {
        long begin = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        Instant start = Instant.now().plusSeconds(2);
        int unmeasured = (int) options.warmUp().toSeconds() * options.probes();
        int count = unmeasured + (int) options.time().toSeconds() * options.probes();
        Probes probes = new Probes(
                Long.toString(start.toEpochMilli(), Character.MAX_RADIX),
                new Schedule(begin, options.probes()),
                unmeasured,
                count);
        awaitTable(probes);
        try (SessionFollower live = new SessionFollower(options.flightUri(), "live", probes.live());
                SessionFollower committed = new SessionFollower(options.flightUri(), "committed", probes.committed())) {
            Sent sent = send(sender, probes, start, rate - options.probes(), live, committed);
            long behind = poured - received(ledger);
            long deadline = System.nanoTime() + LAST_BOUND.toNanos();
            while (probes.live().missing() + probes.committed().missing() > 0 && System.nanoTime() < deadline) {
                live.check();
                committed.check();
                Thread.sleep(20);
            }
            return new FreshnessRun(saturating, rate, probes, sent, behind);
        }
    }

    /** The job makes the tables with its first rows, and their committed view with its first checkpoint. */
    private void awaitTable(Probes probes) throws InterruptedException, IOException {
        long deadline = System.nanoTime() + TABLE_BOUND.toNanos();
        while (true) {
            try (SessionFollower attempt = new SessionFollower(options.flightUri(), "committed", probes.committed())) {
                attempt.check();
                return;
            } catch (Exception e) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("There is no committed table of sessions: " + e.getMessage(), e);
                }
                Thread.sleep(200);
            }
        }
    }

    private Sent send(
            ClickSender sender,
            Probes probes,
            Instant start,
            int othersPerSecond,
            SessionFollower live,
            SessionFollower committed)
            throws IOException, InterruptedException {
        ClickGenerator clicks = generator(3, start, othersPerSecond);
        Schedule schedule = new Schedule(probes.schedule().beginNanos(), othersPerSecond);
        long total = (long) (probes.count() / (double) options.probes() * othersPerSecond);
        ProcessorTime processes = ProcessorTime.of(options.pids() == null ? Map.of() : options.pids());
        Latencies late = new Latencies();
        Map<String, Duration> before = processes.read();
        Machine.busy();
        long begin = System.nanoTime();
        int probe = 0;
        long position = 0;
        while (probe < probes.count() || position < total) {
            long now = System.nanoTime();
            for (long due = Math.min(total, schedule.dueBy(now)); position < due; position++) {
                sender.send(clicks.click(position));
                poured++;
            }
            for (long due = Math.min(probes.count(), probes.schedule().dueBy(now)); probe < due; probe++) {
                long intended = probes.schedule().intendedNanos(probe);
                long millis = start.toEpochMilli()
                        + TimeUnit.NANOSECONDS.toMillis(
                                intended - probes.schedule().beginNanos());
                sender.send(probes.click(probe, millis));
                poured++;
                late.record(System.nanoTime() - intended);
            }
            live.check();
            committed.check();
            Schedule.await(now + TICK_NANOS);
        }
        sender.flush();
        Map<String, Duration> used = new TreeMap<>(processes.read());
        used.replaceAll((name, time) -> time.minus(before.get(name)));
        return new Sent(late, used, (System.nanoTime() - begin) / 1e9, Machine.busy());
    }
}
