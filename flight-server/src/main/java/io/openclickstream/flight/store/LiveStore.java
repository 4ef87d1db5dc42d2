package io.openclickstream.flight.store;

import io.openclickstream.flight.log.Checkpoint;
import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.log.PutLog;
import io.openclickstream.flight.log.UnusableData;
import io.openclickstream.flight.table.PreparedPut;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.flight.table.Tables;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Live tables that survive the process: a put returns once it is on disk, and only then can readers see it.
 *
 * <p>One thread writes. It takes the puts that wait, appends each to the log, applies it, waits for the disk once for
 * all of them, publishes new snapshots and lets the callers go. When a write fails the put is refused and nothing has
 * changed; when the disk fails to confirm, the store is broken and takes no more puts until a restart, while readers
 * keep what was confirmed.
 */
public final class LiveStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveStore.class);
    private static final int MAX_GROUP = 64;
    private static final int KIB = 1024;

    private final Limits limits;
    private final BufferAllocator allocator;
    private final Published published;
    private final GroupWriter groups;
    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final Semaphore inFlight;
    private final AtomicLong preparedBytes = new AtomicLong();
    private final Thread writer = new Thread(this::run, "live-store-writer");
    private final Runnable afterGroup;
    private volatile boolean closing;

    /**
     * What a store may use.
     *
     * @param memoryMax what all tables may cost, in bytes
     * @param retention how long before its watermark a table keeps rows
     * @param epochsKept how many committed epochs can be read and gone back to
     * @param checkpointBytes size of the log that starts a checkpoint
     * @param inFlightBytes size of the batches that may be worked on at once; a larger batch is worked on alone
     */
    public record Limits(
            long memoryMax, Duration retention, int epochsKept, long checkpointBytes, long inFlightBytes) {}

    /** What the writer's queue holds. Its thread is never interrupted: that would close the log's file. */
    private sealed interface Work {}

    private enum Stop implements Work {
        STOP
    }

    private record Waiting(Request request) implements Work {}

    private record Asked(TableView view, Position position, CompletableFuture<Resumption> answer) implements Work {}

    /**
     * Recovers what the folder holds and opens the store. The folder is closed with it.
     *
     * @param afterGroup called by the writer after each group of puts
     * @throws UnusableData when the folder's data cannot be used
     */
    public static LiveStore open(DataFolder folder, Limits limits, BufferAllocator parent, Runnable afterGroup)
            throws IOException {
        BufferAllocator allocator = parent.newChildAllocator("tables", 0, Long.MAX_VALUE);
        Tables tables =
                new Tables(new Tables.Limits(limits.memoryMax(), limits.retention(), limits.epochsKept()), allocator);
        try {
            Entries entries = new Entries(tables, allocator);
            long checkpoint = Checkpoint.read(folder, entries::replay);
            PutLog log = PutLog.open(
                    folder,
                    checkpoint,
                    entries::replay,
                    warning -> LOG.warn("cut a torn end off the log: {}", warning));
            log.prune(checkpoint);
            Published published = new Published();
            Checkpoints checkpoints = new Checkpoints(folder, allocator, limits.checkpointBytes());
            return new LiveStore(
                    limits,
                    allocator,
                    new GroupWriter(folder, tables, log, checkpoints, published),
                    published,
                    afterGroup);
        } catch (IOException | RuntimeException | Error e) {
            tables.close();
            allocator.close();
            if (e instanceof IOException && !(e instanceof UnusableData)) {
                throw new UnusableData(
                        "Cannot recover the tables in data.dir %s: %s.".formatted(folder.path(), e.getMessage()), e);
            }
            throw e;
        }
    }

    private LiveStore(
            Limits limits, BufferAllocator allocator, GroupWriter groups, Published published, Runnable afterGroup) {
        this.limits = limits;
        this.allocator = allocator;
        this.groups = groups;
        this.published = published;
        this.afterGroup = afterGroup;
        this.inFlight = new Semaphore(permits(limits.inFlightBytes(), Integer.MAX_VALUE), true);
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Applies a batch and returns when it is durable. Of two puts by one caller the first is applied first.
     *
     * @param batch is copied; the caller may reuse it afterwards
     * @throws Refused when it was not applied
     */
    public void put(PutHeader header, PutSchema schema, VectorSchemaRoot batch) throws Refused {
        long size = batch.getFieldVectors().stream()
                .mapToLong(FieldVector::getBufferSize)
                .sum();
        int permits = permits(size, permits(limits.inFlightBytes(), Integer.MAX_VALUE));
        try {
            inFlight.acquire(permits);
        } catch (InterruptedException e) {
            throw stopping();
        }
        try (PreparedPut prepared = PreparedPut.of(schema.table(), batch, allocator)) {
            checkDigest(header, batch);
            preparedBytes.addAndGet(prepared.bytes());
            try {
                var done = new CompletableFuture<Void>();
                enqueue(new Request.Put(header, schema, prepared, Batches.encode(batch), done));
                await(done);
            } catch (IOException e) {
                throw new IllegalStateException("a batch could not be encoded in memory", e);
            } finally {
                preparedBytes.addAndGet(-prepared.bytes());
            }
        } finally {
            inFlight.release(permits);
        }
    }

    /**
     * Lets a subtask write from where its job stands, and returns when that is durable.
     *
     * @throws Refused FENCED when another one has taken its place, INVALID when it cannot go back so far
     */
    public WriterOpened open(WriterOpening opening) throws Refused {
        var done = new CompletableFuture<WriterOpened>();
        enqueue(new Request.Open(opening, done));
        return await(done);
    }

    /**
     * Moves the committed views of a lineage's tables to an epoch, all at once, and returns when that is durable; the
     * epoch they stand at then. Repeating it changes nothing.
     *
     * @throws Refused INVALID when what the writers say they have put is not what is here
     */
    public long commit(EpochCommit commit) throws Refused {
        var done = new CompletableFuture<Long>();
        enqueue(new Request.Commit(commit, done));
        return await(done);
    }

    /**
     * Lets readers see another lineage from now on; the one they saw is gone.
     *
     * @throws Refused INVALID when it is not here or has committed nothing
     */
    public void promote(String lineage) throws Refused {
        var done = new CompletableFuture<Void>();
        enqueue(new Request.Promote(lineage, done));
        await(done);
    }

    /** The lineages that are here. */
    public List<LineageFacts> lineages() {
        return published.lineages();
    }

    /** Names of all tables, sorted. */
    public List<String> tableNames() {
        return published.names();
    }

    /**
     * The live view of a table as of its last durable put; the caller closes it.
     *
     * @throws Refused UNKNOWN_TABLE when there is none of this name
     */
    public TableSnapshot snapshot(String table) throws Refused {
        return snapshot(TableView.live(table));
    }

    /**
     * A view of a table as of the last durable request; the caller closes it.
     *
     * @throws Refused UNKNOWN_TABLE when there is no such table, epoch or lineage
     */
    public TableSnapshot snapshot(TableView view) throws Refused {
        return published.find(view);
    }

    /**
     * What it takes to go on from a position. The answer is a {@link Refused}, INVALID with the reason, when that cannot
     * be told any more. Does not wait: the writer answers.
     *
     * @param view whose position it is
     */
    public CompletableFuture<Resumption> resume(TableView view, Position position) {
        var answer = new CompletableFuture<Resumption>();
        queue.add(new Asked(view, position, answer));
        if (closing) {
            refuseWaiting();
        }
        return answer;
    }

    /** Size of the log on disk, in bytes, without the checkpoint. */
    public long logBytes() {
        return groups.logBytes();
    }

    /** What all tables cost in memory, with all views and kept epochs. */
    public long tableBytes() {
        return groups.tableBytes();
    }

    /** Memory that the tables have let go of but readers still hold, in bytes; about, while puts are worked on. */
    public long bytesHeldByReaders() {
        return Math.max(0, allocator.getAllocatedMemory() - groups.tableBufferBytes() - preparedBytes.get());
    }

    /** Why the store takes no more puts until it is opened again; null while it is well. */
    public @Nullable String failure() {
        return groups.failure();
    }

    /** Finishes the puts that wait, refuses later ones, and closes the folder. Snapshots given out stay readable. */
    @Override
    public void close() throws IOException {
        closing = true;
        queue.add(Stop.STOP);
        boolean interrupted = false;
        while (writer.isAlive()) {
            try {
                writer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        refuseWaiting();
        groups.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes what remains of the memory; called once all snapshots are closed. Fails when something leaked. */
    public void closeMemory() {
        allocator.close();
    }

    private void run() {
        List<Work> taken = new ArrayList<>();
        while (!taken.contains(Stop.STOP)) {
            taken.clear();
            try {
                taken.add(queue.take());
            } catch (InterruptedException e) {
                continue; // nobody has a reason to
            }
            queue.drainTo(taken, MAX_GROUP - 1);
            groups.write(taken.stream()
                    .filter(Waiting.class::isInstance)
                    .map(work -> ((Waiting) work).request())
                    .toList());
            taken.stream()
                    .filter(Asked.class::isInstance)
                    .map(Asked.class::cast)
                    .forEach(this::answer);
            try {
                afterGroup.run();
            } catch (RuntimeException e) {
                LOG.error("what follows a group of puts failed", e);
            }
        }
    }

    private void answer(Asked asked) {
        try {
            Resumption found = groups.resume(asked.view(), asked.position());
            if (!asked.answer().complete(found)) {
                found.close();
            }
        } catch (Refused | RuntimeException e) {
            asked.answer().completeExceptionally(e);
        }
    }

    private void enqueue(Request request) throws Refused {
        if (groups.failure() != null) {
            throw groups.broken();
        }
        queue.add(new Waiting(request));
        if (closing) {
            refuseWaiting();
        }
    }

    private void refuseWaiting() {
        if (!writer.isAlive()) {
            for (Work work = queue.poll(); work != null; work = queue.poll()) {
                if (work instanceof Waiting waiting) {
                    waiting.request().done().completeExceptionally(stopping());
                } else if (work instanceof Asked asked) {
                    asked.answer().completeExceptionally(stopping());
                }
            }
        }
    }

    private <T> T await(CompletableFuture<T> done) throws Refused {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return done.get();
                } catch (InterruptedException e) {
                    interrupted = true; // the writer still uses the batch: wait for it
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof Refused refused ? refused : groups.broken();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void checkDigest(PutHeader header, VectorSchemaRoot batch) throws Refused {
        long digest = RowDigest.of(batch);
        if (digest != header.digest()) {
            throw Refused.invalid(
                    "A batch for table %s has digest %016x, but its header says %016x: it has changed on its way, or the two "
                            + "sides are of different releases.",
                    header.table(), digest, header.digest());
        }
    }

    private static Refused stopping() {
        return new Refused(Reason.UNAVAILABLE, "The server is stopping. Try again when it is back.");
    }

    private static int permits(long bytes, int most) {
        return (int) Math.max(1, Math.min(most, bytes / KIB));
    }
}
