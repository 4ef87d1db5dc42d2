package io.openclickstream.lake;

import static io.openclickstream.lake.TestLake.LINEAGE;
import static io.openclickstream.lake.TestLake.OTHER_LINEAGE;
import static io.openclickstream.lake.TestLake.TABLES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakeProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Epochs, each once: the five ways in which others are known to lose or repeat commits, and some of our own. */
class LakeCommitterTest {
    @TempDir
    Path folder;

    TestLake lake;

    @BeforeEach
    void begin() throws Exception {
        lake = newLake(folder);
    }

    /** A lake whose tables are listed by the catalog that all of these tests run with. */
    TestLake newLake(Path in) throws Exception {
        return new TestLake(in);
    }

    @AfterEach
    void end() throws Exception {
        lake.close();
    }

    @Test
    void anEpochIsASnapshotThatSaysWhatItHolds() throws Exception {
        LakeCommitter job = lake.job("first");
        job.open(LINEAGE, 0);
        job.commit(lake.epoch(LINEAGE, 1, "w"), lake::upload);
        job.commit(new LakeEpoch(LINEAGE, 2, Map.of(), List.of(new LakeProgress("topic", 0, 7, 2_500))), lake::upload);

        for (LakeTable table : TABLES) {
            assertThat(lake.inTable(table.name())).containsExactly(name(table, 1, "w"));
            Table now = lake.catalog.load(table.name()).orElseThrow();
            assertThat(now.snapshots())
                    .extracting(Snapshot::summary)
                    .extracting(
                            summary -> summary.get(EpochMark.LINEAGE),
                            summary -> summary.get(EpochMark.EPOCH),
                            summary -> summary.get(EpochMark.COMPLETE_THROUGH),
                            summary -> summary.get(EpochMark.FRONTIER))
                    .containsExactly(
                            tuple(LINEAGE, "1", "1000", "{\"topic\":{\"1\":100}}"),
                            tuple(LINEAGE, "2", "2500", "{\"topic\":{\"0\":7,\"1\":100}}"));
            assertThat(lake.mark(table.name()).epoch(LINEAGE)).hasValue(2L);
            assertThat(now.schema().findField("event_id").fieldId()).isEqualTo(3);
        }
    }

