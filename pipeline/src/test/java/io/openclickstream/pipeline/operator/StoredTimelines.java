package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.ValueState;

/** As a backend of bytes with Flink's timers beside it: it keeps copies, and counts how often it is written. */
final class StoredTimelines implements ValueState<UserTimeline>, RecentTimelines.FlinkTimer {
    final Map<UserKey, UserTimeline> timelines = new HashMap<>();
    final Set<DueUsers.Due> timers = new HashSet<>();
    UserKey current = new UserKey("no", "body");
    int writes;
    int timerMoves;

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

    @Override
    public void move(long fromMillis, long toMillis) {
        timerMoves += fromMillis == toMillis ? 0 : 1;
        if (fromMillis != UserTimeline.NO_TIMER) {
            assertThat(timers.remove(new DueUsers.Due(current, fromMillis)))
                    .as("there was a timer to take back")
                    .isTrue();
        }
        if (toMillis != UserTimeline.NO_TIMER) {
            timers.add(new DueUsers.Due(current, toMillis));
        }
    }

    /** The timers that the stored timelines ask for. */
    Set<DueUsers.Due> momentsStored() {
        Set<DueUsers.Due> moments = new HashSet<>();
        timelines.forEach((user, timeline) -> moments.add(new DueUsers.Due(user, timeline.timerMillis())));
        return moments;
    }
}
