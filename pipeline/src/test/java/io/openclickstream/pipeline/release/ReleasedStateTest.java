package io.openclickstream.pipeline.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.RegisteredState;
import io.openclickstream.schemas.metric.MeasureForm;
import io.openclickstream.schemas.session.CloseReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the code at hand keeps of the promises of every release: its operators, states, types and metrics by their
 * descriptions, and the bytes that it has written.
 */
class ReleasedStateTest {
    static List<Release> releases() throws IOException {
        return Release.all();
    }

    @ParameterizedTest
    @MethodSource("releases")
    void savepointsOfEveryReleaseKeepTheirMeaning(Release release) throws Exception {
        List<BrokenPromise> described = StateComparison.compare(release.states(), CurrentStates.describe("next"));
        List<BrokenPromise> broken = new ArrayList<>(described);
        for (GoldenBytes golden : release.goldenBytes()) {
            if (!golden.isExplainedBy(described)) {
                broken.addAll(golden.check(release.version()));
            }
        }
        assertThat(BrokenPromise.complaints(broken, release.acceptedBreaks()))
                .as("what does not go together with savepoints of release " + release)
                .isEmpty();
    }

    /** Without bytes of every key and value, a release would promise what nobody checks. */
    @ParameterizedTest
    @MethodSource("releases")
    void everyReleaseHasBytesOfAllItsStates(Release release) throws Exception {
        List<String> golden = release.goldenBytes().stream()
                .map(each -> each.role() + " " + each.state())
                .distinct()
                .toList();
        List<String> promised = new ArrayList<>();
        release.states().states().forEach((id, state) -> {
            if (!state.key().isEmpty()) {
                promised.add("KEY " + id);
            }
            promised.add("VALUE " + id);
        });
        assertThat(golden).containsExactlyInAnyOrderElementsOf(promised);
        assertThat(release.states().version()).isEqualTo(release.version());
    }

    /** A form that is added later enters the sample of the next release only if it is added here. */
    @Test
    void theNextReleaseWillWriteEveryFormThereIs() throws Exception {
        String panes = said(RegisteredState.PANES);
        assertThat(Arrays.stream(MeasureForm.values()).map(Enum::name)).allMatch(panes::contains);
        String timelines = said(RegisteredState.TIMELINE);
        assertThat(Arrays.stream(CloseReason.values()).map(reason -> "\"closeReason\":\"" + reason + "\""))
                .allMatch(timelines::contains);
        assertThat(timelines).as("an id of every form").contains("-7c1d-", GoldenEntries.DIGITS, "\"e1\"");
    }

    @Test
    void breaksAreAcceptedForReleasesThatExist() throws Exception {
        List<String> versions = Release.all().stream().map(Release::version).toList();
        assertThat(Release.allAcceptedBreaks())
                .as("accepted-breaks.yml names a release that there has not been; there are " + versions)
                .allMatch(each -> versions.contains(each.release()));
    }

    private static String said(RegisteredState state) throws Exception {
        List<String> said = new ArrayList<>();
        for (Object value : GoldenEntries.values(state)) {
            said.add(ValueText.of(value).toString());
        }
        return said.stream().collect(Collectors.joining("\n"));
    }
}
