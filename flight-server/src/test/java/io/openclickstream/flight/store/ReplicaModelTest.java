package io.openclickstream.flight.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.log.IncomingState;
import io.openclickstream.flight.log.LogRecord;
import io.openclickstream.flight.table.Clicks;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Whatever is done to a leader, wherever the stream to its replica breaks, whichever of both is started anew or loses its
 * folder or gets an older one back: a replica that has all has the same tables, in every view of every lineage.
 */
class ReplicaModelTest {
    private static final int EPOCHS_KEPT = 3;
    private static final int STEPS = 80;
    /** After these the job that was there does not know the leader any more. */
    private static final Set<String> JOB_ENDS = Set.of("lost", "backup", "lineage", "no room");

    private static final Duration RETENTION = Duration.ofHours(2);
    private static final long LITTLE = 100 << 10;
    private static final long ENOUGH = 64 << 20;

    private Path leaderFolder;
    private Path replicaFolder;
    private BufferAllocator allocator;
    private LiveStore leader;
    private LiveStore replica;

    /** What is fed to the replica; null while it is not connected. */
    private LogFeed feed;

    private boolean inState;
    private long memoryMax;
    private long watermarkMillis;
    /** Chooses when somebody is erased; null when nobody is. */
    private Random erasures;

    @Property(tries = 60)
    void aReplicaThatHasAllHasTheSameTables(@ForAll long seed) throws Exception {
        run(seed);
    }

    /** Persons are erased at the leader all the time; in the end nothing of the last ones is on either disk. */
    @Property(tries = 30)
    void aReplicaErasesWhatItsLeaderErases(@ForAll long seed) throws Exception {
        erasures = new Random(~seed);
        try {
            run(seed);
        } finally {
            erasures = null;
        }
    }

    /** In this history the leader starts again and has to let more go than its log says. */
    @Example
    void aReplicaHasTheSameTablesAsALeaderThatStrayedFromItsLog() throws Exception {
        run(-8);
    }

    private void run(long seed) throws Exception {
        Random random = new Random(seed);
        memoryMax = random.nextInt(3) == 0 ? LITTLE : ENOUGH;
        watermarkMillis = 0;
        Path folder = Files.createTempDirectory("replica");
        leaderFolder = folder.resolve("leader");
        replicaFolder = folder.resolve("replica");
        List<String> story = new ArrayList<>();
        allocator = new RootAllocator();
        try {
            leader = openLeader();
            replica = openReplica();
            EpochJob job = newJob(random, Clicks.LINEAGE);
            for (int step = 0; step < STEPS; step++) {
                if (erasures != null && erasures.nextInt(12) == 0) {
                    leader.erase(Clicks.toErase(Clicks.user(erasures.nextInt(Clicks.PERSONS))));
                    story.add("erased");
                }
                String what = stepOrNoRoom(random, job, folder);
                if (JOB_ENDS.contains(what)) {
                    job = newJob(
                            random,
                            UUID.nameUUIDFromBytes(new byte[] {(byte) step}).toString());
                }
                story.add(what);
            }
            catchUp();
            if (erasures != null) {
                eraseOnBoth();
            }
        } catch (AssertionError | Exception e) {
            throw new AssertionError("after " + story + " of seed " + seed, e);
        } finally {
            disconnect();
            close(leader);
            close(replica);
            allocator.close();
            delete(folder);
        }
    }

