package io.openclickstream.load.wholejob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobOpenSessionsOptionsTest {
    @Test
    void everyMistakeIsToldAtOnce() {
        assertThatThrownBy(() -> JobOpenSessionsOptions.PROGRAM.read(
                        List.of(
                                "--clicks=999",
                                "--warm-up=-1",
                                "--rounds=101",
                                "--backends=memory",
                                "--open-sessions=5000,1000"),
                        Map.of()))
                .hasMessageContaining("5 option(s) are wrong")
                .hasMessageContaining(
                        "open-sessions=5000,1000 (from command line): must be 1000 to 3000000 each, ascending")
                .hasMessageContaining("clicks=999 (from command line): must be 1000 to 100000000")
                .hasMessageContaining("warm-up=-1 (from command line): must be 0 to 100000000")
                .hasMessageContaining("rounds=101")
                .hasMessageContaining("backends=memory");
        assertThatThrownBy(() -> JobOpenSessionsOptions.PROGRAM.read(List.of("--open-sessions=999"), Map.of()))
                .hasMessageContaining("open-sessions=999");
    }

    @Test
    void theUsualFormMeasuresThreeNumbersOnTheHeap() throws Exception {
        JobOpenSessionsOptions usual = JobOpenSessionsOptions.PROGRAM.read(List.of(), Map.of());
        assertThat(usual.openSessions()).containsExactly(10_000L, 100_000L, 1_000_000L);
        assertThat(usual.backends()).containsExactly("hashmap");
        assertThat(JobOpenSessionsOptions.stretch(usual)).isEqualTo(new Stretch(7_000_000, 10_000_000, 10_500_000));
    }
}
