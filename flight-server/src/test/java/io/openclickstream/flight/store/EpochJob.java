package io.openclickstream.flight.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.flight.table.Clicks;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import io.openclickstream.schemas.live.WriterOpening;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A job with two operators that put to three tables, checkpoint by checkpoint, and with everything that happens to jobs:
 * it fails, is rescaled, goes back, leaves tasks behind that do not know. What must become of the tables it tells the
 * {@link EpochModel}.
 */
final class EpochJob {
    /** The table of which the rows may say whose they are. */
    static final String OF_PERSONS = "more";

    private static final Map<String, List<String>> TABLES =
            Map.of("writer-a", List.of("clicks", "more"), "writer-b", List.of("others"));
    private static final int KEYS = 40;
    private static final int NEVER = 0;

    private final Random random;
    private final Supplier<EpochTarget> store;
    private final EpochModel model;
    private final BufferAllocator allocator;
    private final int putsPerHour;
    private final NavigableMap<Long, List<EpochCommit.Lane>> completed = new TreeMap<>();
    private final List<EpochCommit.Lane> prepared = new ArrayList<>();
    private List<Task> tasks = new ArrayList<>();
    private List<Task> leftOver = new ArrayList<>();
    private int job;
    private long checkpoint;
    private boolean checkpointRuns;
    private int puts;
    private boolean hasPersons;

    /** One subtask. */
    private static final class Task {
        final String writer;
        final int index;
        final int parallelism;
        final Map<String, EpochCommit.Lane> lanes = new HashMap<>();
        long token;
        long epoch;
        boolean hasPassed;

        Task(String writer, int index, int parallelism) {
            this.writer = writer;
            this.index = index;
            this.parallelism = parallelism;
        }

        EpochCommit.Lane lane(String table) {
            return lanes.getOrDefault(
                    table, new EpochCommit.Lane(writer, index, token, table, 0, 0, RowDigest.NOTHING));
        }

        /** Keys belong to subtasks, as in a keyed stream. */
        boolean owns(int key) {
            return key % parallelism == index;
        }
    }

    EpochJob(Random random, Supplier<EpochTarget> store, EpochModel model, BufferAllocator allocator) {
        this(random, store, model, allocator, NEVER);
    }

    /** @param putsPerHour after so many puts event time goes on by an hour */
    EpochJob(Random random, Supplier<EpochTarget> store, EpochModel model, BufferAllocator allocator, int putsPerHour) {
        this.putsPerHour = putsPerHour;
        this.random = random;
        this.store = store;
        this.model = model;
        this.allocator = allocator;
    }

    /** The rows of one of its tables say whose they are. */
    EpochJob withPersons() {
        hasPersons = true;
        return this;
    }

    /** Starts without state. */
    void start() throws Refused {
        restart(0, true, 1 + random.nextInt(3));
    }

    /** A random task puts rows, sometimes twice because it has not got the answer. */
    void put() throws Refused {
        Task task = tasks.get(random.nextInt(tasks.size()));
        List<String> tables = TABLES.get(task.writer);
        put(task, tables.get(random.nextInt(tables.size())), random.nextInt(4) == 0);
    }

    /** A barrier reaches a random task; when it was the last one the checkpoint is complete, or fails. */
    void barrier() throws Refused {
        if (!checkpointRuns) {
            checkpoint += 1 + random.nextInt(2);
            checkpointRuns = true;
            tasks.forEach(task -> task.hasPassed = false);
        }
        List<Task> waiting = tasks.stream().filter(task -> !task.hasPassed).toList();
        Task task = waiting.get(random.nextInt(waiting.size()));
        task.epoch = checkpoint;
        for (String table : TABLES.get(task.writer)) {
            put(task, table, false); // also when it is empty
        }
        prepared.addAll(task.lanes.values());
        task.epoch = checkpoint + 1;
        task.hasPassed = true;
        if (waiting.size() == 1) {
            checkpointRuns = false;
            if (random.nextInt(6) > 0) {
                completed.put(checkpoint, List.copyOf(prepared));
            }
            prepared.clear();
        }
    }

