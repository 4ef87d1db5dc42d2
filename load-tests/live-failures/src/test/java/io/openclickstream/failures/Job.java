package io.openclickstream.failures;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.failures.network.FaultProxy;
import io.openclickstream.pipeline.sink.live.LiveAccess;
import io.openclickstream.pipeline.sink.live.LivePushException;
import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.schemas.live.LivePrepared;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/**
 * A job of the real operators: three writers in one to three subtasks and a committer, checkpoint by checkpoint, and with
 * everything that Flink does to jobs. What it is fed it tells {@link Expected}. A step that throws {@link
 * InterruptedException} was cancelled in the middle; {@link #fail} must follow.
 */
final class Job {
    static final Duration FLUSH_INTERVAL = Duration.ofSeconds(1);
    static final Duration ANSWER_TIMEOUT = Duration.ofMillis(500);
    private static final Duration MAX_OUTAGE = Duration.ofMinutes(10);
    private static final int BATCH_ROWS = 4;

    private final Random random;
    private final Sink sink;
    private Expected expected;
    private final FaultProxy network;
    private LivePushOperator.Settings settings;
    private long lineages;
    private final NavigableMap<Long, Checkpoint> completed = new TreeMap<>();
    private final List<Subtask> zombies = new ArrayList<>();
    private List<Subtask> subtasks = new ArrayList<>();
    private Task<LivePrepared, Void> committer;
    private int parallelism = 1;
    private int submission = 1;
    private long lastCheckpoint;
    private Checkpoint running;
    private Subtask busy;

    /** A checkpoint, complete or on its way. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Checkpoint(
            long id, int parallelism, Map<Writer, OperatorSubtaskState[]> writers, OperatorSubtaskState[] committer) {
        static Checkpoint begin(long id, int parallelism) {
            Map<Writer, OperatorSubtaskState[]> writers = new EnumMap<>(Writer.class);
            for (Writer writer : Writer.values()) {
                writers.put(writer, new OperatorSubtaskState[parallelism]);
            }
            return new Checkpoint(id, parallelism, writers, new OperatorSubtaskState[1]);
        }

        Task.Restored of(Writer writer) {
            return new Task.Restored(id, List.of(writers.get(writer)));
        }

        Task.Restored ofCommitter() {
            return new Task.Restored(id, List.of(committer));
        }
    }

    private static final class Subtask {
        private final Writer writer;
        private final Task<Object, LivePrepared> task;
        private boolean isOpen;
        private boolean hasPassed;
        private boolean isEnded;

        Subtask(Writer writer, Task<Object, LivePrepared> task) {
            this.writer = writer;
            this.task = task;
        }
    }

    Job(Random random, Sink sink, Expected expected, FaultProxy network) {
        this.random = random;
        this.sink = sink;
        this.expected = expected;
        this.network = network;
        settings = ofNewLineage();
    }

    private LivePushOperator.Settings ofNewLineage() {
        return new LivePushOperator.Settings(
                URI.create("grpc://127.0.0.1:" + network.port()),
                LiveAccess.OPEN,
                new UUID(7, ++lineages).toString(),
                FLUSH_INTERVAL,
                BATCH_ROWS,
                MAX_OUTAGE,
                ANSWER_TIMEOUT,
                64 << 20);
    }

    /** The lineage that it writes. */
    String lineage() {
        return settings.newLineage();
    }

    /**
     * The job is stopped, and its state is lost. {@link #start} begins a new lineage then, with other subtasks perhaps.
     *
     * @param anew told what the job is fed from now on
     */
    void loseState(Expected anew) throws Exception {
        abort();
        close();
        committer = null;
        completed.clear();
        lastCheckpoint = 0;
        submission++;
        parallelism = 1 + random.nextInt(3);
        settings = ofNewLineage();
        expected = anew;
    }

    void start() throws Exception {
        restore(0);
    }

