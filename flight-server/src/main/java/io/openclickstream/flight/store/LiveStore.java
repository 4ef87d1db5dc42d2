package io.openclickstream.flight.store;

import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.log.IncomingState;
import io.openclickstream.flight.log.LogRecord;
import io.openclickstream.flight.log.UnusableData;
import io.openclickstream.flight.table.PreparedPut;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.flight.table.Tables;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PersonsFound;
import io.openclickstream.schemas.live.PersonsToErase;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
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
    private final DataFolder folder;
    private final BufferAllocator allocator;
    private final Published published;
    private final @Nullable String leader;
    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final Semaphore inFlight;
    private final AtomicLong preparedBytes = new AtomicLong();
    private final Thread writer = new Thread(this::run, "live-store-writer");
    private final Runnable afterGroup;
    private final AtomicLong statesTaken = new AtomicLong();
    private volatile GroupWriter groups;
    private volatile long leaderSequence;
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

    /** Nothing to do but what is due. */
    private enum Wake implements Work {
        WAKE
    }

    private record Waiting(Request request) implements Work {}

    private record Replacing(IncomingState state, CompletableFuture<Void> done) implements Work {}

    private record Asked(TableView view, Position position, CompletableFuture<Resumption> answer) implements Work {}

    /**
     * Recovers what the folder holds and opens the store to write. The folder is closed with it.
     *
     * @param afterGroup called by the writer after each group of puts
     * @throws UnusableData when the folder's data cannot be used
     */
    public static LiveStore open(DataFolder folder, Limits limits, BufferAllocator parent, Runnable afterGroup)
            throws IOException {
        BufferAllocator allocator = parent.newChildAllocator("tables", 0, Long.MAX_VALUE);
        try {
            LiveStore store = new LiveStore(
                    folder,
                    limits,
                    allocator,
                    Recovered.from(folder, tableLimits(limits, limits.memoryMax()), allocator),
                    null,
                    afterGroup);
            store.lead();
            store.wake(); // a killed server may have left an erasure half done
            store.writer.start();
            return store;
        } catch (IOException | RuntimeException | Error e) {
            allocator.close();
            throw e;
        }
    }

    /**
     * Recovers what the folder holds and opens the store for what another server writes: it changes by {@link #follow} and
     * {@link #replace} alone. What leaves for want of memory is the leader's decision, so that both have the same rows.
     *
     * @param leader where the other server is, for those who want to put
     * @throws UnusableData when the folder holds tables that are no copy of another server's
     */
    public static LiveStore openCopy(
            DataFolder folder, Limits limits, String leader, BufferAllocator parent, Runnable afterGroup)
            throws IOException {
        if (!folder.isCopy() && !folder.isEmpty()) {
            throw new UnusableData(
                    ("Cannot follow %s with data.dir %s: it holds the tables of a server that follows nobody, and they would "
                                    + "be lost. Give the replica a data.dir of its own.")
                            .formatted(leader, folder.path()));
        }
        folder.markAsCopy(true);
        BufferAllocator allocator = parent.newChildAllocator("tables", 0, Long.MAX_VALUE);
        try {
            LiveStore store =
                    new LiveStore(folder, limits, allocator, copy(folder, limits, allocator), leader, afterGroup);
            store.wake();
            store.writer.start();
            return store;
        } catch (IOException | RuntimeException | Error e) {
            allocator.close();
            throw e;
        }
    }

    /** A copy that cannot be used any more is no loss. */
    private static Recovered copy(DataFolder folder, Limits limits, BufferAllocator allocator) throws IOException {
        Tables.Limits unbounded = tableLimits(limits, Long.MAX_VALUE);
        try {
            return Recovered.from(folder, unbounded, allocator);
        } catch (UnusableData e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("throws a copy away that cannot be used");
            IncomingState.clear(folder);
            return Recovered.from(folder, unbounded, allocator);
        }
    }

    private static Tables.Limits tableLimits(Limits limits, long memoryMax) {
        return new Tables.Limits(memoryMax, limits.retention(), limits.epochsKept());
    }

    private LiveStore(
            DataFolder folder,
            Limits limits,
            BufferAllocator allocator,
            Recovered recovered,
            @Nullable String leader,
            Runnable afterGroup) {
        this.folder = folder;
        this.limits = limits;
        this.allocator = allocator;
        this.published = new Published();
        this.groups = GroupWriter.of(folder, recovered, checkpoints(folder, limits, allocator), published);
        this.leader = leader;
        this.afterGroup = afterGroup;
        this.inFlight = new Semaphore(permits(limits.inFlightBytes(), Integer.MAX_VALUE), true);
        writer.setDaemon(true);
    }

    private Checkpoints checkpoints(DataFolder inFolder, Limits within, BufferAllocator from) {
        return new Checkpoints(inFolder, from, within.checkpointBytes(), this::wake);
    }

    private void wake() {
        queue.add(Wake.WAKE);
    }

    private void lead() throws IOException {
        try {
            groups.lead(UUID.randomUUID().toString(), limits);
            folder.markAsCopy(false);
        } catch (IOException e) {
            groups.close();
            throw new UnusableData(
                    "Cannot write to the log in data.dir %s: %s. Make room on the disk, or give another data.dir."
                            .formatted(folder.path(), e.getMessage()),
                    e);
        }
    }

    /**
     * Applies a batch and returns when it is durable. Of two puts by one caller the first is applied first.
     *
     * @param batch is copied; the caller may reuse it afterwards
     * @throws Refused when it was not applied
     */
    public void put(PutHeader header, PutSchema schema, VectorSchemaRoot batch) throws Refused {
        requireLeading();
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
        requireLeading();
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
        requireLeading();
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
        requireLeading();
        var done = new CompletableFuture<Void>();
        enqueue(new Request.Promote(lineage, done));
        await(done);
    }

    /**
     * Removes the rows of persons from every view of all tables, and returns when no file of the folder holds them any
     * more: a checkpoint is written for that, beside the puts.
     *
     * @throws Refused NO_ROOM when the rows are gone, but the files could not be written; it is to be repeated
     */
    public PersonsFound erase(PersonsToErase persons) throws Refused {
        requireLeading();
        var done = new CompletableFuture<PersonsFound>();
        enqueue(new Request.Erase(persons, done));
        return await(done);
    }

    /** How many rows of persons the tables have, in whatever view. */
    public PersonsFound find(PersonsToErase persons) throws Refused {
        var done = new CompletableFuture<PersonsFound>();
        enqueue(new Request.Find(persons, done));
        return await(done);
    }

    /**
     * What somebody who stands at a position in the log needs to have the same tables; the caller closes it.
     *
     * @throws Refused INVALID when the log is another server's
     * @throws IOException when it cannot be read
     */
    public LogFeed feed(LogPosition from) throws Refused, IOException {
        if (leader != null) {
            throw Refused.invalid("This server is a replica itself. Follow its leader, %s.", leader);
        }
        return groups.feed(from);
    }

    /** Within which bounds the same log leads to the same tables. */
    public Limits limits() {
        return limits;
    }

    /** Up to where the leader's log is here; nothing when that is to be replaced. */
    public LogPosition position() {
        return groups.position();
    }

    /** Sequence of the last durable record of the log. */
    public long logSequence() {
        return groups.durable();
    }

    /**
     * Does what the leader has done next; done when it is durable. The answer is a {@link Refused} when that cannot be:
     * NO_ROOM when it may be later, UNAVAILABLE when {@link #replace} has to follow.
     *
     * @param records of the leader's log, the first after {@link #position}
     */
    public CompletableFuture<Void> follow(List<LogRecord> records) throws Refused {
        var done = new CompletableFuture<Void>();
        enqueue(new Request.Follow(records, done));
        return done;
    }

    /**
     * Begins a state that is to take the place of all that is here.
     *
     * @param lastSequence of the leader's log, whose effect it holds
     */
    public IncomingState incoming(long lastSequence) throws IOException {
        return IncomingState.begin(folder, lastSequence);
    }

    /** Puts a state in the place of all that is here. Until it is done readers see what they saw, also when it fails. */
    public CompletableFuture<Void> replace(IncomingState state) {
        var done = new CompletableFuture<Void>();
        queue.add(new Replacing(state, done));
        if (closing) {
            refuseWaiting();
        }
        return done;
    }

    /** The leader is known to have come so far, so a reader may have seen more than is here. */
    public void leaderHas(long sequence) {
        leaderSequence = sequence;
    }

    /** How often the state of a leader has taken the place of what was here. */
    public long statesTaken() {
        return statesTaken.get();
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
            taken.stream()
                    .filter(Replacing.class::isInstance)
                    .map(Replacing.class::cast)
                    .forEach(this::replace);
            try {
                afterGroup.run();
            } catch (RuntimeException e) {
                LOG.error("what follows a group of puts failed", e);
            }
        }
    }

    private void replace(Replacing replacing) {
        try {
            groups.stopWriting();
            replacing.state().install();
            Recovered recovered = Recovered.from(folder, tableLimits(limits, Long.MAX_VALUE), allocator);
            groups = groups.replacedBy(recovered, checkpoints(folder, limits, allocator));
            wake();
            statesTaken.incrementAndGet();
            replacing.done().complete(null);
        } catch (IOException | RuntimeException e) {
            replacing.done().completeExceptionally(e);
        }
    }

    private void answer(Asked asked) {
        try {
            Resumption found = groups.resume(
                    asked.view(),
                    asked.position(),
                    leaderSequence > groups.position().sequence());
            if (!asked.answer().complete(found)) {
                found.close();
            }
        } catch (Refused | RuntimeException e) {
            asked.answer().completeExceptionally(e);
        }
    }

    private void requireLeading() throws Refused {
        if (leader != null) {
            throw Refused.invalid(
                    "This server is a replica and only read. Put, open, commit, promote and erase at its leader, %s.",
                    leader);
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
                } else if (work instanceof Replacing replacing) {
                    replacing.done().completeExceptionally(stopping());
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
