package io.openclickstream.load.store;

import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.store.PutSchema;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.load.benchmark.Latencies;
import io.openclickstream.load.benchmark.Schedule;
import io.openclickstream.load.store.Batches.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * The whole store, with its log, under puts of several writers on a schedule, while a reader takes snapshots: what a call
 * that reads a table has to wait for.
 */
final class TakenSnapshots {
    private static final int WRITERS = 4;
    private static final double SNAPSHOTS_PER_SECOND = 1000;
    private static final int HELD = 100;
    private static final LiveStore.Limits LIMITS =
            new LiveStore.Limits(2L << 30, Duration.ofDays(30), 5, 128L << 20, 64L << 20);

    private final SnapshotOptions options;
    private final Latencies latencies = new Latencies();
    private final AtomicLong upserts = new AtomicLong();
    private long takenBytes;

    private TakenSnapshots(SnapshotOptions options) {
        this.options = options;
    }

    /**
     * What was seen.
     *
     * @param latencies of taking a snapshot
     * @param takenBytes allocated by the reader meanwhile
     * @param upsertsPerSecond that were durable meanwhile
     */
    record Seen(Latencies latencies, long takenBytes, double upsertsPerSecond) {}

    static Seen run(SnapshotOptions options) throws Exception {
        TakenSnapshots run = new TakenSnapshots(options);
        double perSecond = run.run();
        return new Seen(run.latencies, run.takenBytes, perSecond);
    }

    private double run() throws Exception {
        Path folder = options.reportDir().resolve("store-data");
        delete(folder);
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try (BufferAllocator allocator = new RootAllocator();
                Batches rows = new Batches(options.rows(), options.batchRows(), allocator)) {
            LiveStore store = LiveStore.open(DataFolder.open(folder, "a benchmark"), LIMITS, allocator, () -> {});
            try {
                PutSchema schema = PutSchema.of(Batches.FORM.table().putSchema());
                List<Writer> all = new ArrayList<>();
                for (int subtask = 0; subtask < WRITERS; subtask++) {
                    all.add(new Writer(store, schema, rows, subtask));
                }
                for (Writer writer : all) {
                    writer.putAllOnce();
                }
                long begin = System.nanoTime();
                long end = begin + options.warmUp().plus(options.time()).toNanos();
                List<Future<Void>> working = new ArrayList<>();
                for (Writer writer : all) {
                    working.add(writers.submit(writer.until(begin, end)));
                }
                double perSecond = read(store, begin + options.warmUp().toNanos(), end);
                for (Future<Void> each : working) {
                    each.get();
                }
                return perSecond;
            } finally {
                writers.shutdownNow();
                store.close();
                store.closeMemory();
            }
        } finally {
            delete(folder);
        }
    }

    /** Takes snapshots on a schedule; the time of the call counts, not that of the thread's waking up. */
    private double read(LiveStore store, long measured, long end) throws Refused, InterruptedException {
        Deque<TableSnapshot> held = new ArrayDeque<>();
        String table = Batches.FORM.table().name();
        Schedule schedule = new Schedule(System.nanoTime(), SNAPSHOTS_PER_SECOND);
        long before = -1;
        for (long number = 0; System.nanoTime() < end; number++) {
            Schedule.await(schedule.intendedNanos(number));
            boolean counts = System.nanoTime() >= measured;
            before = counts && before < 0 ? upserts.get() : before;
            long bytes = Allocations.heapBytes();
            long begin = System.nanoTime();
            held.add(store.snapshot(table));
            long took = System.nanoTime() - begin;
            if (counts) {
                latencies.record(took);
                takenBytes += Allocations.heapBytes() - bytes;
            }
            if (held.size() > HELD) {
                held.remove().close();
            }
        }
        held.forEach(TableSnapshot::close);
        return (upserts.get() - before) / ((end - measured) / 1e9);
    }

    /** One subtask, with its share of the batches. */
    private final class Writer {
        private final LiveStore store;
        private final PutSchema schema;
        private final Batches rows;
        private final int subtask;
        private final long token;
        private long sequence;

        Writer(LiveStore store, PutSchema schema, Batches rows, int subtask) throws Refused {
            this.store = store;
            this.schema = schema;
            this.rows = rows;
            this.subtask = subtask;
            this.token = store.open(Batches.opening(subtask, WRITERS)).token();
        }

        void putAllOnce() throws Refused {
            for (int batch = subtask; batch < rows.count(); batch += WRITERS) {
                put(rows.get(batch));
            }
        }

        Callable<Void> until(long begin, long end) {
            return () -> {
                double perSecond = options.upserts() / (double) options.batchRows() / WRITERS;
                Schedule schedule = new Schedule(begin, perSecond);
                int share = (rows.count() - subtask + WRITERS - 1) / WRITERS;
                for (long number = 0; System.nanoTime() < end; number++) {
                    Schedule.await(schedule.intendedNanos(number));
                    put(rows.get(subtask + WRITERS * (int) (number % share)));
                    upserts.addAndGet(options.batchRows());
                }
                return null;
            };
        }

        private void put(Batch batch) throws Refused {
            store.put(Batches.header(subtask, WRITERS, token, 1, sequence++, batch), schema, batch.rows());
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
