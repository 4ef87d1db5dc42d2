package io.openclickstream.pipeline.sink.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.lake.LakeEpoch;
import io.openclickstream.schemas.lake.LakeContent;
import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakePrepared;
import io.openclickstream.schemas.lake.LakeProgress;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WrittenEpochsTest {
    private static final Set<String> WRITERS = Set.of("clicks", "ledger");

    private final WrittenEpochs epochs = new WrittenEpochs(WRITERS, List.of());

    @Test
    void anEpochIsDueWhenItsCheckpointIsCompleteAndAllHaveTold() {
        told(1, "clicks", 0, 2);
        told(1, "ledger", 0, 1);
        epochs.complete(1);
        assertThat(epochs.due()).isEmpty();
        told(1, "clicks", 1, 2);
        assertThat(epochs.due())
                .map(WrittenEpochsTest::files)
                .hasValue(List.of("clicks-0-1", "clicks-1-1", "ledger-0-1"));
        assertThat(epochs.due()).map(LakeEpoch::progress).hasValueSatisfying(steps -> assertThat(steps)
                .hasSize(3));
        epochs.committed(1);
        assertThat(epochs.due()).isEmpty();
        assertThat(epochs.state()).isEmpty();
    }

    @Test
    void whatACheckpointThatFailedHadComesWithTheNext() {
        told(1, "clicks", 0, 1);
        told(2, "clicks", 0, 1);
        told(2, "ledger", 0, 1);
        epochs.complete(2);
        assertThat(epochs.due().map(LakeEpoch::epoch)).hasValue(2L);
        assertThat(epochs.due())
                .map(WrittenEpochsTest::files)
                .hasValue(List.of("clicks-0-1", "clicks-0-2", "ledger-0-2"));
    }

    @Test
    void laterEpochsStayWhenOneIsCommitted() {
        for (long epoch = 1; epoch <= 2; epoch++) {
            told(epoch, "clicks", 0, 1);
            told(epoch, "ledger", 0, 1);
        }
        epochs.complete(1);
        assertThat(epochs.due()).map(WrittenEpochsTest::files).hasValue(List.of("clicks-0-1", "ledger-0-1"));
        epochs.committed(1);
        assertThat(epochs.state()).extracting(LakePrepared::epoch).containsExactly(2L, 2L);
    }

    @Test
    void whoseInputHasEndedTellsNothingAnyMore() {
        epochs.add(prepared(1, "clicks", 0, 1, true));
        told(1, "ledger", 0, 1);
        epochs.complete(1);
        assertThat(epochs.due().map(LakeEpoch::epoch)).hasValue(1L);
        epochs.committed(1);
        told(2, "ledger", 0, 1);
        epochs.complete(2);
        assertThat(epochs.due()).map(WrittenEpochsTest::files).hasValue(List.of("ledger-0-2"));
        epochs.committed(2);
        assertThat(files(epochs.state())).as("its files are committed").isEmpty();
    }

    /** As after a job that has ended, and one that was drained and goes on. */
    @Test
    void restoredSubtasksTellAnewOrNotAtAll() {
        epochs.add(prepared(1, "clicks", 0, 2, true));
        epochs.add(prepared(1, "clicks", 1, 2, true));
        epochs.add(prepared(1, "ledger", 0, 1, true));
        List<LakePrepared> state = epochs.state();

        var ended = new WrittenEpochs(WRITERS, state);
        ended.complete(1);
        assertThat(ended.due())
                .map(WrittenEpochsTest::files)
                .hasValue(List.of("clicks-0-1", "clicks-1-1", "ledger-0-1"));

        var goesOn = new WrittenEpochs(WRITERS, state);
        goesOn.complete(1);
        goesOn.committed(1);
        goesOn.add(prepared(2, "ledger", 0, 1, false));
        goesOn.add(prepared(2, "clicks", 0, 3, false));
        goesOn.complete(2);
        assertThat(goesOn.due()).as("two of three have not told").isEmpty();
        goesOn.add(prepared(2, "clicks", 1, 3, false));
        goesOn.add(prepared(2, "clicks", 2, 3, false));
        assertThat(goesOn.due())
                .map(WrittenEpochsTest::files)
                .hasValue(List.of("clicks-0-2", "clicks-1-2", "clicks-2-2", "ledger-0-2"));
    }

    @Test
    void whatIsToldSurvivesAsBytes() {
        LakePrepared prepared = prepared(7, "clicks", 1, 2, false);
        LakeContent content = LakeContent.of(prepared.content());
        assertThat(new LakeContent(content.files(), content.progress()).toBytes())
                .isEqualTo(prepared.content());
        assertThat(content.files().get(0).location()).isEqualTo("clicks-1-7");
        assertThat(content.progress()).containsExactly(new LakeProgress("topic", 1, 70, 7_000));
    }

    @Test
    void anEpochObeysAsManyErasuresAsItsLastSubtask() {
        var all = new WrittenEpochs(Set.of("clicks", "route", "sessionize"), List.of());
        all.add(LakePrepared.ofErasures(4, 1, "sessionize", 0, 2, false));
        all.add(prepared(1, "clicks", 0, 1, false));
        all.add(LakePrepared.ofErasures(7, 1, "route", 0, 1, true));
        all.complete(1);
        assertThat(all.due()).as("one has not told").isEmpty();
        all.add(LakePrepared.ofErasures(3, 1, "sessionize", 1, 2, false));
        assertThat(all.due()).hasValueSatisfying(epoch -> {
            assertThat(epoch.erasuresApplied()).hasValue(3);
            assertThat(epoch.lineage()).isEqualTo("lineage");
        });
        all.committed(1);
        all.add(prepared(2, "clicks", 0, 1, false));
        all.add(LakePrepared.ofErasures(9, 2, "sessionize", 0, 2, false));
        all.add(LakePrepared.ofErasures(8, 2, "sessionize", 1, 2, false));
        var restored = new WrittenEpochs(Set.of("clicks", "route", "sessionize"), all.state());
        restored.complete(2);
        assertThat(restored.due().map(LakeEpoch::erasuresApplied))
                .as("what ended with entry 7 told nothing since")
                .hasValue(OptionalLong.of(7));
    }

    @Test
    void anEpochOfWhichNobodyTellsSaysNothingOfErasures() {
        told(1, "clicks", 0, 1);
        told(1, "ledger", 0, 1);
        epochs.complete(1);
        assertThat(epochs.due().map(LakeEpoch::erasuresApplied)).hasValue(OptionalLong.empty());
    }

    @Test
    void bytesOfBeforeErasuresAreReadAndSayNothingOfThem() {
        byte[] now = prepared(7, "clicks", 1, 2, false).content();
        byte[] before = Arrays.copyOf(now, now.length - Long.BYTES);
        before[0] = 1;
        assertThat(LakeContent.of(before).toBytes()).as("files and progress").isEqualTo(now);
        assertThat(LakeContent.of(before).erasuresApplied()).isEqualTo(LakeContent.NOT_TOLD);
        byte[] told = new LakeContent(List.of(), List.of(), 5).toBytes();
        assertThat(LakeContent.of(told).erasuresApplied()).isEqualTo(5);
    }

    private void told(long epoch, String writer, int subtask, int parallelism) {
        epochs.add(prepared(epoch, writer, subtask, parallelism, false));
    }

    private static LakePrepared prepared(long epoch, String writer, int subtask, int parallelism, boolean isEnded) {
        var file = new LakeFile(
                writer, "%s-%d-%d".formatted(writer, subtask, epoch), 1, 2, 3, List.of(), new byte[] {4}, 5);
        var step = new LakeProgress("topic", subtask, 10 * epoch, 1_000 * epoch);
        return new LakePrepared(
                "lineage",
                epoch,
                writer,
                subtask,
                parallelism,
                isEnded,
                new LakeContent(List.of(file), List.of(step)).toBytes());
    }

    private static List<String> files(LakeEpoch epoch) {
        return epoch.files().values().stream()
                .flatMap(List::stream)
                .map(LakeFile::location)
                .sorted()
                .toList();
    }

    private static List<String> files(List<LakePrepared> state) {
        return state.stream()
                .flatMap(prepared -> LakeContent.of(prepared.content()).files().stream())
                .map(LakeFile::location)
                .toList();
    }
}
