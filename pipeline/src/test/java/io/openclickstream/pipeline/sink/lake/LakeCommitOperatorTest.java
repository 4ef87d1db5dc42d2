package io.openclickstream.pipeline.sink.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.lake.Backfill;
import io.openclickstream.lake.EpochMark;
import io.openclickstream.lake.LakeBackfill;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeCommitter;
import io.openclickstream.lake.LakeEpoch;
import io.openclickstream.lake.LakeRefusedException;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.LakeTable;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.schemas.lake.LakePrepared;
import io.openclickstream.schemas.lake.LakeProgress;
import io.openclickstream.schemas.ledger.LedgerEntry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator goes on from a savepoint beside a backfill, in a lake whose ledger the job's own writer has written. */
class LakeCommitOperatorTest {
    private static final String LINEAGE = new UUID(1, 2).toString();
    private static final Duration LATENESS = Duration.ofMinutes(5);
    private static final Instant BORDER = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant NEEDED = BORDER.plus(LATENESS);

    private final MetricCatalog metrics = new MetricCatalog(List.of());
    private String root;
    private List<LakeTable> tables;
    private LakeCatalog catalog;

    @BeforeEach
    void openLake(@TempDir Path folder) throws Exception {
        root = folder.toUri().toString().replaceFirst("/$", "");
        tables = LakeDataset.tables(metrics);
        catalog = LakeCatalog.open(LakeSettings.embedded(root, S3Access.DEFAULT));
    }

    @AfterEach
    void closeLake() {
        catalog.close();
    }

    @Test
    void goesBackOnlyToASavepointWhoseWatermarkHadPassedTheBordersOfBackfills() throws Exception {
        OperatorSubtaskState savepoint = start();
        commit(1, NEEDED.minusMillis(1));
        commit(2, NEEDED);
        commit(3, NEEDED.plusSeconds(60));
        new LakeBackfill(catalog, tables, new Backfill("year", "a file", null, BORDER)).begin("r1");

        assertThatThrownBy(() -> restore(savepoint, 1, LATENESS))
                .isInstanceOf(LakeRefusedException.class)
                .hasMessageContaining("Start from a savepoint of epoch 2 or later");
        assertThat(epoch()).as("nothing was changed").isEqualTo(3);
        assertThatThrownBy(() -> restore(savepoint, 2, LATENESS.plusMillis(1)))
                .as("told to accept later clicks than before")
                .isInstanceOf(LakeRefusedException.class);

        restore(savepoint, 2, LATENESS);
        assertThat(epoch()).isEqualTo(2);
    }

    private long epoch() {
        return EpochMark.of(catalog.load("clicks").orElseThrow().properties())
                .epoch(LINEAGE)
                .orElseThrow();
    }

    /** A job's first start; what it would have in a savepoint. */
    private OperatorSubtaskState start() throws Exception {
        try (var job = harness(LATENESS)) {
            job.open();
            return job.snapshot(1, 0);
        }
    }

    private void restore(OperatorSubtaskState savepoint, long epoch, Duration lateness) throws Exception {
        try (var job = harness(lateness)) {
            job.setRestoredCheckpointId(epoch);
            job.initializeState(savepoint);
            job.open();
        }
    }

    private OneInputStreamOperatorTestHarness<LakePrepared, Void> harness(Duration lateness) throws Exception {
        LakeTarget target = new LakeTarget(
                root,
                LINEAGE,
                LakeSettings.EMBEDDED,
                null,
                1 << 20,
                LakeCommitter.MAX_SNAPSHOTS,
                lateness,
                Duration.ofSeconds(10));
        return new OneInputStreamOperatorTestHarness<>(new LakeCommitOperator(target, metrics, Set.of("ledger")));
    }

    private void commit(long epoch, Instant completeThrough) throws Exception {
        var storage = new org.apache.flink.core.fs.Path(root).getFileSystem().createRecoverableWriter();
        var files = new SortedFiles<>(LakeDataset.ledger(), root, LINEAGE, "writer", storage);
        long completeMillis = completeThrough.toEpochMilli();
        files.add(new LedgerEntry(
                "clicks", 0, epoch, epoch - 1, epoch, 1, 1, 0, 0, 0, 0, 0, completeMillis, completeMillis, false));
        files.write(epoch);
        try (LakeCommitter committer = new LakeCommitter(catalog, tables, "before")) {
            committer.open(LINEAGE, epoch - 1);
            committer.commit(
                    new LakeEpoch(
                            LINEAGE,
                            epoch,
                            Map.of("ledger", files.take()),
                            List.of(new LakeProgress("clicks", 0, epoch, completeMillis))),
                    file -> WrittenLake.show(file, storage));
        }
    }
}