    /** The committer hears of a completed checkpoint, the latest or, once more, an earlier one. */
    void commit() throws Refused {
        if (completed.isEmpty()) {
            return;
        }
        List<Long> epochs = List.copyOf(completed.keySet());
        long epoch = random.nextInt(3) == 0 ? epochs.get(random.nextInt(epochs.size())) : completed.lastKey();
        if (epoch > model.committed() && random.nextInt(3) == 0) {
            refuseFalseCommit(epoch);
        }
        commit(epoch);
    }

    /** The job fails and is restored from its last checkpoint, with as many tasks or others. */
    void fail() throws Refused {
        restart(completed.isEmpty() ? 0 : completed.lastKey(), random.nextInt(3) == 0, tasks.size() - 1);
    }

    void rescale() throws Refused {
        restart(completed.isEmpty() ? 0 : completed.lastKey(), random.nextBoolean(), 1 + random.nextInt(3));
    }

    /** Somebody starts the job from an older checkpoint or savepoint. */
    void rewind() throws Refused {
        if (completed.isEmpty()) {
            return;
        }
        List<Long> epochs = List.copyOf(completed.keySet());
        long epoch = epochs.get(random.nextInt(epochs.size()));
        if (model.isKept(epoch)) {
            restart(epoch, true, random.nextBoolean() ? tasks.size() - 1 : 1 + random.nextInt(3));
        } else {
            assertThatThrownBy(() -> store.get().open(opening(new Task("writer-a", 0, 1), epoch, "job-old")))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID))
                    .hasMessageContaining("Either restore the job from a checkpoint or savepoint of a kept epoch")
                    .hasMessageContaining("or start it without state");
        }
    }

    /** A task that was replaced and does not know goes on: it must get nowhere. */
    void zombie() {
        if (leftOver.isEmpty()) {
            return;
        }
        Task task = leftOver.get(random.nextInt(leftOver.size()));
        assertThatThrownBy(() -> put(task, TABLES.get(task.writer).get(0), false))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Reason.FENCED));
        if (job > 1) {
            assertThatThrownBy(() -> store.get().open(opening(task, model.committed(), "job-" + (job - 1))))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Reason.FENCED));
        }
    }

    private void restart(long restored, boolean isNewJob, int parallelism) throws Refused {
        List<Task> before = tasks;
        boolean fencesAll = isNewJob;
        job += isNewJob ? 1 : 0;
        completed.tailMap(restored, false).clear();
        checkpoint = isNewJob ? restored : Math.max(checkpoint, restored);
        checkpointRuns = false;
        prepared.clear();
        tasks = new ArrayList<>();
        for (int i = 0; i < parallelism; i++) {
            tasks.add(new Task("writer-a", i, parallelism));
        }
        tasks.add(new Task("writer-b", 0, 1));
        Collections.shuffle(tasks, random);
        List<Task> opened = new ArrayList<>();
        List<Task> zombies = new ArrayList<>(before);
        for (Task task : tasks) {
            if (!fencesAll && !zombies.isEmpty() && random.nextInt(3) == 0) { // it does not know yet, and may
                Task zombie = zombies.get(random.nextInt(zombies.size()));
                put(zombie, TABLES.get(zombie.writer).get(0), false);
            }
            task.token = store.get().open(opening(task, restored, "job-" + job)).token();
            task.epoch = restored + 1;
            Task now = task;
            model.rewind(restored);
            boolean everybody = fencesAll;
            model.takeBack(
                    restored,
                    put -> everybody
                            || (put.writer().equals(now.writer)
                                    && (put.subtask() == now.index || put.parallelism() != now.parallelism)));
            zombies.removeIf(zombie -> everybody
                    || (zombie.writer.equals(now.writer)
                            && (zombie.index == now.index || zombie.parallelism != now.parallelism)));
            fencesAll = false;
            opened.add(task);
            if (random.nextInt(3) == 0) {
                Task early = opened.get(random.nextInt(opened.size()));
                put(early, TABLES.get(early.writer).get(0), false);
            }
            if (restored > 0 && random.nextInt(3) == 0) {
                commit(restored); // the committer does not wait for the writers
            }
        }
        if (restored > 0) {
            commit(restored);
        }
        leftOver = before;
    }

    private void commit(long epoch) throws Refused {
        long now = store.get().commit(new EpochCommit(EpochCommit.VERSION, Clicks.LINEAGE, epoch, lanesOf(epoch)));
        model.commit(epoch);
        assertThat(now).isEqualTo(model.committed());
        if (random.nextInt(4) == 0) { // the answer was lost
            assertThat(store.get().commit(new EpochCommit(EpochCommit.VERSION, Clicks.LINEAGE, epoch, lanesOf(epoch))))
                    .isEqualTo(now);
        }
    }

    private List<EpochCommit.Lane> lanesOf(long epoch) {
        return completed.get(epoch);
    }

    private void refuseFalseCommit(long epoch) {
        List<EpochCommit.Lane> lanes = new ArrayList<>(lanesOf(epoch));
        int at = random.nextInt(lanes.size());
        EpochCommit.Lane lane = lanes.get(at);
        if (random.nextBoolean()) {
            lanes.remove(at);
        } else {
            lanes.set(
                    at,
                    new EpochCommit.Lane(
                            lane.writer(),
                            lane.subtask(),
                            lane.token(),
                            lane.table(),
                            lane.batches(),
                            lane.rows(),
                            lane.digest() ^ 4));
        }
        assertThatThrownBy(() -> store.get().commit(new EpochCommit(EpochCommit.VERSION, Clicks.LINEAGE, epoch, lanes)))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID))
                .hasMessageContaining("Cannot commit epoch " + epoch);
    }

    private void put(Task task, String table, boolean repeated) throws Refused {
        List<Clicks> rows = rows(task);
        puts++;
        EpochCommit.Lane lane = task.lane(table);
        boolean isOfPersons = hasPersons && table.equals(OF_PERSONS);
        try (VectorSchemaRoot batch =
                isOfPersons ? Clicks.personsBatch(rows, allocator) : Clicks.batch(rows, allocator)) {
            var header = new PutHeader(
                    PutHeader.VERSION,
                    table,
                    Clicks.LINEAGE,
                    task.writer,
                    task.index,
                    task.parallelism,
                    task.token,
                    task.epoch,
                    lane.batches(),
                    RowDigest.of(batch),
                    putsPerHour == NEVER ? null : hours() * Clicks.HOUR);
            store.get().put(header, batch);
            if (repeated) {
                store.get().put(header, batch);
            }
            task.lanes.put(
                    table,
                    new EpochCommit.Lane(
                            task.writer,
                            task.index,
                            task.token,
                            table,
                            lane.batches() + 1,
                            lane.rows() + rows.size(),
                            RowDigest.then(lane.digest(), header.digest())));
        }
        model.put(new EpochModel.Put(table, task.writer, task.index, task.parallelism, task.epoch, rows));
    }

    private List<Clicks> rows(Task task) {
        List<Clicks> rows = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            int key = random.nextInt(KEYS);
            if (task.owns(key)) {
                rows.add(
                        random.nextInt(4) == 0
                                ? Clicks.delete("key" + key)
                                : Clicks.upsert(
                                        "key" + key,
                                        (hours() + random.nextInt(5)) * Clicks.HOUR,
                                        random.nextInt(1_000_000)));
            }
        }
        return rows;
    }

    private long hours() {
        return putsPerHour == NEVER ? 0 : puts / putsPerHour;
    }

    private static WriterOpening opening(Task task, long restored, String job) {
        return new WriterOpening(
                WriterOpening.VERSION, Clicks.LINEAGE, task.writer, task.index, task.parallelism, restored, job);
    }
}
