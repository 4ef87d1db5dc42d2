package io.openclickstream.load.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.load.compaction.Scans.Scan;
import io.openclickstream.options.OptionsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small hour: it is written as it should be, and rows that differ would be seen. */
class HourOfClicksTest {
    private static final int CLICKS = 3_000;
    private static final int EPOCHS = 5;

    @TempDir
    Path folder;

    private LakeCatalog catalog;
    private Scans scans;
    private LakeState hour;

    @BeforeEach
    void write() throws Exception {
        catalog = LakeCatalog.open(LakeSettings.embedded("file:" + folder, S3Access.DEFAULT));
        scans = new Scans();
        List<Integer> told = new ArrayList<>();
        new HourOfClicks(CLICKS, EPOCHS, 1).writeTo(catalog, told::add);
        assertThat(told).containsExactly(1, 2, 3, 4, 5);
        hour = LakeState.now(LakeState.BEFORE, catalog);
    }

    @AfterEach
    void close() throws Exception {
        scans.close();
        catalog.close();
    }

    @Test
    void everyEpochHasAFileOfEachWriter() throws Exception {
        assertThat(hour.files()).hasSize(EPOCHS * HourOfClicks.WRITERS);
        assertThat(scans.checksum(hour)).startsWith(CLICKS + " rows, ");
        assertThat(scans.ask(hour, Question.ONE_USER, scans.user(hour)).rows()).isBetween(2L, 500L);
        assertThat(MetadataSize.of(folder).files()).isGreaterThan(2 * EPOCHS);
    }

    @Test
    void aLostFileIsSeen() throws Exception {
        LakeState whole = new LakeState(LakeState.AFTER, hour.snapshot(), hour.files(), hour.bytes());
        LakeState lacking =
                new LakeState(LakeState.AFTER, hour.snapshot(), hour.files().subList(1, 10), hour.bytes());
        assertThat(report(whole, CLICKS).outputsAgree()).isTrue();
        assertThat(report(lacking, CLICKS).outputsAgree()).isFalse();
        assertThat(report(whole, CLICKS + 1).outputsAgree())
                .as("rows that neither has")
                .isFalse();
    }

    private CompactionReport report(LakeState after, int clicks) throws Exception {
        List<Scan> asked = new ArrayList<>();
        for (LakeState state : List.of(hour, after)) {
            for (Question question : Question.values()) {
                asked.add(scans.ask(state, question, scans.user(hour)));
            }
        }
        return new CompactionReport(
                options(clicks),
                hour,
                after,
                MetadataSize.of(folder),
                1,
                List.of(scans.checksum(hour), scans.checksum(after)),
                Map.of(),
                asked);
    }

    private static CompactionOptions options(int clicks) throws OptionsException {
        return CompactionOptions.PROGRAM.read(
                List.of("--maintain.class-path=none", "--clicks=" + clicks, "--epochs=" + EPOCHS), Map.of());
    }
}
