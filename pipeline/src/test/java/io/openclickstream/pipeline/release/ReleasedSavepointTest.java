package io.openclickstream.pipeline.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.openclickstream.pipeline.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The savepoint of every release, taken with two subtasks in the middle of a story, goes on with one and with three, on
 * both backends, and ends with the rows that an uninterrupted run of that release had.
 */
class ReleasedSavepointTest {
    @RegisterExtension
    static final MiniClusterExtension FLINK = TestCluster.withSlots(4);

    static List<Arguments> runs() throws IOException {
        List<Arguments> runs = new ArrayList<>();
        for (Release release : Release.all()) {
            for (String backend : List.of("hashmap", "rocksdb")) {
                runs.add(Arguments.of(release, backend, 1));
                runs.add(Arguments.of(release, backend, 3));
            }
        }
        return runs;
    }

    @ParameterizedTest
    @MethodSource("runs")
    void goesOnToTheSameRows(Release release, String backend, int parallelism) throws Exception {
        assumeThat(release.acceptedBreaks())
                .as("accepted-breaks.yml gives the savepoint up")
                .noneMatch(each -> each.what().equals(BrokenPromise.SAVEPOINT));

        List<String> rows = new SampleRun(backend, parallelism, release.metrics())
                .toTheEnd(release.savepoint(), Files.readAllLines(release.recordsAfter()));

        assertThat(rows)
                .as(
                        "rows after the savepoint of release %s. If state is read as it was written (ReleasedStateTest), a rule has changed what becomes of the same clicks: say so to users, and list 'savepoint' in accepted-breaks.yml if it has to be",
                        release)
                .isEqualTo(Files.readAllLines(release.rowsAfter()));
    }
}
