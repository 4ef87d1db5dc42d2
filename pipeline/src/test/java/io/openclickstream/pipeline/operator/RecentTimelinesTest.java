package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.ValueState;
import org.junit.jupiter.api.Test;

class RecentTimelinesTest {
    private static final long BYTES_OF_TEN = 10_000;

    /** As a backend of bytes: it keeps copies, and counts how often it is written. */
    private static final class Stored implements ValueState<UserTimeline> {
        private final Map<UserKey, UserTimeline> timelines = new HashMap<>();
        private UserKey current = user(0);
        private int writes;

        @Override
        public UserTimeline value() {
            UserTimeline stored = timelines.get(current);
            return stored == null ? null : stored.copy();
        }

        @Override
        public void update(UserTimeline timeline) {
            timelines.put(current, timeline.copy());
            writes++;
        }

        @Override
        public void clear() {
            timelines.remove(current);
        }
    }

    private final Stored stored = new Stored();

    @Test
    void whatIsPushedOutIsWrittenAndWhatIsUsedAgainStays() throws Exception {
        RecentTimelines recent = recent(BYTES_OF_TEN);
        change(recent, 0);
        for (int i = 1; i < 200; i++) {
            assertThat(recent.of(user(0))).isNotNull();
            change(recent, i);
            assertThat(recent.bytes()).isPositive().isLessThanOrEqualTo(BYTES_OF_TEN);
            assertThat(stored.current).isEqualTo(user(i)); // whose key was current
        }
        for (int i = 1; i < 180; i++) {
            assertThat(stored.timelines).containsKey(user(i));
            assertThat(recent.of(user(i))).isNull();
        }
        assertThat(stored.writes).as("each once").isEqualTo(stored.timelines.size());
    }

    @Test
    void fewWaitToBeWrittenHoweverManyAreKept() throws Exception {
        RecentTimelines recent = recent(Long.MAX_VALUE);
        for (int i = 0; i < RecentTimelines.MAX_CHANGED + 10; i++) {
            change(recent, i);
        }
        assertThat(stored.timelines).hasSize(10).containsKey(user(9));
        assertThat(recent.of(user(0))).as("written and still kept").isNotNull();

        recent.flush();
        assertThat(stored.timelines).hasSize(RecentTimelines.MAX_CHANGED + 10);
        recent.flush();
        assertThat(stored.writes).as("each once").isEqualTo(RecentTimelines.MAX_CHANGED + 10);
    }

    @Test
    void changeBehindAWriteIsWrittenAgain() throws Exception {
        RecentTimelines recent = recent(Long.MAX_VALUE);
        change(recent, 1);
        recent.flush();
        recent.of(user(1)).revise();
        assertThat(recent.isKeptAndChanged(user(1), recent.of(user(1)))).isTrue();
        recent.flush();
        assertThat(stored.timelines.get(user(1)).revision()).isEqualTo(1);
    }

    @Test
    void whoIsForgottenIsNotWrittenAndStateIsOnlyAskedToForgetWhatItMayHave() throws Exception {
        RecentTimelines recent = recent(Long.MAX_VALUE);
        change(recent, 1);
        assertThat(recent.forget(user(1))).as("never written").isFalse();
        change(recent, 2);
        recent.flush();
        assertThat(recent.forget(user(2))).as("written").isTrue();
        recent.keepRead(user(3), new UserTimeline());
        assertThat(recent.forget(user(3))).as("read").isTrue();
        recent.keepChanged(user(4), new UserTimeline(), false);
        assertThat(recent.forget(user(4))).as("an older one is in state").isTrue();
        assertThat(recent.forget(user(5))).as("unknown").isTrue();
        recent.flush();
        assertThat(stored.timelines).containsOnlyKeys(user(2));
        assertThat(recent.bytes()).isZero();
    }

    private void change(RecentTimelines recent, int number) throws Exception {
        stored.current = user(number);
        recent.keepChanged(user(number), new UserTimeline(), true);
    }

    private RecentTimelines recent(long maxBytes) {
        return new RecentTimelines(stored, user -> stored.current = user, maxBytes);
    }

    private static UserKey user(int number) {
        return new UserKey("shop", "user-" + number);
    }
}
