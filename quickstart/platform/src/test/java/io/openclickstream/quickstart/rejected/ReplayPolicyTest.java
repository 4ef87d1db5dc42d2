package io.openclickstream.quickstart.rejected;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.quickstart.rejected.ReplayPolicy.Verdict;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplayPolicyTest {
    private static final Position FIRST = new Position("clicks", 0, 7);
    private static final Position SENT_TO = new Position("clicks", 3, 90);
    private static final Map<Position, Position> REPLAYED = Map.of(FIRST, SENT_TO);

    @Test
    void aRecordIsSentOnceAndWhatBecameOfItOnlyWhenAsked() {
        ReplayPolicy usual = ReplayPolicy.of("clicks", false, REPLAYED);
        assertThat(usual.decide(FIRST)).isEqualTo(Verdict.SENT_BEFORE);
        assertThat(usual.decide(SENT_TO)).isEqualTo(Verdict.REFUSED_AGAIN);
        assertThat(usual.decide(new Position("clicks", 0, 8))).isEqualTo(Verdict.SEND);
        assertThat(usual.decide(new Position("other", 0, 7))).isEqualTo(Verdict.OTHER_TOPIC);

        ReplayPolicy again = ReplayPolicy.of("clicks", true, REPLAYED);
        assertThat(again.decide(FIRST)).isEqualTo(Verdict.SENT_BEFORE);
        assertThat(again.decide(SENT_TO)).isEqualTo(Verdict.SEND);
    }

    @Test
    void aPositionIsItsText() {
        assertThat(Position.parse(SENT_TO.toString())).contains(SENT_TO);
        assertThat(Position.parse("clicks/3")).isEmpty();
        assertThat(Position.parse("clicks/3/x")).isEmpty();
    }
}
