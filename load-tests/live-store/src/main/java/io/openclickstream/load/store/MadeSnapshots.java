package io.openclickstream.load.store;

import io.openclickstream.flight.table.PreparedPut;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Table;
import io.openclickstream.flight.table.TableSchema;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.flight.table.Tables;
import io.openclickstream.flight.table.Tables.Eviction;
import io.openclickstream.load.benchmark.Latencies;
import io.openclickstream.load.benchmark.Schedule;
import io.openclickstream.load.store.Batches.Batch;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * A table that one thread changes on a schedule, and of which the same thread makes a snapshot after every batch, as the
 * writer of the store does. Snapshots are held for a while, so that what they share with the table has to stay.
 */
final class MadeSnapshots {
    private static final int HELD = 20;
    private static final long MEMORY = 2L << 30;

    private final SnapshotOptions options;
    private final boolean isMaking;
    private final Latencies latencies = new Latencies();
    private long batches;
    private long madeBytes;
    private long allBytes;

    private MadeSnapshots(SnapshotOptions options, boolean isMaking) {
        this.options = options;
        this.isMaking = isMaking;
    }

    /**
     * What was seen.
     *
     * @param latencies of making a snapshot
     * @param batches that were put while it counted; with snapshots there was one for each
     * @param madeBytes allocated while snapshots were made
     * @param allBytes allocated for everything, the puts included
     */
    record Seen(Latencies latencies, long batches, long madeBytes, long allBytes) {}

    /** @param isMaking whether there are snapshots at all; without, it is seen what the puts cost by themselves */
    static Seen run(SnapshotOptions options, boolean isMaking) throws Refused, InterruptedException {
        MadeSnapshots run = new MadeSnapshots(options, isMaking);
        run.run();
        return new Seen(run.latencies, run.batches, run.madeBytes, run.allBytes);
    }

    private void run() throws Refused, InterruptedException {
        Allocations allocations = new Allocations();
        try (BufferAllocator input = new RootAllocator();
                BufferAllocator allocator = new RootAllocator(allocations, Long.MAX_VALUE);
                Batches rows = new Batches(options.rows(), options.batchRows(), input);
                Tables tables = new Tables(new Tables.Limits(MEMORY, Duration.ofDays(30), 5), allocator)) {
            long token = tables.open(Batches.opening(0, 1)).token();
            TableSchema schema = TableSchema.of(Batches.FORM.table().putSchema());
            Deque<TableSnapshot> held = new ArrayDeque<>();
            double perSecond = options.upserts() / (double) options.batchRows();
            long first = rows.count();
            long measured = first + (long) (perSecond * options.warmUp().toMillis() / 1000);
            long end = measured + (long) (perSecond * options.time().toMillis() / 1000);
            Schedule schedule = new Schedule(System.nanoTime(), perSecond);
            long epoch = 1;
            long digest = RowDigest.NOTHING;
            long begin = 0;
            for (long put = 0; put < end; put++) {
                if (put >= first) { // the table is whole: from here on in time
                    Schedule.await(schedule.intendedNanos(put - first));
                }
                if (put == measured) {
                    begin = allocations.bytes();
                }
                Batch batch = rows.get((int) (put % rows.count()));
                put(tables, Batches.header(0, 1, token, epoch, put, batch), schema, batch, allocator);
                digest = RowDigest.then(digest, batch.digest());
                if (isMaking && put >= first) {
                    held.add(make(tables, allocations, put >= measured));
                    if (held.size() > HELD) {
                        held.remove().close();
                    }
                }
                if (put % Math.max(1, (long) perSecond) == 0) {
                    commit(tables, token, epoch++, put + 1, digest);
                }
            }
            batches = end - measured;
            allBytes = allocations.bytes() - begin;
            held.forEach(TableSnapshot::close);
        }
    }

    private static void put(Tables tables, PutHeader header, TableSchema schema, Batch batch, BufferAllocator allocator)
            throws Refused {
        try (PreparedPut prepared = PreparedPut.of(schema, batch.rows(), allocator)) {
            List<Eviction> evictions = tables.admit(header, prepared);
            if (evictions == null || !evictions.isEmpty()) {
                throw new IllegalStateException("a put was not applied as it is: " + evictions);
            }
            tables.apply(header, prepared);
        }
    }

    private TableSnapshot make(Tables tables, Allocations allocations, boolean counts) {
        var lineage = Objects.requireNonNull(tables.find(Batches.LINEAGE));
        Table table =
                Objects.requireNonNull(lineage.tables().get(Batches.FORM.table().name()));
        long before = allocations.bytes();
        long begin = System.nanoTime();
        TableSnapshot snapshot = table.snapshot(lineage.liveFacts());
        long took = System.nanoTime() - begin;
        if (counts) {
            latencies.record(took);
            madeBytes += allocations.bytes() - before;
        }
        return snapshot;
    }

    private void commit(Tables tables, long token, long epoch, long puts, long digest) throws Refused {
        var lane = new EpochCommit.Lane(
                Batches.WRITER, 0, token, Batches.FORM.table().name(), puts, puts * options.batchRows(), digest);
        var commit = new EpochCommit(EpochCommit.VERSION, Batches.LINEAGE, epoch, List.of(lane));
        tables.admit(commit).forEach(tables::evict);
        tables.commit(commit);
    }
}
