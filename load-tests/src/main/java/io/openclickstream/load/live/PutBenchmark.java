package io.openclickstream.load.live;

import io.openclickstream.load.benchmark.TypedCommand;
import io.openclickstream.load.live.PutRun.Round;
import io.openclickstream.schemas.live.EpochCommit;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Measures how many rows a second become durable through DoPut. The batches are made before, so a client costs little
 * more than sending them; the server checks digests, appends to its log, waits for the disk, and applies. Every round
 * ends with a commit of all writers.
 */
public final class PutBenchmark {
    /** As the quickstart starts the server. */
    static final List<String> SERVER_JVM = List.of("-Xmx1g", "-XX:MaxDirectMemorySize=1g");

    /** The server runs for days; after two rounds of five seconds each was still faster than the one before. */
    private static final int WARM_UP_ROUNDS = 6;
    /** Rows lie in two hours of event time, as those of a job that is up to date. */
    private static final long SPAN_MILLIS = Duration.ofHours(2).toMillis();

    private final PutOptions options;
    private final PrintStream out;

    private PutBenchmark(PutOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        System.exit(PutOptions.PROGRAM.run(args, System.getenv(), options -> new PutBenchmark(options, System.out)
                .run(TypedCommand.of(System.getProperties(), PutBenchmark.class, args))));
    }

    private int run(String command) throws Exception {
        List<PutRun> runs = new ArrayList<>();
        for (Form form : Form.values()) {
            runs.add(measure(form));
        }
        PutReport report = new PutReport(options, runs);
        report.write(command);
        report.print(out);
        return 0;
    }

    private PutRun measure(Form form) throws Exception {
        var code = new ServerProcess.Code(options.serverClassPath(), options.serverJvmOptions());
        List<AutoCloseable> made = new ArrayList<>();
        try (BufferAllocator allocator = new RootAllocator()) {
            try (ServerProcess server = ServerProcess.start(code, SERVER_JVM, List.of(), options.reportDir())) {
                List<PutBatch> batches = new ArrayList<>();
                for (int first = 0; first + options.batchRows() <= options.keys(); first += options.batchRows()) {
                    PutBatch batch = PutBatch.of(form, first, options.batchRows(), SPAN_MILLIS, 1, allocator);
                    batches.add(batch);
                    made.add(batch);
                }
                List<LiveWriter> writers = new ArrayList<>();
                String lineage = UUID.randomUUID().toString();
                for (int subtask = 0; subtask < options.writers(); subtask++) {
                    LiveWriter writer = new LiveWriter(
                            server.location(),
                            form.table(),
                            lineage,
                            subtask,
                            options.writers(),
                            options.inFlight(),
                            sequence -> {},
                            allocator);
                    writers.add(writer);
                    made.add(0, writer);
                }
                return rounds(form, server, writers, batches);
            } finally {
                for (AutoCloseable each : made) {
                    each.close();
                }
            }
        }
    }

    private PutRun rounds(Form form, ServerProcess server, List<LiveWriter> writers, List<PutBatch> batches)
            throws Exception {
        List<Round> rounds = new ArrayList<>();
        List<Double> disk = new ArrayList<>();
        long bytes = batches.stream().mapToLong(PutBatch::bytes).sum() / batches.size();
        for (int round = 1; round <= WARM_UP_ROUNDS + options.rounds(); round++) {
            Round seen = round(round, server, writers, batches);
            if (round > WARM_UP_ROUNDS) {
                rounds.add(seen);
                double batchesPerSecond = DiskWrites.perSecond(
                        options.reportDir(),
                        Math.toIntExact(bytes),
                        options.round().dividedBy(4));
                disk.add(batchesPerSecond * options.batchRows());
                out.printf(
                        "%-10s %,12.0f rows/s  %6.2f us of the server's CPU per row; disk %,12.0f rows/s%n",
                        form.table().name(),
                        seen.rowsPerSecond(),
                        seen.cpuMicrosPerRow(),
                        batchesPerSecond * options.batchRows());
            }
        }
        return new PutRun(form, bytes / (double) options.batchRows(), rounds, disk);
    }

    private Round round(int number, ServerProcess server, List<LiveWriter> writers, List<PutBatch> batches)
            throws IOException, InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(writers.size());
        try {
            Duration cpu = server.use().cpu();
            long begin = System.nanoTime();
            long end = begin + options.round().toNanos();
            List<Callable<Long>> work = new ArrayList<>();
            for (int i = 0; i < writers.size(); i++) {
                LiveWriter writer = writers.get(i);
                List<PutBatch> own = shareOf(batches, i, writers.size());
                work.add(() -> {
                    long rows = 0;
                    for (int next = 0; System.nanoTime() < end; next = (next + 1) % own.size()) {
                        writer.put(own.get(next), Form.FIRST_MILLIS);
                        rows += own.get(next).rows();
                    }
                    writer.awaitAcknowledged();
                    return rows;
                });
            }
            long rows = 0;
            for (Future<Long> each : threads.invokeAll(work)) {
                rows += each.get();
            }
            List<EpochCommit.Lane> lanes =
                    writers.stream().map(LiveWriter::endEpoch).toList();
            writers.get(0).commit(number, lanes);
            return new Round(
                    rows,
                    (System.nanoTime() - begin) / 1e9,
                    server.use().cpu().minus(cpu).toNanos() / 1e9);
        } finally {
            threads.shutdown();
        }
    }

    /** A key has one writer, as in the job. */
    private static List<PutBatch> shareOf(List<PutBatch> batches, int subtask, int writers) {
        return IntStream.range(0, batches.size())
                .filter(batch -> batch % writers == subtask)
                .mapToObj(batches::get)
                .toList();
    }
}
