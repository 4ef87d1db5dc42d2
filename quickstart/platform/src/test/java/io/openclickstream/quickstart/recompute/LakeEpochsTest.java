package io.openclickstream.quickstart.recompute;

import static io.openclickstream.quickstart.recompute.CommittedLake.LINEAGE;
import static io.openclickstream.quickstart.recompute.CommittedLake.OTHER_LINEAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.lake.LakeSettings;
import io.openclickstream.quickstart.recompute.LakeEpochs.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the tables of a lake say of epochs, whichever catalog lists them. */
class LakeEpochsTest {
    private static final List<String> BOTH = List.of("ledger", "metrics/pages");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {LakeSettings.EMBEDDED, "jdbc:sqlite:catalog.db"})
    void anEpochIsWholeWhenEveryTableHasIt(String catalog) throws Exception {
        String place =
                catalog.replace("catalog.db", folder.resolve("catalog.db").toString());
        try (CommittedLake lake = new CommittedLake(folder, place, "pages")) {
            assertThat(LakeEpochs.read(folder).ofLatestJob()).contains(new Whole(LINEAGE, 0));
            for (int epoch = 1; epoch <= 11; epoch++) {
                lake.commit(LINEAGE, epoch);
            }
            assertThat(LakeEpochs.read(folder).ofLatestJob()).contains(new Whole(LINEAGE, 11));

            lake.commitWithout("pages", LINEAGE, 12);
            LakeEpochs epochs = LakeEpochs.read(folder);
            assertThat(epochs.ofLatestJob()).contains(new Whole(LINEAGE, 11));
            assertThat(epochs.have(LINEAGE, 12, List.of("ledger", "sessions"))).isTrue();
            assertThat(epochs.have(LINEAGE, 12, BOTH)).isFalse();
            assertThat(epochs.have(LINEAGE, 11, BOTH)).isTrue();

            lake.commit(LINEAGE, 12);
            assertThat(LakeEpochs.read(folder).ofLatestJob()).contains(new Whole(LINEAGE, 12));
        }
    }

    @Test
    void aMetricThatTheJobHasNoMoreDoesNotCount() throws Exception {
        try (CommittedLake lake = new CommittedLake(folder, "pages")) {
            lake.commit(LINEAGE, 1);
            lake.start("second", LINEAGE, 1, "countries");
            lake.commit(LINEAGE, 2);
            assertThat(LakeEpochs.read(folder).ofLatestJob()).contains(new Whole(LINEAGE, 2));
            lake.commitWithout("sessions", LINEAGE, 3);
            assertThat(LakeEpochs.read(folder).ofLatestJob()).contains(new Whole(LINEAGE, 2));
        }
    }

    /** Tables are opened side by side, and what is left of the job before may lie between them. */
    @Test
    void aTableOfEveryJobCountsThoughTheLatestStartHasNotOpenedItYet() throws Exception {
        metadata("ledger", "'clickstream.lineage':'L','clickstream.submissions':'a,b','clickstream.epoch.L':'5'");
        metadata("sessions", "'clickstream.lineage':'L','clickstream.submissions':'a','clickstream.epoch.L':'4'");
        metadata("pages", "'clickstream.lineage':'L','clickstream.submissions':'a','clickstream.epoch.L':'3'");
        assertThat(LakeEpochs.read(folder).ofLatestJob()).contains(new Whole("L", 4));
    }

    private void metadata(String table, String properties) throws Exception {
        Path versions = Files.createDirectories(folder.resolve("iceberg/clickstream/" + table + "/metadata"));
        Files.writeString(
                versions.resolve("v1.metadata.json"),
                "{'snapshots':[{'properties':1}],'properties':{%s},'location':'x'}"
                        .formatted(properties)
                        .replace('\'', '"'));
    }

    @Test
    void aJobThatWentBackHasTheLaterEpochsNoMore() throws Exception {
        try (CommittedLake lake = new CommittedLake(folder, "pages")) {
            lake.commit(LINEAGE, 1);
            lake.commit(LINEAGE, 2);
            lake.start("second", LINEAGE, 1, "pages");
            assertThat(LakeEpochs.read(folder).have(LINEAGE, 2, BOTH)).isFalse();
            assertThat(LakeEpochs.read(folder).ofLatestJob()).contains(new Whole(LINEAGE, 1));
        }
    }

    @Test
    void epochsAreThoseOfALineage() throws Exception {
        try (CommittedLake lake = new CommittedLake(folder, "pages")) {
            lake.commit(LINEAGE, 1);
            assertThat(LakeEpochs.read(folder).foreignTo(LINEAGE, BOTH)).isEmpty();
            assertThat(LakeEpochs.read(folder).foreignTo(OTHER_LINEAGE, BOTH)).isEqualTo(BOTH);
            lake.start("second", OTHER_LINEAGE, 0, "pages");
            assertThat(LakeEpochs.read(folder).foreignTo(OTHER_LINEAGE, BOTH)).isEmpty();
            assertThat(LakeEpochs.read(folder).ofLatestJob()).contains(new Whole(OTHER_LINEAGE, 0));
            assertThat(LakeEpochs.read(folder).have(LINEAGE, 1, BOTH)).isTrue();
        }
    }

    @Test
    void aFolderOfParquetSaysNothing() throws Exception {
        Files.createDirectories(folder.resolve("ledger"));
        LakeEpochs epochs = LakeEpochs.read(folder);
        assertThat(epochs.ofLatestJob()).isEmpty();
        assertThat(epochs.foreignTo(LINEAGE, BOTH)).isEmpty();
        assertThat(epochs.have(LINEAGE, 7, BOTH)).isTrue();
    }
}
