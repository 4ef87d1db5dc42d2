package io.openclickstream.flight.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PauseTest {
    @Test
    void growsWhileNothingIsGotAndIsShortAgainOnceSomethingIs() {
        var pause = new Pause();
        List<Long> millis = Stream.of(false, false, false, false, false, false, false, false, true, false)
                .map(hasGotSomething -> pause.after(hasGotSomething).toMillis())
                .toList();
        assertThat(millis).containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L, 100L, 200L);
    }
}