    /** As when a task is cancelled: its folder may be gone, or another's, as soon as it has ended. */
    @Test
    void afterItsCloseNothingIsWritten() throws Exception {
        LakeCommitter job = lake.job("first");
        job.open(LINEAGE, 0);
        CountDownLatch begun = new CountDownLatch(TABLES.size());
        AtomicInteger uploading = new AtomicInteger();
        LakeEpoch epoch = lake.epoch(LINEAGE, 1, "w");
        var task = CompletableFuture.runAsync(() -> {
            try {
                job.commit(epoch, file -> {
                    uploading.incrementAndGet();
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        for (int i = 0; i < 500; i++) {
                            Files.writeString(folder.resolve("late-" + uploading.get()), file.location());
                        }
                    } finally {
                        uploading.decrementAndGet();
                    }
                });
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
        assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
        job.close();
        assertThat(uploading).hasValue(0);
        task.cancel(false);
    }

    /** apache/iceberg#18098: checkpoints count from 1 again, and every commit was taken for an old one. */
    @Test
    void aStartWithoutStateLosesNoCommit() throws Exception {
        committed("first", LINEAGE, 5);
        LakeCommitter job = lake.job("second");
        job.open(OTHER_LINEAGE, 0);
        job.commit(lake.epoch(OTHER_LINEAGE, 1, "x"), lake::upload);
        for (LakeTable table : TABLES) {
            assertThat(lake.inTable(table.name()))
                    .contains(EpochFile.of(table.name(), 1, OTHER_LINEAGE, "x").fileName())
                    .hasSize(6);
        }
    }

    /** apache/iceberg#16008: another job id, and what was committed before was committed again. */
    @Test
    void aNewSubmissionRepeatsNoCommit() throws Exception {
        committed("first", LINEAGE, 3);
        LakeCommitter job = lake.job("second");
        job.open(LINEAGE, 3);
        job.commit(lake.epoch(LINEAGE, 3, "w"), lake::upload); // in the savepoint's state
        assertThat(lake.inTable("clicks")).containsExactlyElementsOf(names(1, 2, 3));
        assertThat(snapshots("clicks")).isEqualTo(3);
    }

    /** apache/iceberg#10892: the job goes back, and what it commits then was taken for what is there. */
    @Test
    void aRewindTakesBackWhatCameAfter() throws Exception {
        committed("first", LINEAGE, 5);
        LakeCommitter job = lake.job("second");
        job.open(LINEAGE, 2);
        for (LakeTable table : TABLES) {
            assertThat(lake.inTable(table.name())).containsExactly(name(table, 1, "w"), name(table, 2, "w"));
            assertThat(lake.inFolder(table)).containsExactly(name(table, 1, "w"), name(table, 2, "w"));
        }
        assertThat(lake.mark("clicks").epoch(LINEAGE)).hasValue(2L);
        job.commit(lake.epoch(LINEAGE, 3, "again"), lake::upload);
        for (LakeTable table : TABLES) {
            assertThat(lake.inTable(table.name()))
                    .containsExactly(name(table, 1, "w"), name(table, 2, "w"), name(table, 3, "again"));
            assertThat(lake.inFolder(table)).isEqualTo(lake.inTable(table.name()));
        }
    }

    /** apache/iceberg#4137: the snapshot that told what is committed has expired. */
    @Test
    void expiryForgetsNoCommit() throws Exception {
        committed("first", LINEAGE, 3);
        Table table = lake.catalog.load("clicks").orElseThrow();
        table.newAppend().commit(); // of somebody else
        table.expireSnapshots()
                .expireOlderThan(System.currentTimeMillis() + 1)
                .retainLast(1)
                .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                .commit();
        assertThat(snapshots("clicks")).isEqualTo(1);
        lake.job("first").commit(lake.epoch(LINEAGE, 3, "w"), lake::upload);
        assertThat(lake.inTable("clicks")).containsExactlyElementsOf(names(1, 2, 3));
    }

    /** Each snapshot is in every version of the metadata, and each commit writes one. */
    @Test
    void aLakeThatNobodyMaintainsKeepsItsLatestSnapshotsOnly() throws Exception {
        LakeCommitter job = new LakeCommitter(lake.catalog, TABLES, "first", 3);
        job.open(LINEAGE, 0);
        assertThat(job.mostSnapshots()).isZero();
        for (long epoch = 1; epoch <= 5; epoch++) {
            job.commit(lake.epoch(LINEAGE, epoch, "w"), lake::upload);
            assertThat(job.mostSnapshots()).isEqualTo((int) Math.min(3, epoch));
        }
        for (LakeTable table : TABLES) {
            Table now = lake.catalog.load(table.name()).orElseThrow();
            assertThat(now.snapshots())
                    .extracting(snapshot -> snapshot.summary().get(EpochMark.EPOCH))
                    .containsExactly("3", "4", "5");
            assertThat(lake.inTable(table.name())).hasSize(5);
            assertThat(lake.inFolder(table)).isEqualTo(lake.inTable(table.name()));
            for (Snapshot kept : now.snapshots()) {
                assertThat(files(now, kept))
                        .hasSize(Integer.parseInt(kept.summary().get(EpochMark.EPOCH)));
            }
        }
        assertThat(lake.storage
                        .io()
                        .listPrefix(lake.catalog.settings().location("iceberg/clickstream/clicks/metadata/")))
                .as("what is left to be cleaned up is told by nobody but the folder")
                .filteredOn(file -> file.location().contains("/snap-"))
                .hasSize(5);
        // Goes back within what is kept, and then behind it.
        lake.job("second").open(LINEAGE, 4);
        assertThat(lake.inTable("clicks")).containsExactlyElementsOf(names(1, 2, 3, 4));
        lake.job("third").open(LINEAGE, 1);
        assertThat(lake.inTable("clicks")).containsExactlyElementsOf(names(1));
    }

    private static List<String> files(Table table, Snapshot snapshot) throws IOException {
        List<String> files = new ArrayList<>();
        try (var tasks = table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
            tasks.forEach(task -> files.add(task.file().location()));
        }
        return files;
    }

    /** apache/iceberg#16009: committed, but nobody heard; and every other call that fails, before or after it is done. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLostAnswerIsNoLostCommit(boolean isDone) throws Exception {
        LakeCommitter job = lake.job("first");
        job.open(LINEAGE, 0);
        long before = lake.storage.calls();
        job.commit(lake.epoch(LINEAGE, 1, "w"), lake::upload);
        int calls = (int) (lake.storage.calls() - before);
        assertThat(calls)
                .as("a manifest and a list of them for each table, and what the catalog asks of the store besides")
                .isGreaterThanOrEqualTo(2 * TABLES.size());
        for (int call = 1; call <= calls; call++) {
            LakeEpoch epoch = lake.epoch(LINEAGE, call + 1, "w");
            lake.storage.failIn(call, isDone);
            untilDone(() -> job.commit(epoch, lake::upload));
            lake.storage.mend();
            assertThat(lake.inTable("clicks")).as("failed in call %d", call).hasSize(call + 1);
            assertThat(lake.inTable("page_metrics")).hasSize(call + 1);
        }
        assertThat(lake.inFolder(TABLES.get(0))).isEqualTo(lake.inTable("clicks"));
    }

    @Test
    void aCrashBetweenTwoTablesIsMadeGood() throws Exception {
        LakeCommitter job = lake.job("first");
        job.open(LINEAGE, 0);
        LakeEpoch epoch = lake.epoch(LINEAGE, 1, "w");
        assertThatThrownBy(() -> job.commit(epoch, file -> {
                    if (file.table().equals("page_metrics")) {
                        throw new IOException("crash");
                    }
                    lake.upload(file);
                }))
                .hasMessageContaining("crash");
        assertThat(lake.inTable("clicks")).hasSize(1);
        assertThat(lake.inTable("page_metrics")).isEmpty();
        LakeCommitter restored = lake.job("first");
        restored.open(LINEAGE, 1);
        restored.commit(epoch, lake::upload);
        assertThat(lake.inTable("clicks")).hasSize(1);
        assertThat(lake.inTable("page_metrics")).hasSize(1);
    }

    /** Uploaded, and then the job went back: readers of the folder must not see what no table has. */
    @Test
    void aCrashBetweenUploadAndCommitLeavesNothingBehind() throws Exception {
        committed("first", LINEAGE, 3);
        for (LakeTable table : TABLES) {
            lake.upload(lake.file(table, LINEAGE, 4, "w")); // the crash came here
        }
        lake.job("second").open(LINEAGE, 2);
        for (LakeTable table : TABLES) {
            assertThat(lake.inFolder(table)).containsExactly(name(table, 1, "w"), name(table, 2, "w"));
        }
    }

    /** The number holds for its epoch only, since a job that has gone back may keep somebody again. */
    @Test
    void anEpochSaysUpToWhichErasureItObeysAndNeverMore() throws Exception {
        LakeCommitter job = lake.job("first");
        job.open(LINEAGE, 0);
        job.commit(obeying(1, OptionalLong.of(3)), lake::upload);
        assertThat(lake.mark("clicks").erasuresApplied()).hasValue(3);
        job.commit(obeying(2, OptionalLong.of(2)), lake::upload);
        assertThat(lake.mark("clicks").erasuresApplied()).hasValue(2);
        lake.job("restarted").open(LINEAGE, 2);
        assertThat(lake.mark("clicks").erasuresApplied()).hasValue(2);

        LakeCommitter back = lake.job("back");
        back.open(LINEAGE, 1);
        assertThat(lake.mark("clicks").erasuresApplied()).isEmpty();
        back.commit(obeying(2, OptionalLong.of(5)), lake::upload);
        back.commit(obeying(3, OptionalLong.empty()), lake::upload);
        assertThat(lake.mark("clicks").erasuresApplied()).isEmpty();
        assertThat(lake.catalog.load("clicks").orElseThrow().snapshots())
                .extracting(snapshot -> EpochMark.erasuresApplied(snapshot.summary()))
                .containsExactly(OptionalLong.of(3), OptionalLong.of(2), OptionalLong.of(5), OptionalLong.empty());
    }

    private static LakeEpoch obeying(long epoch, OptionalLong erasures) {
        return new LakeEpoch(LINEAGE, epoch, Map.of(), List.of(), erasures);
    }

    @Test
    void filesOfACheckpointThatNeverCameTrueAreInTheNextEpoch() throws Exception {
        LakeCommitter job = lake.job("first");
        job.open(LINEAGE, 0);
        job.commit(lake.epoch(LINEAGE, 1, "w"), lake::upload);
        // Checkpoint 2 was declined; a restored job may tell again of what epoch 1 has.
        List<LakeFile> files = Stream.of(1, 2, 3)
                .map(epoch -> lake.file(TABLES.get(0), LINEAGE, epoch, "w"))
                .toList();
        job.commit(new LakeEpoch(LINEAGE, 3, Map.of("clicks", files), List.of()), lake::upload);
        assertThat(lake.inTable("clicks")).containsExactlyElementsOf(names(1, 2, 3));
    }

    @Test
    void whoWasReplacedCommitsNothing() throws Exception {
        LakeCommitter replaced = committed("first", LINEAGE, 3);
        lake.job("second").open(LINEAGE, 3);
        assertThatThrownBy(() -> replaced.commit(lake.epoch(LINEAGE, 4, "zombie"), lake::upload))
                .isInstanceOf(LakeRefusedException.class)
                .hasMessageContaining("belongs to another submission")
                .hasMessageContaining("[first, second]");
        assertThatThrownBy(() -> lake.job("first").open(LINEAGE, 3))
                .isInstanceOf(LakeRefusedException.class)
                .hasMessageContaining("opened by a later start");
        assertThat(lake.inTable("clicks")).containsExactlyElementsOf(names(1, 2, 3));
    }

    /** It would bring rows that the later lineage has read as well. */
    @Test
    void anEarlierLineageIsRefused() throws Exception {
        committed("first", LINEAGE, 3);
        committed("second", OTHER_LINEAGE, 1);
        assertThatThrownBy(() -> lake.job("third").open(LINEAGE, 3))
                .isInstanceOf(LakeRefusedException.class)
                .hasMessageContaining("Start from a savepoint of lineage " + OTHER_LINEAGE);
        assertThat(lake.mark("clicks").isOf("second")).isTrue();
    }

    @Test
    void aRewindThatWouldSplitAFileIsRefusedAndChangesNothing() throws Exception {
        committed("first", LINEAGE, 5);
        Table table = lake.catalog.load("page_metrics").orElseThrow();
        LakeTable wanted = TABLES.get(1);
        var compacted = new EpochFile(wanted.name(), 2, 4, LINEAGE, "compacted");
        LakeFile four = lake.file(wanted, LINEAGE, 4, "w");
        table.newRewrite()
                .deleteFile(LakeCommitter.dataFile(table, four))
                .addFile(LakeCommitter.dataFile(
                        table,
                        new LakeFile(
                                wanted.name(),
                                four.location().replaceFirst("[^/]*$", compacted.fileName()),
                                four.ingestionHour(),
                                1,
                                1,
                                List.of(),
                                new byte[0],
                                1)))
                .commit();
        assertThatThrownBy(() -> lake.job("second").open(LINEAGE, 3))
                .isInstanceOf(LakeRefusedException.class)
                .hasMessageContaining("savepoint of epoch 4 or later, or of one before epoch 2");
        assertThat(lake.inTable("clicks")).containsExactlyElementsOf(names(1, 2, 3, 4, 5));
        lake.job("second").open(LINEAGE, 4);
        assertThat(lake.inTable("clicks")).containsExactlyElementsOf(names(1, 2, 3, 4));
    }

    @Test
    void aTableHasTheFieldIdsOfItsFilesAndIsListed() throws Exception {
        committed("first", LINEAGE, 1);
        assertThat(lake.catalog.tables()).containsExactly("clicks", "page_metrics");
        Table clicks = lake.catalog.load("clicks").orElseThrow();
        assertThat(clicks.schema().findField("event_id").fieldId()).isEqualTo(3);
        assertThat(clicks.location()).isEqualTo(lake.catalog.settings().location("iceberg/clickstream/clicks"));
    }

    private LakeCommitter committed(String submission, String lineage, long epochs) throws Exception {
        LakeCommitter job = lake.job(submission);
        job.open(lineage, 0);
        for (long epoch = 1; epoch <= epochs; epoch++) {
            job.commit(lake.epoch(lineage, epoch, "w"), lake::upload);
        }
        return job;
    }

    List<String> names(long... epochs) {
        return Arrays.stream(epochs)
                .mapToObj(epoch -> name(TABLES.get(0), epoch, "w"))
                .toList();
    }

    private static String name(LakeTable table, long epoch, String writer) {
        return EpochFile.of(table.name(), epoch, LINEAGE, writer).fileName();
    }

    private int snapshots(String table) {
        int count = 0;
        for (Snapshot unused : lake.catalog.load(table).orElseThrow().snapshots()) {
            count++;
        }
        return count;
    }

    interface Step {
        void run() throws Exception;
    }

    /** As the job does it: again and again. */
    static void untilDone(Step step) {
        for (int attempt = 1; attempt <= 3; attempt++) {
            try {
                step.run();
                return;
            } catch (Exception e) {
                // the next one has to mend it
            }
        }
        throw new AssertionError("it cannot be done");
    }
}
