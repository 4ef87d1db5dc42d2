package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import org.junit.jupiter.api.Test;

class RecentTimelinesTest {
    private static final long BYTES_OF_TEN = 10_000;
    private static final long MOMENT = 1_000;
    private static final int MANY = 50_000;

    private final StoredTimelines stored = new StoredTimelines();
    private final DueUsers due = new DueUsers();

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
        for (int i = 0; i < 100; i++) {
            change(recent, -1 - i);
            recent.forget(user(-1 - i));
        }
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
        recent.keepChanged(user(4), new UserTimeline(), false, 1);
        assertThat(recent.forget(user(4))).as("an older one is in state").isTrue();
        assertThat(recent.forget(user(5))).as("unknown").isTrue();
        recent.flush();
        assertThat(stored.timelines).containsOnlyKeys(user(2));
        assertThat(recent.bytes()).isZero();
    }

    @Test
    void whoComesAndGoesBetweenTwoSnapshotsLeavesNothing() throws Exception {
        RecentTimelines recent = recent(Long.MAX_VALUE);
        change(recent, 1);
        assertThat(recent.awaits(user(1), MOMENT)).isTrue();
        assertThat(recent.ofDue(user(1), MOMENT)).isNotNull();
        assertThat(recent.awaits(user(1), MOMENT)).isFalse();
        recent.forget(user(1));
        recent.flush();
        assertThat(stored.writes).isZero();
        assertThat(stored.timerMoves).isZero();
    }

    @Test
    void flinkHasTheTimerOfWhatIsWrittenAndNoOther() throws Exception {
        RecentTimelines recent = recent(Long.MAX_VALUE);
        change(recent, 1);
        recent.flush();
        assertThat(recent.awaits(user(1), MOMENT)).as("waits for Flink").isFalse();
        assertThat(stored.timers).containsExactly(new DueUsers.Due(user(1), MOMENT));

        recent.of(user(1)).timerMillis(MOMENT - 1);
        recent.isKeptAndChanged(user(1), recent.of(user(1)));
        assertThat(recent.awaits(user(1), MOMENT - 1)).isTrue();
        recent.flush();
        assertThat(stored.timers).containsExactly(new DueUsers.Due(user(1), MOMENT - 1));

        recent.of(user(1)).revise();
        recent.isKeptAndChanged(user(1), recent.of(user(1)));
        recent.flush();
        assertThat(stored.timerMoves).as("the moment was the same").isEqualTo(2);
    }

    @Test
    void whoIsPushedOutOrForgottenDoesNotGoOnTakingMemory() throws Exception {
        RecentTimelines recent = recent(BYTES_OF_TEN);
        for (int i = 0; i < MANY; i++) {
            change(recent, i, i);
        }
        assertThat(recent.changes()).isLessThan(MANY / 10);
        assertThat(due.size()).isLessThan(MANY / 10);
        assertThat(recent.awaits(user(MANY - 1), MANY - 1)).isTrue();

        for (int i = 0; i < MANY; i++) {
            change(recent, i, i);
            recent.forget(user(i));
        }
        assertThat(recent.changes()).isLessThan(MANY / 10);
        assertThat(due.size()).isLessThan(MANY / 10);
    }

    private void change(RecentTimelines recent, int number) throws Exception {
        change(recent, number, MOMENT);
    }

    private void change(RecentTimelines recent, int number, long moment) throws Exception {
        stored.current = user(number);
        recent.keepChanged(user(number), waitingFor(moment), true, UserTimeline.NO_TIMER);
    }

    private RecentTimelines recent(long maxBytes) {
        return new RecentTimelines(stored, user -> stored.current = user, maxBytes, due, stored);
    }

    private static UserTimeline waitingFor(long moment) {
        UserTimeline timeline = new UserTimeline();
        timeline.timerMillis(moment);
        return timeline;
    }

    private static UserKey user(int number) {
        return new UserKey("shop", "user-" + number);
    }
}