    private void eraseOnBoth() throws Exception {
        String[] users =
                IntStream.range(0, Clicks.PERSONS).mapToObj(Clicks::user).toArray(String[]::new);
        leader.erase(Clicks.toErase(users));
        catchUp();
        for (String user : users) {
            assertThat(Clicks.filesWith(user, leaderFolder)).as(user).isEmpty();
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(2))
                    .untilAsserted(() -> assertThat(Clicks.filesWith(user, replicaFolder))
                            .as(user)
                            .isEmpty());
        }
    }

    private String stepOrNoRoom(Random random, EpochJob job, Path folder) throws Exception {
        try {
            return step(random, job, folder);
        } catch (Refused e) {
            if (e.reason() != Reason.NO_ROOM) {
                throw e;
            }
            return "no room";
        }
    }

    private String step(Random random, EpochJob job, Path folder) throws Exception {
        int chance = random.nextInt(100);
        if (chance < 24) {
            job.put();
            return "put";
        } else if (chance < 44) {
            job.barrier();
            return "barrier";
        } else if (chance < 54) {
            job.commit();
            return "commit";
        } else if (chance < 57) {
            job.fail();
            return "fail";
        } else if (chance < 59) {
            job.rescale();
            return "rescale";
        } else if (chance < 62) {
            job.rewind();
            return "rewind";
        } else if (chance < 78) {
            send(random.nextInt(30));
            return "send";
        } else if (chance < 82) {
            catchUp();
            return "caught up";
        } else if (chance < 86) {
            disconnect();
            return "cut";
        } else if (chance < 89) {
            disconnect();
            close(replica);
            replica = openReplica();
            return "replica restarts";
        } else if (chance < 92) {
            disconnect();
            close(leader);
            leader = openLeader();
            return "leader restarts";
        } else if (chance < 94) {
            return promote(random) ? "promoted" : "nothing to promote";
        } else if (chance < 96) {
            return "lineage";
        } else if (chance < 98) {
            loseLeader();
            return "lost";
        }
        return backUp(random, job, folder);
    }

    /** The leader's folder is copied, the job goes on, and the copy is put back. */
    private String backUp(Random random, EpochJob job, Path folder) throws Exception {
        disconnect();
        close(leader);
        Path copy = folder.resolve("backup");
        copy(leaderFolder, copy);
        leader = openLeader();
        try {
            for (int i = 0; i < 3; i++) {
                job.put();
            }
        } catch (Refused e) {
            assertThat(e.reason()).isEqualTo(Reason.NO_ROOM);
        }
        if (random.nextBoolean()) {
            catchUp();
        }
        disconnect();
        close(leader);
        delete(leaderFolder);
        copy(copy, leaderFolder);
        delete(copy);
        leader = openLeader();
        return "backup";
    }

    private boolean promote(Random random) throws Refused {
        List<LineageFacts> all = leader.lineages();
        if (all.isEmpty()) {
            return false;
        }
        LineageFacts one = all.get(random.nextInt(all.size()));
        if (one.committedEpoch() == 0 || one.keptEpochs().isEmpty() || all.size() == 1) {
            return false;
        }
        // the other job is told so with its next put; this one is that of the lineage that waits, or is over
        if (!one.isServed()) {
            leader.promote(one.lineage());
            return true;
        }
        return false;
    }

    private EpochJob newJob(Random random, String lineage) throws Refused, IOException {
        EpochJob job = new EpochJob(random, () -> new OtherLineage(lineage), new EpochModel(EPOCHS_KEPT), allocator);
        if (erasures != null) {
            job.withPersons();
        }
        try {
            job.start();
            return job;
        } catch (Refused e) {
            if (e.reason() != Reason.NO_ROOM) {
                throw e;
            }
            loseLeader();
            return newJob(random, lineage);
        }
    }

    private void loseLeader() throws IOException {
        disconnect();
        close(leader);
        delete(leaderFolder);
        leader = openLeader();
    }

    private void catchUp() throws Exception {
        do {
            send(Integer.MAX_VALUE);
        } while (replica.position().sequence() < leader.logSequence());
        assertThat(contentOf(replica)).isEqualTo(contentOf(leader));
        assertThat(replica.position()).isEqualTo(leader.position());
    }

    /** Sends so many records at most, in one batch after the other. */
    private void send(int most) throws Exception {
        if (feed == null) {
            feed = leader.feed(replica.position());
            inState = feed.hasState();
        }
        if (inState) {
            if (!sendState(most)) {
                disconnect(); // the state did not come to its end
                return;
            }
            inState = false;
        }
        feed.hold();
        List<LogRecord> batch = new ArrayList<>();
        int sent = 0;
        while (sent++ < most) {
            LogRecord record = nextOrCut();
            if (record == null) {
                break;
            }
            batch.add(record);
            if (batch.size() == 7) {
                replica.follow(List.copyOf(batch)).get(60, TimeUnit.SECONDS);
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            replica.follow(batch).get(60, TimeUnit.SECONDS);
        }
    }

    /** Erasures cut the log while nobody looks after the feed here; then its connection ends, as that of any slow one. */
    private LogRecord nextOrCut() throws IOException {
        try {
            return feed.next();
        } catch (IOException e) {
            if (erasures == null) {
                throw e;
            }
            disconnect();
            return null;
        }
    }

    private boolean sendState(int most) throws Exception {
        try (IncomingState state = replica.incoming(feed.from())) {
            int sent = 0;
            for (LogRecord record = feed.nextOfState(); record != null; record = feed.nextOfState()) {
                if (sent++ == most) {
                    return false;
                }
                state.add(record.kind(), record.header(), record.body());
            }
            for (long until = feed.durable(); state.sequence() < until; ) {
                if (sent++ == most) {
                    return false;
                }
                LogRecord record = nextOrCut();
                if (record == null) {
                    return false;
                }
                state.addToLog(record);
            }
            state.end();
            replica.replace(state).get(60, TimeUnit.SECONDS);
            return true;
        }
    }

    private void disconnect() throws IOException {
        if (feed != null) {
            feed.close();
            feed = null;
        }
    }

    /** Everything that can be asked of a store: facts and rows in their order. */
    private Map<String, List<String>> contentOf(LiveStore store) throws Refused {
        Map<String, List<String>> content = new LinkedHashMap<>();
        content.put("lineages", store.lineages().stream().map(String::valueOf).toList());
        content.put("served", store.tableNames());
        for (LineageFacts lineage : store.lineages()) {
            for (String table : List.of("clicks", "more", "others")) {
                add(store, new TableView(table, false, null, lineage.lineage()), content);
                for (long epoch : lineage.keptEpochs()) {
                    add(store, new TableView(table, true, epoch, lineage.lineage()), content);
                }
            }
        }
        return content;
    }

    private void add(LiveStore store, TableView view, Map<String, List<String>> content) {
        try (TableSnapshot snapshot = store.snapshot(view)) {
            List<String> rows = new ArrayList<>(Clicks.read(snapshot, allocator).stream()
                    .sorted() // a state that was taken anew has them in another order
                    .toList());
            rows.add(snapshot.view().toString());
            rows.add(view.isCommitted() ? "" : snapshot.state().toString());
            rows.add(snapshot.facts().toString());
            content.put(view.toString(), rows);
        } catch (Refused e) {
            content.put(view.toString(), List.of("none"));
        }
    }

    /** The leader, for a job of another lineage than it thinks, and with a watermark that moves. */
    private final class OtherLineage implements EpochTarget {
        private final String lineage;

        OtherLineage(String lineage) {
            this.lineage = lineage;
        }

        @Override
        public WriterOpened open(WriterOpening opening) throws Refused {
            return leader.open(new WriterOpening(
                    opening.version(),
                    lineage,
                    opening.writer(),
                    opening.subtask(),
                    opening.parallelism(),
                    opening.restoredEpoch(),
                    opening.job()));
        }

        @Override
        public void put(PutHeader header, VectorSchemaRoot batch) throws Refused {
            watermarkMillis += Clicks.HOUR / 20;
            var moved = new PutHeader(
                    header.version(),
                    header.table(),
                    lineage,
                    header.writer(),
                    header.subtask(),
                    header.parallelism(),
                    header.token(),
                    header.epoch(),
                    header.seq(),
                    header.digest(),
                    watermarkMillis);
            leader.put(moved, PutSchema.of(batch.getSchema()), batch);
        }

        @Override
        public long commit(EpochCommit commit) throws Refused {
            return leader.commit(new EpochCommit(commit.version(), lineage, commit.epoch(), commit.lanes()));
        }
    }

    private LiveStore openLeader() throws IOException {
        return LiveStore.open(
                DataFolder.open(leaderFolder, "a leader"), limits(memoryMax, 32 << 10), allocator, () -> {});
    }

    private LiveStore openReplica() throws IOException {
        return LiveStore.openCopy(
                DataFolder.open(replicaFolder, "a replica"), limits(1, 12 << 10), "the leader", allocator, () -> {});
    }

    private static LiveStore.Limits limits(long memoryMax, long checkpointBytes) {
        return new LiveStore.Limits(memoryMax, RETENTION, EPOCHS_KEPT, checkpointBytes, 1 << 20);
    }

    private static void close(LiveStore store) throws IOException {
        store.close();
        store.closeMemory();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
