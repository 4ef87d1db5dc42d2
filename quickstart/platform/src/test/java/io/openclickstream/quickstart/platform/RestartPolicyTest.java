package io.openclickstream.quickstart.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
    private final RestartPolicy policy =
            new RestartPolicy(4, Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMinutes(1));

    @Test
    void pausesDoubleUpToTheLongestAndThenItIsGivenUp() {
        assertThat(policy.pause(1)).hasValue(Duration.ofSeconds(1));
        assertThat(policy.pause(2)).hasValue(Duration.ofSeconds(2));
        assertThat(policy.pause(3)).hasValue(Duration.ofSeconds(4));
        assertThat(policy.pause(4)).hasValue(Duration.ofSeconds(5));
        assertThat(policy.pause(5)).isEmpty();
    }

    @Test
    void aProcessThatRanLongEnoughBeginsANewRow() {
        assertThat(policy.inARow(3, Duration.ofSeconds(59))).isEqualTo(4);
        assertThat(policy.inARow(3, Duration.ofSeconds(60))).isEqualTo(1);
    }
}
