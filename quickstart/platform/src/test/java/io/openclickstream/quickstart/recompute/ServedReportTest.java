package io.openclickstream.quickstart.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a comparison with the Flight server comes to. */
class ServedReportTest {
    private static final ServedReport.Epoch SAME = epoch(4, 0);
    private static final ServedReport.Epoch OTHER = epoch(3, 2);

    @Test
    void isEqualWhenEveryEpochIsThereAndTheSame() {
        ServedReport report = report(List.of(SAME), List.of());
        assertThat(report.verdict()).isEqualTo(Verdict.EQUAL);
        assertThat(report.isEqual()).isTrue();
        assertThat(report.lines()).last().asString().startsWith("Equal: all 9 rows of 1 committed epochs");
    }

    @Test
    void isDifferentWhenARowDiffersWhateverElseIsNotKnown() {
        ServedReport report = report(List.of(SAME, OTHER), List.of(5L));
        assertThat(report.verdict()).isEqualTo(Verdict.DIFFERENT);
        assertThat(report.lines())
                .contains("! Epochs [5] are committed on the server, and the lake's tables do not have them.")
                .last()
                .isEqualTo("Different: 2 rows of 2 committed epochs differ from the lake's.");
    }

    @Test
    void isNotFoundOutWhenTheLakeLacksAnEpoch() {
        ServedReport report = report(List.of(SAME), List.of(5L));
        assertThat(report.verdict()).isEqualTo(Verdict.NOT_FOUND_OUT);
        assertThat(report.isEqual()).isFalse();
        assertThat(report.lines())
                .last()
                .isEqualTo(
                        "Not found out: all 9 rows of 1 committed epochs are the same in the lake and served. Of 1 more"
                                + " nobody can say; try again when the job has committed them to the lake.");
        assertThat(report(List.of(), List.of(5L)).verdict()).isEqualTo(Verdict.NOT_FOUND_OUT);
    }

    @Test
    void isNotFoundOutWhenNothingIsServed() {
        ServedReport report = report(List.of(), List.of());
        assertThat(report.verdict()).isEqualTo(Verdict.NOT_FOUND_OUT);
        assertThat(report.lines()).last().isEqualTo("Nothing is compared: the server keeps no committed epoch.");
    }

    @Test
    void ofTwoComparisonsTheWorseOneCounts() {
        assertThat(Verdict.EQUAL.and(Verdict.EQUAL).exitCode()).isZero();
        assertThat(Verdict.EQUAL.and(Verdict.NOT_FOUND_OUT).exitCode()).isEqualTo(2);
        assertThat(Verdict.DIFFERENT.and(Verdict.NOT_FOUND_OUT).exitCode()).isEqualTo(1);
        assertThat(Verdict.NOT_FOUND_OUT.and(Verdict.DIFFERENT).exitCode()).isEqualTo(1);
    }

    private static ServedReport.Epoch epoch(long epoch, long different) {
        return new ServedReport.Epoch(
                epoch, "all", true, List.of(new DatasetResult("sessions", 9, different, 0, 0, 0, List.of())));
    }

    private static ServedReport report(List<ServedReport.Epoch> epochs, List<Long> lacking) {
        return new ServedReport(URI.create("grpc://localhost:8815"), CommittedLake.LINEAGE, epochs, List.of(), lacking);
    }
}
