package io.openclickstream.load.wholejob;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.load.operator.SteadySessions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StretchTest {
    @Test
    void itIsMeasuredOnceTheMostSessionsAreSettledAndEverythingIsWarm() {
        assertThat(Stretch.of(7_000_000, 1_000_000, 3_000_000))
                .isEqualTo(new Stretch(7_000_000, 10_000_000, 10_500_000));
        assertThat(Stretch.of(0, 1_000_000, 1_000).begin()).isEqualTo(7_000_000);
        assertThat(Stretch.of(7_000_000, 10_000, 1_000).begin()).isEqualTo(7_000_000);
    }

    @Test
    void aTopicHoldsMoreThanIsMeasuredAndNoHalfStep() {
        Stretch stretch = Stretch.of(1_003, 1_000, 1_001);
        assertThat(stretch.clicks()).isGreaterThan(stretch.end());
        assertThat(stretch.clicks() % SteadySessions.CLICKS).isZero();
    }

    @Test
    void aWindowHasAsManyClicksForEveryNumberOfSessions() {
        assertThat(window(1_000_000)).isEqualTo(Duration.ofMinutes(1));
        assertThat(window(10_000)).isEqualTo(Duration.ofMinutes(100));
        assertThat(window(3_000_000)).isEqualTo(Duration.ofSeconds(20));
        assertThat(window(1_000)).isEqualTo(Duration.ofMinutes(1_000));
        assertThat(window(7_000)).isEqualTo(Duration.ofSeconds(8_571)); // whole seconds
    }

    private static Duration window(long open) {
        return JobOpenSessionsProcess.window(new SteadySessions(open));
    }
}
