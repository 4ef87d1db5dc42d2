package io.openclickstream.flight.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.log.UnusableData;
import io.openclickstream.flight.table.Clicks;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.flight.table.TableState;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveStoreTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingLeaks() {
        allocator.close();
    }

    @Test
    void aRestartHasTheSameRowsInTheSameOrderAndTheSameState() throws Exception {
        List<String> rows;
        TableState state;
        try (Opened store = open(64 * MIB, MIB)) {
            Random random = new Random(1);
            for (int i = 0; i < 40; i++) {
                store.put(i, 5L * i, randomRows(random, 200));
            }
            rows = store.rows();
            state = store.state();
        }
        for (int restart = 0; restart < 2; restart++) {
            try (Opened store = open(64 * MIB, MIB)) {
                assertThat(store.rows()).isEqualTo(rows);
                assertThat(store.state()).isEqualTo(state);
            }
        }
        try (Opened store = open(64 * MIB, MIB)) {
            store.put(40, 300L, List.of(Clicks.upsert("more", 0, 1)));
            assertThat(store.rows()).hasSize(rows.size() + 1).contains("more@0=1");
        }
    }

    @Test
    void checkpointsKeepTheLogShortAndARestartHasAllOfIt() throws Exception {
        List<String> rows;
        TableState state;
        try (Opened store = open(64 * MIB, 64 << 10)) {
            Random random = new Random(2);
            for (int i = 0; i < 300; i++) {
                store.put(i, null, randomRows(random, 100));
                assertThat(store.store.logBytes()).isLessThan(10 * (64 << 10));
            }
            rows = store.rows();
            state = store.state();
        }
        assertThat(folder.toFile().list((dir, name) -> name.endsWith(".checkpoint")))
                .hasSize(1);
        try (Opened store = open(64 * MIB, 64 << 10)) {
            assertThat(store.rows()).isEqualTo(rows);
            assertThat(store.state()).isEqualTo(state);
        }
    }

    @Test
    void whatLeftForWantOfMemoryStaysAwayAfterARestart() throws Exception {
        List<String> rows;
        TableState state;
        try (Opened store = open(MIB / 2, MIB)) {
            for (int hour = 0; hour < 60; hour++) {
                store.put(hour, null, many(hour, 200));
            }
            rows = store.rows();
            state = store.state();
            assertThat(state.counters().windowsEvicted()).isPositive();
        }
        try (Opened store = open(64 * MIB, MIB)) {
            assertThat(store.rows()).isEqualTo(rows);
            assertThat(store.state()).isEqualTo(state);
        }
        try (Opened store = open(MIB / 4, MIB)) { // started with less: more leaves, the newest stays
            assertThat(store.rows()).hasSizeLessThan(rows.size()).contains("row59-0@" + 59 * Clicks.HOUR + "=0");
        }
    }

    @Test
    void writersAtOnceAreAllAcknowledgedAndThere() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(8);
        try (Opened store = open(64 * MIB, MIB)) {
            List<Future<?>> all = new ArrayList<>();
            for (int writer = 0; writer < 8; writer++) {
                String name = "writer" + writer;
                all.add(writers.submit(() -> {
                    int subtask = Integer.parseInt(name.substring("writer".length()));
                    long token = store.store.open(Clicks.opening(subtask, 8)).token();
                    for (int i = 0; i < 20; i++) {
                        store.put(subtask, 8, token, i, List.of(Clicks.upsert(name + "-" + i, 0, i)));
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
            assertThat(store.rows()).hasSize(160);
        } finally {
            writers.shutdownNow();
        }
        try (Opened store = open(64 * MIB, MIB)) {
            assertThat(store.rows()).hasSize(160);
        }
    }

    @Test
    void aHeldSnapshotIsCountedAsHeldByReaders() throws Exception {
        try (Opened store = open(64 * MIB, MIB)) {
            store.put(0, null, many(0, 5000));
            awaitHeldByReaders(store, bytes -> bytes == 0);
            try (TableSnapshot held = store.store.snapshot("clicks")) {
                store.put(1, null, many(0, 5000));
                awaitHeldByReaders(store, bytes -> bytes > 5000 * 16);
                assertThat(held.rows()).isEqualTo(5000);
            }
            awaitHeldByReaders(store, bytes -> bytes == 0);
        }
    }

    /** What it says is not exact in the moment in which the writer lets a put go. */
    private static void awaitHeldByReaders(Opened store, LongPredicate expected) {
        await().atMost(Duration.ofSeconds(60)).until(() -> expected.test(store.store.bytesHeldByReaders()));
    }

    @Test
    void aStoreThatIsClosedRefusesPuts() throws Exception {
        Opened store = open(64 * MIB, MIB);
        store.put(0, null, many(0, 1));
        store.close();
        assertThatThrownBy(() -> store.store.put(Clicks.header(1, null), PutSchema.of(Clicks.PUT), empty()))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.UNAVAILABLE));
    }

    @Test
    void aLogCutAnywhereOpensWithAPrefixOfWhatWasDone() throws Exception {
        Path log = folder.resolve("%020d.log".formatted(1));
        List<Long> ends = new ArrayList<>();
        List<String> states = new ArrayList<>();
        List<List<Clicks>> puts = new ArrayList<>();
        try (Opened store = open(64 * MIB, MIB)) {
            for (int i = 0; i < 6; i++) {
                ends.add(Files.size(log));
                states.add(store.summary());
                if (i % 3 == 2) {
                    store.store.commit(commit(3 + i, puts));
                } else {
                    puts.add(List.of(Clicks.upsert("row" + i, 0, i)));
                    store.put(puts.size() - 1, null, 3 + i, puts.get(puts.size() - 1));
                }
            }
            ends.add(Files.size(log));
            states.add(store.summary());
        }
        byte[] whole = Files.readAllBytes(log);
        for (int length = ends.get(0).intValue(); length <= whole.length; length += 11) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".log")).toList()) {
                    Files.delete(file);
                }
            }
            Files.write(log, Arrays.copyOf(whole, length));
            int done = -1;
            while (done + 1 < ends.size() && ends.get(done + 1) <= length) {
                done++;
            }
            // A put's schema is a record before it: what is cut between them is nothing yet.
            try (Opened store = open(64 * MIB, MIB)) {
                assertThat(store.summary()).as("cut at %d of %s", length, ends).isEqualTo(states.get(done));
            }
        }
    }

    @Test
    void recordsThatMakeNoSenseAreRefusedWithTheFolder() throws Exception {
        try (Opened store = open(64 * MIB, MIB)) {
            store.put(0, null, many(0, 1));
        }
        try (Opened store = open(64 * MIB, MIB)) {
            store.put(1, null, many(0, 1));
        }
        Files.delete(folder.resolve("%020d.log".formatted(1)));
        assertThatThrownBy(() -> open(64 * MIB, MIB))
                .isInstanceOf(UnusableData.class)
                .hasMessageContaining(folder.toString());
    }

    @Test
    void anErasureWithoutACheckpointIsRefusedAndTheNextStartMakesUpForIt() throws Exception {
        String user = Clicks.user("a");
        String other = Clicks.user("b");
        Path inTheWay = folder.resolve("checkpoint.unfinished");
        try (Opened store = open(64 * MIB, MIB)) {
            store.putPersons(0, 3, List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 0, 2)));
            store.putPersons(1, 4, List.of(Clicks.delete("a")));
            Files.createDirectories(inTheWay.resolve("full"));
            assertThatThrownBy(() -> store.store.erase(Clicks.toErase(user)))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.reason()).isEqualTo(Refused.Reason.NO_ROOM))
                    .hasMessageContaining("in no table any more")
                    .hasMessageContaining("erase them again");
            assertThat(store.rows()).containsExactly("b@0=2");
            assertThat(Clicks.filesWith(user, folder)).isNotEmpty();
        }
        Files.delete(inTheWay.resolve("full"));
        Files.delete(inTheWay);
        try (Opened store = open(64 * MIB, MIB)) {
            assertThat(store.rows()).containsExactly("b@0=2");
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(Clicks.filesWith(user, folder))
                    .isEmpty());
            assertThat(Clicks.filesWith(other, folder)).isNotEmpty();
        }
    }

    @Test
    void anEarlierCheckpointThatAKilledServerHasLeftGoesWithTheNextStart() throws Exception {
        try (Opened store = open(64 * MIB, MIB)) {
            store.putPersons(0, 3, List.of(Clicks.upsert("a", 0, 1), Clicks.upsert("b", 0, 2)));
            store.store.erase(Clicks.toErase(Clicks.user("a"))); // writes a checkpoint
        }
        List<Path> written = checkpoints();
        assertThat(written).hasSize(1);
        Files.copy(written.get(0), folder.resolve("%020d.checkpoint".formatted(1)));
        try (Opened store = open(64 * MIB, MIB)) {
            assertThat(store.rows()).containsExactly("b@0=2");
        }
        assertThat(checkpoints()).isEqualTo(written);
    }

    private List<Path> checkpoints() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".checkpoint")).toList();
        }
    }

    @Test
    void anErasureIsDoneWhereACheckpointThatBeganBeforeItIsStillBeingWritten() throws Exception {
        String user = Clicks.user("a");
        try (Opened store = open(64 * MIB, 8 << 10)) { // one is due with nearly every put
            for (int i = 0; i < 60; i++) {
                store.putPersons(i, 3, List.of(Clicks.upsert("a", 0, i), Clicks.upsert("b" + i, 0, i)));
                if (i % 3 == 2) {
                    store.store.erase(Clicks.toErase(user));
                    assertThat(Clicks.filesWith(user, folder)).isEmpty();
                }
            }
        }
    }

    /** Of the first writer, which has put this. */
    private EpochCommit commit(long epoch, List<List<Clicks>> puts) {
        long rows = 0;
        long digest = RowDigest.NOTHING;
        for (List<Clicks> put : puts) {
            try (VectorSchemaRoot batch = Clicks.batch(put, allocator)) {
                rows += put.size();
                digest = RowDigest.then(digest, RowDigest.of(batch));
            }
        }
        var lane = new EpochCommit.Lane(Clicks.WRITER, 0, 1, "clicks", puts.size(), rows, digest);
        return new EpochCommit(EpochCommit.VERSION, Clicks.LINEAGE, epoch, List.of(lane));
    }

    private VectorSchemaRoot empty() {
        return VectorSchemaRoot.create(Clicks.PUT, allocator);
    }

    private Opened open(long memory, long checkpointBytes) throws IOException {
        DataFolder data = DataFolder.open(folder, "a test");
        try {
            var limits = new LiveStore.Limits(memory, Duration.ofDays(1000), 3, checkpointBytes, MIB);
            return new Opened(LiveStore.open(data, limits, allocator, () -> {}), allocator);
        } catch (IOException | RuntimeException e) {
            data.close();
            throw e;
        }
    }

    private static List<Clicks> many(int hour, int count) {
        List<Clicks> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Clicks.upsert("row" + hour + "-" + i, hour * Clicks.HOUR, i));
        }
        return rows;
    }

    private static List<Clicks> randomRows(Random random, int count) {
        List<Clicks> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = "key" + random.nextInt(2000);
            rows.add(
                    random.nextInt(5) == 0
                            ? Clicks.delete(key)
                            : Clicks.upsert(key, random.nextInt(5) * Clicks.HOUR, random.nextInt(100)));
        }
        return rows;
    }

    private record Opened(LiveStore store, BufferAllocator allocator) implements AutoCloseable {
        /** Puts as the first writer of all, which is opened with its first put. */
        void put(long seq, Long watermark, List<Clicks> rows) throws Refused {
            if (store.lineages().isEmpty()) {
                store.open(Clicks.opening(0, 1));
            }
            put(Clicks.header(seq, watermark), rows);
        }

        void put(int subtask, int parallelism, long token, long seq, List<Clicks> rows) throws Refused {
            put(
                    new PutHeader(
                            PutHeader.VERSION,
                            "clicks",
                            Clicks.LINEAGE,
                            Clicks.WRITER,
                            subtask,
                            parallelism,
                            token,
                            3,
                            seq,
                            0,
                            null),
                    rows);
        }

        /** Rows that say whose they are. */
        void putPersons(long seq, long epoch, List<Clicks> rows) throws Refused {
            if (store.lineages().isEmpty()) {
                store.open(Clicks.opening(0, 1));
            }
            var header = new PutHeader(
                    PutHeader.VERSION, "clicks", Clicks.LINEAGE, Clicks.WRITER, 0, 1, 1, epoch, seq, 0, null);
            try (VectorSchemaRoot batch = Clicks.personsBatch(rows, allocator)) {
                store.put(Clicks.digested(header, batch), PutSchema.of(Clicks.PERSONS_PUT), batch);
            }
        }

        private void put(PutHeader header, List<Clicks> rows) throws Refused {
            try (VectorSchemaRoot batch = Clicks.batch(rows, allocator)) {
                store.put(Clicks.digested(header, batch), PutSchema.of(Clicks.PUT), batch);
            }
        }

        void put(long seq, Long watermark, long epoch, List<Clicks> rows) throws Refused {
            if (store.lineages().isEmpty()) {
                store.open(Clicks.opening(0, 1));
            }
            PutHeader header = Clicks.header(seq, watermark);
            put(
                    new PutHeader(
                            header.version(),
                            header.table(),
                            header.lineage(),
                            header.writer(),
                            0,
                            1,
                            1,
                            epoch,
                            seq,
                            0,
                            watermark),
                    rows);
        }

        /** Rows of both views, and the committed epoch. */
        String summary() throws Refused {
            if (store.lineages().isEmpty() || store.tableNames().isEmpty()) {
                return "nothing";
            }
            long epoch = store.lineages().get(0).committedEpoch();
            String committed = "none";
            if (epoch > 0) {
                try (TableSnapshot snapshot = store.snapshot(new TableView("clicks", true, epoch, null))) {
                    committed = Clicks.read(snapshot, allocator).toString();
                }
            }
            return rows() + " " + epoch + " " + committed;
        }

        List<String> rows() throws Refused {
            try (TableSnapshot snapshot = store.snapshot("clicks")) {
                return Clicks.read(snapshot, allocator);
            }
        }

        TableState state() throws Refused {
            try (TableSnapshot snapshot = store.snapshot("clicks")) {
                return snapshot.state();
            }
        }

        @Override
        public void close() throws IOException {
            store.close();
            store.closeMemory();
        }
    }
}
