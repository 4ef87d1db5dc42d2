package io.openclickstream.lake;

import static io.openclickstream.lake.TestLake.TABLES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.schemas.lake.LakeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Table;

/**
 * Random lives of a job and its lake: checkpoints, calls that fail or whose answers are lost, crashes in the middle of a
 * commit, failovers, starts from any savepoint and without state, what is left of replaced starts, expiry; and backfills
 * that come, are killed, come again and go between all that. After each step that leaves nothing undone, tables and
 * folders hold what the job's state says and the rows of the backfills, and nothing else.
 */
class LakeHistoriesTest {
    private static final int STEPS = 14;
    private static final Instant BORDER = Instant.parse("2025-06-01T00:00:00Z");
    private static final Backfill EARLIER = new Backfill("earlier", "a file", null, BORDER);
    private static final Backfill LATER =
            new Backfill("later", "another file", BORDER, Instant.parse("2026-01-01T00:00:00Z"));

    @Property(tries = 25)
    void tablesAndFoldersHoldWhatTheStateSays(@ForAll long seed) throws Exception {
        Path folder = Files.createTempDirectory("lake-history");
        try (TestLake lake = new TestLake(folder)) {
            var history = new History(lake, new Random(seed), Files.createDirectory(folder.resolve("computed")));
            for (int step = 0; step < STEPS; step++) {
                history.step();
            }
            history.check();
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static final class History {
        private final TestLake lake;
        private final Random random;
        private final List<String> steps = new ArrayList<>();
        /** What the tables have to hold, by lineage and epoch. */
        private final Map<String, TreeMap<Long, Map<String, List<LakeFile>>>> expected = new HashMap<>();

        private int lineages;
        private int submissions;
        private int writers;
        private String lineage = "";
        private long epoch;
        private LakeCommitter job;
        private String submission = "";
        private final List<LakeCommitter> replaced = new ArrayList<>();

        private final Path computed;
        private int runs;
        /** Names of the files of each backfill. */
        private final Map<String, List<String>> backfilled = new TreeMap<>();

        History(TestLake lake, Random random, Path computed) {
            this.lake = lake;
            this.random = random;
            this.computed = computed;
            start();
        }

        private void start() {
            lineage = "00000000-0000-0001-0000-%012x".formatted(++lineages);
            expected.put(lineage, new TreeMap<>());
            epoch = 0;
            submit();
            open();
        }

        private void submit() {
            if (job != null) {
                replaced.add(job);
            }
            submission = "s" + ++submissions;
            job = lake.job(submission);
        }

        private void open() {
            untilDone(() -> job.open(lineage, epoch));
        }

        void step() throws Exception {
            int choice = random.nextInt(12);
            if (choice < 6) {
                checkpoint();
            } else if (choice == 6) {
                steps.add("failover");
                job = lake.job(submission);
                open();
                again();
            } else if (choice == 7) {
                goBack();
            } else if (choice == 8 && random.nextInt(3) == 0) {
                steps.add("start without state");
                start();
            } else if (choice >= 10) {
                backfill(random.nextBoolean() ? EARLIER : LATER);
            } else {
                expire();
            }
            check();
        }

        private void checkpoint() throws IOException {
            epoch += 1 + random.nextInt(2); // the one between was declined
            steps.add("checkpoint " + epoch);
            String writer = "w" + ++writers;
            Map<String, List<LakeFile>> files = new HashMap<>();
            for (LakeTable table : TABLES) {
                List<LakeFile> ofTable = new ArrayList<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    ofTable.add(lake.file(table, lineage, epoch, writer + i));
                }
                files.put(table.name(), ofTable);
            }
            expected.get(lineage).put(epoch, files);
            if (!replaced.isEmpty() && random.nextInt(3) == 0) {
                LakeCommitter leftOver = replaced.get(random.nextInt(replaced.size()));
                LakeEpoch late = lake.epoch(lineage, epoch, "left-over");
                assertThatThrownBy(() -> leftOver.commit(late, file -> {}))
                        .as("%s", steps)
                        .isInstanceOf(LakeRefusedException.class);
            }
            if (random.nextInt(3) == 0) {
                crashInCommit();
            }
            again();
        }

        private void crashInCommit() {
            steps.add("crash");
            lake.storage.failIn(1 + random.nextInt(12), random.nextBoolean());
            try {
                job.commit(due(), lake::upload);
            } catch (Exception e) {
                // the process is gone
            }
            lake.storage.mend();
            job = lake.job(submission);
            open();
        }

        /** What the state of the latest checkpoint holds is committed, maybe once more. */
        private void again() {
            untilDone(() -> job.commit(due(), lake::upload));
        }

        /** The state may still hold the epoch before as well. */
        private LakeEpoch due() {
            var epochs = expected.get(lineage).headMap(epoch, true).descendingMap();
            Map<String, List<LakeFile>> files = new HashMap<>();
            epochs.values().stream()
                    .limit(random.nextBoolean() ? 1 : 2)
                    .forEach(all ->
                            all.forEach((table, ofTable) -> files.computeIfAbsent(table, name -> new ArrayList<>())
                                    .addAll(ofTable)));
            return new LakeEpoch(lineage, epoch, files, List.of());
        }

        private void goBack() {
            List<Long> savepoints = new ArrayList<>(expected.get(lineage).keySet());
            if (savepoints.isEmpty()) {
                return;
            }
            epoch = savepoints.get(random.nextInt(savepoints.size()));
            steps.add("from savepoint " + epoch);
            expected.get(lineage).tailMap(epoch, false).clear();
            submit();
            if (random.nextBoolean()) {
                lake.storage.failIn(1 + random.nextInt(20), random.nextBoolean());
            }
            open();
            lake.storage.mend();
            again();
        }

        private void backfill(Backfill wanted) throws Exception {
            LakeBackfill backfill = new LakeBackfill(lake.catalog, TABLES, wanted);
            if (backfilled.containsKey(wanted.name())) {
                assertThat(backfill.state()).as("%s", steps).isEqualTo(LakeBackfill.State.WHOLE);
                if (random.nextBoolean()) {
                    steps.add("withdraw " + wanted.name());
                    mayFail(25);
                    untilDone(backfill::withdraw);
                    lake.storage.mend();
                    backfilled.remove(wanted.name());
                }
                return;
            }
            boolean isKilled = random.nextBoolean();
            if (isKilled) {
                steps.add("backfill %s is killed".formatted(wanted.name()));
                run(backfill, wanted, true);
            }
            LakeBackfill second = new LakeBackfill(lake.catalog, TABLES, wanted);
            steps.add("backfill " + wanted.name());
            backfilled.put(wanted.name(), run(second, wanted, false));
        }

        /** Returns the names of its files. */
        private List<String> run(LakeBackfill backfill, Backfill wanted, boolean isKilled) throws Exception {
            String run = "run" + ++runs;
            Path folder = Files.createDirectory(computed.resolve(run));
            try (TestLake own = new TestLake(folder)) {
                List<String> names = new ArrayList<>();
                LakeCommitter bounded = own.job("bounded");
                bounded.open(wanted.lineage(), 0);
                for (long checkpoint = 1; checkpoint <= 1 + random.nextInt(2); checkpoint++) {
                    bounded.commit(own.epoch(wanted.lineage(), checkpoint, "w"), own::upload);
                    for (LakeTable table : TABLES) {
                        names.add(EpochFile.of(table.name(), checkpoint, wanted.lineage(), run + "-" + (checkpoint - 1))
                                .fileName());
                    }
                }
                try {
                    if (isKilled) {
                        lake.storage.failIn(1 + random.nextInt(60), random.nextBoolean());
                        backfill.begin(run);
                        backfill.commit(run, own.catalog);
                    } else {
                        untilDone(() -> backfill.begin(run));
                        between();
                        mayFail(60);
                        untilDone(() -> backfill.commit(run, own.catalog));
                    }
                } catch (IOException | RuntimeException e) {
                    if (!isKilled) {
                        throw e;
                    }
                } finally {
                    lake.storage.mend();
                }
                return names;
            }
        }

        /** The job goes on meanwhile. */
        private void between() throws IOException {
            switch (random.nextInt(3)) {
                case 0 -> checkpoint();
                case 1 -> goBack();
                default -> steps.add("nothing between");
            }
        }

        private void mayFail(int calls) {
            if (random.nextBoolean()) {
                lake.storage.failIn(1 + random.nextInt(calls), random.nextBoolean());
            }
        }

        private void expire() {
            steps.add("expire");
            Table table = lake.catalog.load(TABLES.get(0).name()).orElseThrow();
            if (table.currentSnapshot() != null) {
                table.expireSnapshots()
                        .expireOlderThan(Long.MAX_VALUE)
                        .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                        .commit();
            }
        }

        void check() throws IOException {
            for (LakeTable table : TABLES) {
                Stream<String> ofJob = expected.values().stream()
                        .flatMap(epochs -> epochs.values().stream())
                        .flatMap(files -> files.getOrDefault(table.name(), List.of()).stream())
                        .map(file -> file.location().replaceFirst(".*/", ""));
                Stream<String> ofBackfills = backfilled.values().stream()
                        .flatMap(List::stream)
                        .filter(name -> name.startsWith(table.name() + "-"));
                List<String> names = Stream.concat(ofJob, ofBackfills).sorted().toList();
                assertThat(lake.inTable(table.name()))
                        .as("table after %s", steps)
                        .isEqualTo(names);
                assertThat(lake.inFolder(table)).as("folder after %s", steps).isEqualTo(names);
            }
        }

        private interface Step {
            void run() throws Exception;
        }

        private static void untilDone(Step step) {
            for (int attempt = 1; attempt <= 3; attempt++) {
                try {
                    step.run();
                    return;
                } catch (LakeRefusedException e) {
                    throw e;
                } catch (Exception e) {
                    // the next one has to mend it
                }
            }
            throw new AssertionError("it cannot be done");
        }
    }
}
