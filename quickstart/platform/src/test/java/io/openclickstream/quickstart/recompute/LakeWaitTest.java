package io.openclickstream.quickstart.recompute;

import static io.openclickstream.quickstart.recompute.CommittedLake.LINEAGE;
import static io.openclickstream.quickstart.recompute.CommittedLake.OTHER_LINEAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When waiting for a lake ends. What happens to the lake meanwhile is done in the pauses. */
class LakeWaitTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final List<String> DATASETS = List.of("ledger", "metrics/pages");

    @TempDir
    Path folder;

    private final Deque<Callable<?>> meanwhile = new ArrayDeque<>();

    @Test
    void endsWhenTheLastTableHasTheEpoch() throws Exception {
        try (CommittedLake lake = new CommittedLake(folder, "pages")) {
            lake.commit(LINEAGE, 4);
            meanwhile.add(() -> null);
            meanwhile.add(() -> {
                lake.commitWithout("pages", LINEAGE, 5);
                return null;
            });
            meanwhile.add(() -> {
                lake.commit(LINEAGE, 5);
                return null;
            });
            LakeWait wait = waiting(folder, LINEAGE, LONG);
            assertThat(wait.until(5, DATASETS)).isTrue();
            assertThat(meanwhile).isEmpty();
            assertThat(wait.until(4, DATASETS)).isTrue();
        }
    }

    @Test
    void endsWithTheBoundAndStillLooksOnce() throws Exception {
        try (CommittedLake lake = new CommittedLake(folder, "pages")) {
            lake.commit(LINEAGE, 4);
            LakeWait wait = waiting(folder, LINEAGE, Duration.ZERO);
            assertThat(wait.until(5, DATASETS)).isFalse();
            assertThat(wait.until(4, DATASETS)).isTrue();
        }
    }

    @Test
    void doesNotBeginForALakeOfAnotherJob() throws Exception {
        try (CommittedLake lake = new CommittedLake(folder, "pages")) {
            lake.commit(LINEAGE, 4);
            assertThatThrownBy(() -> waiting(folder, OTHER_LINEAGE, LONG).until(4, DATASETS))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(
                            "no job of this lineage has ever opened the lake's tables [ledger, metrics/pages]")
                    .hasMessageContaining(OTHER_LINEAGE)
                    .hasMessageContaining(folder.toString());
        }
    }

    @Test
    void doesNotBeginForACopyThatWillNeverHaveMore() throws Exception {
        Files.createDirectories(folder.resolve("ledger"));
        assertThat(waiting(folder, LINEAGE, LONG).until(4, DATASETS)).isTrue();
    }

    private LakeWait waiting(Path lake, String lineage, Duration bound) {
        return new LakeWait(lake, lineage, bound, this::pass);
    }

    private void pass() {
        try {
            meanwhile.remove().call(); // fails when there is nothing that it could wait for
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