    /** A random subtask is fed some rows, or hears of event time. */
    void feed() throws Exception {
        List<Subtask> fed = subtasks.stream().filter(each -> !each.isEnded).toList();
        if (fed.isEmpty()) {
            return;
        }
        Subtask subtask = fed.get(random.nextInt(fed.size()));
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            feed(subtask, row(subtask, subtask.hasPassed || running == null ? lastCheckpoint + 1 : running.id()));
        }
        if (random.nextInt(3) == 0) {
            on(subtask).watermark(random.nextInt(1_000_000));
        }
    }

    /** The flush interval passes for a random subtask. */
    void tick() throws Exception {
        on(subtasks.get(random.nextInt(subtasks.size()))).tick();
    }

    /** Everything that waits is flushed. */
    void flush() throws Exception {
        for (Subtask subtask : subtasks) {
            if (!subtask.isEnded) {
                on(subtask).tick();
            }
        }
    }

    /** A barrier reaches a random subtask; whether that was the last one of a checkpoint that is committed now. */
    boolean barrier() throws Exception {
        return barrier(random.nextInt(6) > 0, random.nextInt(4) > 0);
    }

    /** A savepoint is taken, and told. */
    void savepoint() throws Exception {
        abort();
        do {
            barrier(true, true);
        } while (running != null);
    }

    /** A checkpoint that is on its way is given up. */
    void abort() throws Exception {
        if (running != null) {
            long id = running.id();
            running = null;
            for (Subtask subtask : subtasks) {
                on(subtask).aborted(id);
            }
            committer.aborted(id);
        }
    }

    /** The latest checkpoint is told, perhaps once more; then it is committed. */
    void notifyComplete() throws Exception {
        if (!completed.isEmpty()) {
            notifyComplete(completed.lastKey());
        }
    }

    /** The input of one subtask ends. */
    void endInput() throws Exception {
        List<Subtask> going = subtasks.stream().filter(each -> !each.isEnded).toList();
        if (!going.isEmpty()) {
            end(going.get(random.nextInt(going.size())));
        }
    }

    /** All input ends; a last savepoint follows. */
    void drain() throws Exception {
        abort();
        for (Subtask subtask : subtasks) {
            if (!subtask.isEnded) {
                on(subtask).watermark(Long.MAX_VALUE);
                end(subtask);
            }
        }
        committer.endInput();
        savepoint();
    }

    /** The job fails, and is restored from its latest checkpoint; some of its tasks do not know. */
    void fail() throws Exception {
        leaveBehind();
        restore(completed.isEmpty() ? 0 : completed.lastKey());
    }

    /** The job is stopped and submitted anew from its latest checkpoint or savepoint, with other subtasks: 1, 2, 3, 1. */
    void rescale() throws Exception {
        submitAnew(completed.isEmpty() ? 0 : completed.lastKey(), parallelism % 3 + 1);
    }

    /** The same with as many subtasks. */
    void resume() throws Exception {
        submitAnew(completed.isEmpty() ? 0 : completed.lastKey(), parallelism);
    }

    /** Somebody submits the job from any of its checkpoints. */
    void rewind() throws Exception {
        if (completed.isEmpty()) {
            return;
        }
        List<Long> ids = List.copyOf(completed.keySet());
        long id = ids.get(random.nextInt(ids.size()));
        if (expected.isKept(id)) {
            submitAnew(id, 1 + random.nextInt(3));
        } else if (sink.stopsZombies()) {
            refuseToGoBackTo(id);
        }
    }

    /** All tasks end, and with them the job. */
    void close() throws Exception {
        closeZombies();
        for (Subtask subtask : subtasks) {
            subtask.task.close();
        }
        subtasks.clear();
        if (committer != null) {
            committer.close();
        }
    }

    private boolean barrier(boolean completes, boolean isTold) throws Exception {
        if (running == null) {
            lastCheckpoint += 1 + random.nextInt(2);
            running = Checkpoint.begin(lastCheckpoint, parallelism);
            subtasks.forEach(subtask -> subtask.hasPassed = false);
        }
        Checkpoint checkpoint = running;
        List<Subtask> waiting =
                subtasks.stream().filter(each -> !each.hasPassed).toList();
        Subtask subtask = waiting.get(random.nextInt(waiting.size()));
        if (subtask.writer == Writer.LEDGER && !subtask.isEnded) {
            feed(subtask, row(subtask, checkpoint.id()));
        }
        checkpoint.writers().get(subtask.writer)[subtask.task.index] =
                on(subtask).barrier(checkpoint.id());
        expected.barrier(subtask, checkpoint.id());
        subtask.hasPassed = true;
        tellCommitter(subtask);
        if (waiting.size() > 1) {
            return false;
        }
        checkpoint.committer()[0] = committer.barrier(checkpoint.id());
        if (!completes) {
            abort();
            return false;
        }
        running = null;
        completed.put(checkpoint.id(), checkpoint);
        if (isTold) {
            notifyComplete(checkpoint.id());
        }
        return isTold;
    }

    private void notifyComplete(long id) throws Exception {
        for (Subtask subtask : subtasks) {
            on(subtask).completed(id);
        }
        busy = null;
        committer.completed(id);
        expected.commit(id);
    }

    private void end(Subtask subtask) throws Exception {
        on(subtask).endInput();
        subtask.isEnded = true;
        tellCommitter(subtask);
    }

    private void tellCommitter(Subtask subtask) throws Exception {
        busy = null;
        for (LivePrepared prepared : subtask.task.takeOutput()) {
            committer.feed(prepared);
        }
    }

    private void feed(Subtask subtask, Row row) throws Exception {
        expected.feed(subtask, row);
        on(subtask).feed(sink.input(row));
    }

    private Row row(Subtask subtask, long epoch) {
        return switch (subtask.writer) {
            case SESSIONS -> Row.session(random, subtask.task.index, subtask.task.parallelism);
            case METRICS -> Row.metric(random, subtask.task.index, subtask.task.parallelism);
            case LEDGER -> Row.step(random, subtask.task.index, subtask.task.parallelism, epoch);
        };
    }

    private Task<Object, LivePrepared> on(Subtask subtask) {
        busy = subtask;
        return subtask.task;
    }

    private void submitAnew(long checkpoint, int newParallelism) throws Exception {
        leaveBehind();
        parallelism = newParallelism;
        if (checkpoint > 0) { // else it would be another lineage
            submission++;
            lastCheckpoint = checkpoint;
        }
        restore(checkpoint);
    }

    /** Some tasks go on without knowing, the others end; the one that was cancelled in the middle ends. */
    private void leaveBehind() throws Exception {
        boolean isKilled = random.nextBoolean();
        if (isKilled) {
            network.cut();
        }
        for (Subtask subtask : subtasks) {
            if (subtask != busy && subtask.isOpen && !subtask.isEnded && random.nextInt(3) == 0) {
                zombies.add(subtask);
            } else {
                subtask.task.close();
            }
        }
        subtasks = new ArrayList<>();
        if (committer != null) {
            committer.close();
        }
        running = null;
    }

    private void restore(long id) throws Exception {
        Checkpoint from = completed.get(id);
        completed.tailMap(id, false).clear();
        expected.backTo(id);
        List<Subtask> begun = new ArrayList<>();
        for (Writer writer : Writer.values()) {
            for (int index = 0; index < parallelism; index++) {
                begun.add(new Subtask(
                        writer,
                        Task.of(
                                sink,
                                writer,
                                settings,
                                new JobID(7, submission),
                                index,
                                parallelism,
                                from == null ? null : from.of(writer))));
            }
        }
        subtasks = begun;
        committer = new Task<>(
                sink.committer(settings), new JobID(7, submission), 0, 1, from == null ? null : from.ofCommitter());
        List<Subtask> order = new ArrayList<>(begun);
        Collections.shuffle(order, random);
        int committerOpensAt = random.nextInt(order.size() + 1);
        for (int i = 0; i <= order.size(); i++) {
            if (i == committerOpensAt) {
                busy = null;
                committer.open();
            }
            if (i < order.size()) {
                zombiesGoOn();
                on(order.get(i)).open();
                order.get(i).isOpen = true;
            }
        }
        expected.commit(id);
        stopZombies();
    }

    /** Until their place is taken nobody stops them, and what they put must be gone afterwards. */
    private void zombiesGoOn() throws Exception {
        for (Subtask zombie : List.copyOf(zombies)) {
            if (random.nextInt(3) == 0) {
                try {
                    goOn(zombie);
                } catch (LivePushException itsPlaceIsTaken) {
                    zombies.remove(zombie);
                    zombie.task.close();
                } catch (InterruptedException itIsCancelledToo) {
                    zombies.remove(zombie);
                    zombie.task.close();
                    throw itIsCancelledToo;
                }
            }
        }
    }

    private void goOn(Subtask zombie) throws Exception {
        zombie.task.feed(sink.input(row(zombie, lastCheckpoint + 1)));
        zombie.task.tick();
    }

    private void stopZombies() throws Exception {
        network.disarm(); // this is about what the server answers
        for (Subtask zombie : zombies) {
            if (sink.stopsZombies()) {
                assertThatThrownBy(() -> goOn(zombie))
                        .as("a task that was replaced and goes on")
                        .isInstanceOf(LivePushException.class)
                        .hasMessageContaining("refuses");
            }
        }
        closeZombies();
    }

    private void closeZombies() throws Exception {
        for (Subtask zombie : zombies) {
            zombie.task.close();
        }
        zombies.clear();
    }

    private void refuseToGoBackTo(long id) throws Exception {
        Task<Object, LivePrepared> task = Task.of(
                sink,
                Writer.SESSIONS,
                settings,
                new JobID(7, 1_000_000 + submission),
                0,
                1,
                completed.get(id).of(Writer.SESSIONS));
        try {
            assertThatThrownBy(task::open)
                    .isInstanceOf(LivePushException.class)
                    .hasMessageContaining("Either restore the job from a checkpoint or savepoint of a kept epoch")
                    .hasMessageContaining("or start it without state");
        } finally {
            task.close();
        }
    }
}
