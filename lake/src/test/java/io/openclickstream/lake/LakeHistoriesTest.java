package io.openclickstream.lake;

import static io.openclickstream.lake.TestLake.TABLES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.schemas.lake.LakeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Table;

/**
 * Random lives of a job and its lake: checkpoints, calls that fail or whose answers are lost, crashes in the middle of a
 * commit, failovers, starts from any savepoint and without state, what is left of replaced starts, expiry. After each step
 * that leaves nothing undone, tables and folders hold what the job's state says, and nothing else.
 */
class LakeHistoriesTest {
    private static final int STEPS = 14;

    @Property(tries = 25)
    void tablesAndFoldersHoldWhatTheStateSays(@ForAll long seed) throws Exception {
        Path folder = Files.createTempDirectory("lake-history");
        try (TestLake lake = new TestLake(folder)) {
            var history = new History(lake, new Random(seed));
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

        History(TestLake lake, Random random) {
            this.lake = lake;
            this.random = random;
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

        void step() throws IOException {
            int choice = random.nextInt(10);
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
                List<String> names = expected.values().stream()
                        .flatMap(epochs -> epochs.values().stream())
                        .flatMap(files -> files.getOrDefault(table.name(), List.of()).stream())
                        .map(file -> file.location().replaceFirst(".*/", ""))
                        .sorted()
                        .toList();
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
