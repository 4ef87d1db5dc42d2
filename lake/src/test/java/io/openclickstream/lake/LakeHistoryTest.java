package io.openclickstream.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.lake.LakeHistory.Served;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakeProgress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lake's side of the seam, on tables whose files nobody has to read. */
class LakeHistoryTest {
    private static final String OURS = "6f2b0c0e-0a57-4a9e-9a39-2f7b5b1f7e01";
    private static final String OTHER = "0d0f3c52-77c1-4d3a-8f0e-5d0a3b3c9a11";
    private static final LakeTable SESSIONS = new LakeTable(
            "sessions",
            "sessions",
            new Schema(
                    Types.NestedField.required(1, "session_id", Types.StringType.get()),
                    Types.NestedField.required(2, "start_time", Types.TimestampType.withZone()),
                    Types.NestedField.required(3, LakeTable.INGESTION_TIME, Types.TimestampType.withZone())),
            List.of("session_id"));

    private LakeCatalog catalog;
    private LakeHistory history;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        catalog = LakeCatalog.open(LakeSettings.embedded(folder.toUri().toString(), S3Access.DEFAULT));
        history = new LakeHistory(catalog);
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void rowsUpToTheLatestEpochThatBothHave() throws Exception {
        commit(OURS, "first", 1, 2, 3);
        HistoryPlan plan = history.plan("sessions", new Served(OURS, List.of(1L, 2L, 4L)), null, null, null);
        assertThat(plan.epoch()).isEqualTo(2);
        assertThat(epochs(plan)).containsExactlyInAnyOrder(1L, 2L);
        assertThat(plan.command())
                .contains("{\"table\":\"sessions\",\"view\":\"committed\",\"epoch\":2,\"lineage\":\"" + OURS
                        + "\",\"where\":{\"is_final\":false}}");
        assertThat(epochs(history.plan("sessions", new Served(OURS, List.of(1L, 2L)), null, null, 1L)))
                .containsExactly(1L);
    }

    @Test
    void aSpanIsInTheCommand() throws Exception {
        commit(OURS, "first", 1);
        HistoryPlan plan = history.plan(
                "sessions", new Served(OURS, List.of(1L)), Instant.ofEpochMilli(5), Instant.ofEpochMilli(9), null);
        assertThat(plan.windowColumn()).isEqualTo("start_time");
        assertThat(plan.command()).get().asString().endsWith("\"where\":{\"is_final\":false},\"from\":5,\"before\":9}");
    }

    @Test
    void whatOneOfBothLacksIsRefused() throws Exception {
        commit(OURS, "first", 1, 2, 3);
        assertThatThrownBy(() -> history.plan("sessions", new Served(OURS, List.of(4L, 5L)), null, null, null))
                .isInstanceOf(SeamException.class)
                .hasMessageContainingAll("up to 3", "[4, 5]");
        assertThatThrownBy(() -> history.plan("sessions", new Served(OURS, List.of(2L, 3L)), null, null, 1L))
                .isInstanceOf(SeamException.class)
                .hasMessageContaining("Epoch 1 ");
        assertThatThrownBy(() -> history.plan("sessions", new Served(OTHER, List.of(2L)), null, null, null))
                .isInstanceOf(SeamException.class)
                .hasMessageContainingAll(OTHER, OURS + "=3");
        assertThatThrownBy(() -> history.plan("visits", new Served(OURS, List.of(2L)), null, null, null))
                .isInstanceOf(SeamException.class)
                .hasMessageContaining("sessions]");
    }

    @Test
    void whatALineageBeforeHasLeftIsHistory() throws Exception {
        commit(OTHER, "first", 7);
        commit(OURS, "second", 1, 2);
        assertThat(epochs(history.plan("sessions", new Served(OURS, List.of(1L)), null, null, null)))
                .containsExactlyInAnyOrder(7L, 1L);
    }

    @Test
    void compactionOverTheSeamIsReadFromTheSnapshotBefore() throws Exception {
        commit(OURS, "first", 1, 2, 3);
        Table table = catalog.load("sessions").orElseThrow();
        List<DataFile> all = List.copyOf(history.plan("sessions", new Served(OURS, List.of(3L)), null, null, null)
                .files());
        String name = new EpochFile("sessions", 1, 3, OURS, "compacted").fileName();
        DataFile compacted = DataFiles.builder(table.spec())
                .copy(all.get(0))
                .withPath(catalog.settings().location("iceberg/clickstream/sessions/data/" + name))
                .build();
        var rewrite = table.newRewrite().addFile(compacted);
        all.forEach(rewrite::deleteFile);
        rewrite.commit();

        assertThat(history.plan("sessions", new Served(OURS, List.of(3L)), null, null, null)
                        .files())
                .extracting(DataFile::location)
                .containsExactly(compacted.location());
        Served earlier = new Served(OURS, List.of(2L));
        assertThat(epochs(history.plan("sessions", earlier, null, null, null))).containsExactlyInAnyOrder(1L, 2L);
        table.refresh();
        table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
        assertThatThrownBy(() -> history.plan("sessions", earlier, null, null, null))
                .isInstanceOf(SeamException.class)
                .hasMessageContaining("compaction");
    }

    @Test
    void aPlanHoldsUntilAJobIsStartedOnTheLake() throws Exception {
        commit(OURS, "first", 1, 2);
        HistoryPlan plan = history.plan("sessions", new Served(OURS, List.of(2L)), null, null, null);
        commit(OURS, "first", 3);
        assertThat(history.holds(plan)).isTrue();
        new LakeCommitter(catalog, List.of(SESSIONS), "second").open(OURS, 1);
        assertThat(history.holds(plan)).isFalse();
    }

    private void commit(String lineage, String submission, long... epochs) throws Exception {
        LakeCommitter committer = new LakeCommitter(catalog, List.of(SESSIONS), submission);
        committer.open(lineage, epochs[0] - 1);
        for (long epoch : epochs) {
            String location = catalog.settings()
                    .location("sessions/ingestion_hour=1970-01-01-00/"
                            + EpochFile.of("sessions", epoch, lineage, "0").fileName());
            var file = new LakeFile("sessions", location, 0, 1, 100, List.of(), new byte[0], 1);
            committer.commit(
                    new LakeEpoch(
                            lineage,
                            epoch,
                            Map.of("sessions", List.of(file)),
                            List.of(new LakeProgress("clicks", 0, epoch, 0))),
                    unused -> {});
        }
    }

    private static List<Long> epochs(HistoryPlan plan) {
        return plan.files().stream()
                .map(file -> EpochFile.parse(file.location()).orElseThrow().firstEpoch())
                .toList();
    }
}
