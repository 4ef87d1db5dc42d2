package io.openclickstream.lake;

import static io.openclickstream.lake.TestLake.LINEAGE;
import static io.openclickstream.lake.TestLake.OTHER_LINEAGE;
import static io.openclickstream.lake.TestLake.TABLES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.lake.LakeBackfill.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** History beside a job: added whole and once, and nothing that the job does touches it. */
class LakeBackfillTest {
    private static final Instant BORDER = Instant.parse("2026-01-01T00:00:00Z");
    private static final Backfill YEAR = new Backfill("year", "a file", null, BORDER);

    @TempDir
    Path folder;

    private TestLake lake;
    private LakeBackfill backfill;

    @BeforeEach
    void begin() throws Exception {
        lake = new TestLake(Files.createDirectory(folder.resolve("lake")));
        backfill = new LakeBackfill(lake.catalog, TABLES, YEAR);
    }

    @AfterEach
    void end() {
        lake.close();
    }

    @Test
    void whatATableSaysOfTheJobStaysAndEveryEpochHasTheHistory() throws Exception {
        LakeCommitter job = job("first", LINEAGE, 0, 3);
        EpochMark before = lake.mark("clicks");
        assertThat(backfill.state()).isEqualTo(State.ABSENT);
        add(YEAR, "r1");

        assertThat(backfill.state()).isEqualTo(State.WHOLE);
        assertThat(lake.mark("clicks")).isEqualTo(before);
        Table clicks = lake.catalog.load("clicks").orElseThrow();
        assertThat(clicks.currentSnapshot().summary())
                .containsEntry(BackfillMark.NAME, "year")
                .doesNotContainKeys(EpochMark.EPOCH, EpochMark.LINEAGE);
        job.commit(lake.epoch(LINEAGE, 4, "w"), lake::upload);
        for (long epoch : List.of(1L, 3L, 4L)) {
            HistoryPlan plan = new LakeHistory(lake.catalog)
                    .plan("clicks", new LakeHistory.Served(LINEAGE, List.of(epoch)), null, null, null);
            assertThat(plan.files()).as("epoch %d", epoch).hasSize((int) epoch + 2);
        }
    }

    @Test
    void noStartOfAJobTouchesIt() throws Exception {
        job("first", LINEAGE, 0, 3);
        add(YEAR, "r1");
        lake.job("second").open(LINEAGE, 1);
        assertHas(List.of("r1"), LINEAGE, 1);
        LakeCommitter anew = lake.job("third");
        anew.open(OTHER_LINEAGE, 0);
        anew.commit(lake.epoch(OTHER_LINEAGE, 1, "w"), lake::upload);
        for (LakeTable table : TABLES) {
            assertThat(lake.inTable(table.name()))
                    .containsAll(names(table, "r1"))
                    .hasSize(4);
            assertThat(lake.inFolder(table)).isEqualTo(lake.inTable(table.name()));
        }
        assertThat(backfill.state()).isEqualTo(State.WHOLE);
    }

    @Test
    void aJobThatCommitsMeanwhileLosesNothingAndNothingIsLost() throws Exception {
        LakeCommitter job = job("first", LINEAGE, 0, 1);
        var threads = Executors.newSingleThreadExecutor();
        try (TestLake jobs = new TestLake(folder.resolve("lake"))) {
            LakeCommitter racing = jobs.job("first");
            Future<?> done = threads.submit(() -> {
                for (long epoch = 2; epoch <= 12; epoch++) {
                    racing.commit(jobs.epoch(LINEAGE, epoch, "w"), jobs::upload);
                }
                return null;
            });
            for (int run = 1; run <= 4; run++) {
                add(YEAR, "r" + run);
            }
            done.get(2, TimeUnit.MINUTES);
        } finally {
            threads.shutdownNow();
            job.close();
        }
        assertHas(List.of("r4"), LINEAGE, 12);
        assertThat(lake.mark("clicks").epoch(LINEAGE)).hasValue(12L);
    }

    /** At calls all over, by turns before the store did anything and with only its answer lost. */
    @Test
    void killedAnywhereTheNextRunHasItsRowsOnce() throws Exception {
        job("first", LINEAGE, 0, 1);
        add(YEAR, "first");
        long before = lake.storage.calls();
        add(YEAR, "second");
        int calls = (int) (lake.storage.calls() - before);
        int kills = 0;
        for (int call = 1; call <= calls; call += 4) {
            lake.storage.failIn(call, call % 8 == 1);
            try {
                add(YEAR, "killed" + call);
            } catch (Exception e) {
                kills++;
            }
            lake.storage.mend();
            add(YEAR, "again" + call);
            assertHas(List.of("again" + call), LINEAGE, 1);
        }
        assertThat(kills).as("kills at %d calls", calls).isGreaterThan(5);
        assertThat(backfill.state()).isEqualTo(State.WHOLE);
    }

