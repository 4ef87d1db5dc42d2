package io.openclickstream.quickstart.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundTest {
    @Test
    void aBoundIsATimeOrAnOffsetForEachPartition() {
        assertThat(Bound.of("2026-03-02T10:00:00Z")).isEqualTo(new Bound.Time(Instant.parse("2026-03-02T10:00:00Z")));
        assertThat(Bound.of("0:1200,12:98")).isEqualTo(new Bound.Offsets(Map.of(0, 1_200L, 12, 98L)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-03-02T10:00:00Z", "0:1200,12:98"})
    void asTextItIsWhatAPersonWrote(String text) {
        assertThat(Bound.of(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "latest", "0", "0:", ":7", "0:1,", "0:-1", "2026-03-02", "2026-03-02T10:00:00"})
    void anythingElseIsRefusedWithAnExampleOfBoth(String text) {
        assertThatThrownBy(() -> Bound.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("2026-03-02T10:00:00Z", "0:1200");
    }
}
