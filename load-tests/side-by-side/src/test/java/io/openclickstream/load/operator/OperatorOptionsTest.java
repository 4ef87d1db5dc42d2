package io.openclickstream.load.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.pipeline.PipelineOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorOptionsTest {
    @Test
    void everyMistakeInTheSessionOperatorsOptionsIsToldAtOnce() {
        assertThatThrownBy(() -> SessionOperatorOptions.PROGRAM.read(
                        List.of("--clicks=999", "--rounds=0", "--backends=rocksdb,rocksdb"), Map.of()))
                .hasMessageContaining("3 option(s) are wrong")
                .hasMessageContaining("clicks=999 (from command line): must be 1000 to 100000000")
                .hasMessageContaining("rounds=0 (from command line): must be 1 to 100")
                .hasMessageContaining("backends=rocksdb,rocksdb (from command line): must be hashmap, rocksdb or both");
    }

    @Test
    void everyMistakeInTheOptionsOfOpenSessionsIsToldAtOnce() {
        assertThatThrownBy(() -> OpenSessionsOptions.PROGRAM.read(
                        List.of("--clicks=999", "--rounds=101", "--backends=memory", "--open-sessions=5000,1000"),
                        Map.of()))
                .hasMessageContaining("4 option(s) are wrong")
                .hasMessageContaining(
                        "open-sessions=5000,1000 (from command line): must be 1000 to 3000000 each, ascending")
                .hasMessageContaining("clicks=999")
                .hasMessageContaining("rounds=101")
                .hasMessageContaining("backends=memory");
        assertThatThrownBy(() -> OpenSessionsOptions.PROGRAM.read(List.of("--open-sessions=999"), Map.of()))
                .hasMessageContaining("open-sessions=999");
    }

    @Test
    void theOperatorIsMeasuredWithTheRulesThatTheJobUsuallyHas() throws Exception {
        PipelineOptions usual = PipelineOptions.PROGRAM.read(List.of(), Map.of());
        assertThat(usual.sessionPreset().gap()).isEqualTo(Contestant.GAP);
        assertThat(usual.sessionAllowedLateness()).isEqualTo(Contestant.ALLOWED_LATENESS);
        assertThat(usual.deduplicationHorizon()).isEqualTo(Contestant.DEDUPLICATION_HORIZON);
        assertThat(usual.userMaxClicks()).isEqualTo(Contestant.rules().maxRememberedIds());
    }
}