    @Test
    void aRunThatIsReplacedIsRefusedAndOneOfAnotherInputToo() throws Exception {
        job("first", LINEAGE, 0, 1);
        backfill.begin("old");
        add(YEAR, "new");
        try (TestLake computed = computed(YEAR, "old")) {
            assertThatThrownBy(() -> backfill.commit("old", computed.catalog))
                    .isInstanceOf(LakeRefusedException.class)
                    .hasMessageContainingAll("year", "new");
        }
        assertHas(List.of("new"), LINEAGE, 1);

        Backfill other = new Backfill("year", "another file", null, BORDER);
        assertThat(new LakeBackfill(lake.catalog, TABLES, other).state()).isEqualTo(State.OF_ANOTHER_INPUT);
        assertThatThrownBy(() -> add(other, "other"))
                .isInstanceOf(LakeRefusedException.class)
                .hasMessageContainingAll("a file", "another file");
        assertHas(List.of("new"), LINEAGE, 1);
        assertThat(backfill.withdraw()).isEqualTo(2 * TABLES.size());
        add(other, "other");
        assertHas(List.of("other"), LINEAGE, 1);
    }

    @Test
    void anotherOfTheSameTimeIsRefusedAndLeavesNothing() throws Exception {
        job("first", LINEAGE, 0, 1);
        add(YEAR, "r1");
        Backfill december = new Backfill("december", "a file", BORDER.minusSeconds(2_592_000), BORDER);
        assertThatThrownBy(() -> add(december, "r2"))
                .isInstanceOf(LakeRefusedException.class)
                .hasMessageContainingAll("year", "until " + BORDER);
        assertThat(new LakeBackfill(lake.catalog, TABLES, december).state()).isEqualTo(State.ABSENT);
        assertHas(List.of("r1"), LINEAGE, 1);
        add(new Backfill("january", "a file", BORDER, BORDER.plusSeconds(60)), "r3");
    }

    @Test
    void compactedRowsAreReplacedAndTakenOutWithTheOthers() throws Exception {
        job("first", LINEAGE, 0, 1);
        add(YEAR, "r1");
        Table table = lake.catalog.load("clicks").orElseThrow();
        var files = LakeBackfill.filesOf(table).stream()
                .filter(file -> file.location().contains("-r1-"))
                .toList();
        String compacted = lake.catalog
                .settings()
                .location("iceberg/clickstream/clicks/data/ingestion_hour=2026-01-01-00/"
                        + new EpochFile("clicks", 1, 2, YEAR.lineage(), "compacted-1").fileName());
        lake.storage.io().newOutputFile(compacted).create().close();
        var rewrite = table.newRewrite()
                .addFile(DataFiles.builder(table.spec())
                        .copy(files.get(0))
                        .withPath(compacted)
                        .build());
        files.forEach(rewrite::deleteFile);
        rewrite.commit();

        add(YEAR, "r2");
        assertHas(List.of("r2"), LINEAGE, 1);
        assertThat(lake.storage.io().newInputFile(compacted).exists()).isFalse();
        backfill.withdraw();
        assertHas(List.of(), LINEAGE, 1);
        assertThat(backfill.state()).isEqualTo(State.ABSENT);
        assertThat(BackfillMark.of(lake.catalog.load("clicks").orElseThrow().properties()))
                .isEmpty();
    }

    @Test
    void whatAKilledRunHasUploadedGoesWithTheBackfill() throws Exception {
        job("first", LINEAGE, 0, 1);
        add(YEAR, "r1");
        backfill.begin("r2");
        for (LakeTable table : TABLES) {
            lake.upload(lake.file(table, YEAR.lineage(), 1, "r2-0"));
        }
        backfill.withdraw();
        assertHas(List.of(), LINEAGE, 1);
    }

    private LakeCommitter job(String submission, String lineage, long restored, long last) throws Exception {
        LakeCommitter job = lake.job(submission);
        job.open(lineage, restored);
        for (long epoch = restored + 1; epoch <= last; epoch++) {
            job.commit(lake.epoch(lineage, epoch, "w"), lake::upload);
        }
        return job;
    }

    private void add(Backfill added, String run) throws Exception {
        LakeBackfill each = new LakeBackfill(lake.catalog, TABLES, added);
        try (TestLake computed = computed(added, run)) {
            each.begin(run);
            each.commit(run, computed.catalog);
        }
    }

    /** What a bounded run would leave: two files for each table. */
    private TestLake computed(Backfill added, String run) throws Exception {
        TestLake computed = new TestLake(Files.createTempDirectory(folder, run));
        LakeCommitter bounded = computed.job("bounded");
        bounded.open(added.lineage(), 0);
        bounded.commit(computed.epoch(added.lineage(), 1, "w"), computed::upload);
        bounded.commit(computed.epoch(added.lineage(), 2, "w"), computed::upload);
        bounded.close();
        return computed;
    }

    /** The job's files and those of the runs, in tables and in folders. */
    private void assertHas(List<String> runs, String lineage, long epochs) throws Exception {
        for (LakeTable table : TABLES) {
            Stream<String> ofJob = Stream.iterate(1L, epoch -> epoch <= epochs, epoch -> epoch + 1)
                    .map(epoch ->
                            EpochFile.of(table.name(), epoch, lineage, "w").fileName());
            List<String> expected = Stream.concat(ofJob, runs.stream().flatMap(run -> names(table, run).stream()))
                    .sorted()
                    .toList();
            assertThat(lake.inTable(table.name())).as(table.name()).isEqualTo(expected);
            assertThat(lake.inFolder(table)).as(table.folder()).isEqualTo(expected);
        }
    }

    private static List<String> names(LakeTable table, String run) {
        return List.of(
                EpochFile.of(table.name(), 1, YEAR.lineage(), run + "-0").fileName(),
                EpochFile.of(table.name(), 2, YEAR.lineage(), run + "-1").fileName());
    }
}
