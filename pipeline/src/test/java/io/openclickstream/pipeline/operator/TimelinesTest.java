package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/**
 * Random histories of users before a backend of bytes, each with one moment that clicks make earlier. Whatever is kept,
 * pushed out, written and read again: every moment comes once, when it should, and a snapshot has for every user that
 * one timer.
 */
class TimelinesTest {
    private static final int STEPS = 300;
    private static final int USERS = 8;
    private static final int FARTHEST_MILLIS = 5_000;

    private static final class History {
        private final StoredTimelines stored = new StoredTimelines();
        private final DueUsers due = new DueUsers();
        private final Timelines timelines;
        private final Map<UserKey, Long> moments = new HashMap<>();
        private final List<DueUsers.Due> come = new ArrayList<>();
        private final Random random;
        private long now;

        History(long seed, int maxRecentBytes) {
            random = new Random(seed);
            timelines = new Timelines(
                    stored,
                    false,
                    user -> stored.current = user,
                    maxRecentBytes,
                    due,
                    stored,
                    new UnregisteredMetricsGroup());
        }

        void step() throws Exception {
            stored.current = new UserKey("shop", "user-" + random.nextInt(USERS));
            switch (random.nextInt(8)) {
                case 0 -> snapshot();
                case 1 -> forget(stored.current);
                case 2, 3 -> advance(now + random.nextInt(2_000));
                default -> click(stored.current);
            }
        }

        private void click(UserKey user) throws Exception {
            UserTimeline known = timelines.of(user);
            UserTimeline timeline = known == null ? new UserTimeline() : known;
            assertThat(timeline.timerMillis()).isEqualTo(moments.getOrDefault(user, UserTimeline.NO_TIMER));
            long moment = Math.min(moments.getOrDefault(user, Long.MAX_VALUE), later());
            moments.put(user, moment);
            timeline.timerMillis(moment);
            timelines.keep(user, timeline, known == null);
            assertThat(stored.current).isEqualTo(user);
        }

        private long later() {
            return now + 1 + random.nextInt(FARTHEST_MILLIS);
        }

        private void forget(UserKey user) throws Exception {
            if (timelines.look(user) != null) {
                timelines.clear(user);
            }
            moments.remove(user);
        }

        private void snapshot() throws Exception {
            timelines.flush();
            Map<UserKey, Long> written = new HashMap<>();
            stored.timelines.forEach((user, timeline) -> written.put(user, timeline.timerMillis()));
            assertThat(written).isEqualTo(moments);
            assertThat(stored.timers).isEqualTo(stored.momentsStored());
        }

        void advance(long to) throws Exception {
            now = to;
            come.clear();
            List<DueUsers.Due> expected = moments.entrySet().stream()
                    .map(each -> new DueUsers.Due(each.getKey(), each.getValue()))
                    .filter(each -> each.millis() <= now)
                    .toList();
            for (DueUsers.Due next = due.poll(now); next != null; next = due.poll(now)) {
                if (timelines.awaits(next.user(), next.millis())) {
                    look(next);
                }
            }
            for (DueUsers.Due next = nextOfFlink(); next != null; next = nextOfFlink()) {
                stored.timers.remove(next);
                look(next);
            }
            assertThat(come).containsExactlyInAnyOrderElementsOf(expected);
        }

        private DueUsers.Due nextOfFlink() {
            return stored.timers.stream()
                    .filter(each -> each.millis() <= now)
                    .min(Comparator.comparingLong(DueUsers.Due::millis))
                    .orElse(null);
        }

        private void look(DueUsers.Due each) throws Exception {
            UserKey user = each.user();
            stored.current = user;
            UserTimeline timeline = timelines.lookAt(user, each.millis());
            if (timeline == null || timeline.timerMillis() != each.millis()) {
                return;
            }
            come.add(each);
            if (random.nextBoolean()) {
                timelines.clear(user);
                moments.remove(user);
            } else {
                moments.put(user, later());
                timeline.timerMillis(moments.get(user));
                timelines.keepLooked(user, timeline);
            }
        }
    }

    @Property
    void everyMomentComesOnceAndASnapshotHasItsTimer(
            @ForAll long seed, @ForAll @IntRange(max = 5_000) int maxRecentBytes) throws Exception {
        History history = new History(seed, maxRecentBytes);
        for (int i = 0; i < STEPS; i++) {
            history.step();
        }
        history.snapshot();
        while (!history.moments.isEmpty()) {
            history.advance(history.now + FARTHEST_MILLIS);
        }
        history.snapshot();
        assertThat(history.stored.timers).isEmpty();
    }
}
