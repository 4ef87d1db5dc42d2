package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.session.UserKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DueUsersTest {
    private final DueUsers due = new DueUsers();

    @Test
    void momentComesAtItsVeryMillisecond() {
        due.add(user(1), 1_500);
        assertThat(due.poll(1_499)).isNull();
        assertThat(due.poll(1_500)).isEqualTo(new DueUsers.Due(user(1), 1_500));
        assertThat(due.poll(Long.MAX_VALUE)).isNull();
    }

    @Test
    void momentBeforeOneThatHasComeIsNotLost() {
        due.add(user(1), 100_000);
        assertThat(due.poll(100_000)).isNotNull();
        due.add(user(2), 1);
        due.add(user(3), -5_000);
        assertThat(due.poll(100_000)).isEqualTo(new DueUsers.Due(user(3), -5_000));
        assertThat(due.poll(100_000)).isEqualTo(new DueUsers.Due(user(2), 1));
    }

    @Test
    void manyUsersOfOneSecondComeEachAtTheirMoment() {
        List<DueUsers.Due> waiting = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            var each = new DueUsers.Due(user(i), 10 * 1_024 + i * 389L % 1_024);
            due.add(each.user(), each.millis());
            waiting.add(each);
        }
        waiting.sort(Comparator.comparingLong(DueUsers.Due::millis));

        List<DueUsers.Due> come = new ArrayList<>();
        for (DueUsers.Due next = due.poll(11 * 1_024); next != null; next = due.poll(11 * 1_024)) {
            come.add(next);
        }

        assertThat(come).isEqualTo(waiting);
    }

    /** Each step adds a moment and then goes on to another; what comes is compared with a list that is sorted. */
    @Property
    void comesInOrderAndOnceWheneverItIsAdded(
            @ForAll @Size(max = 200) List<@IntRange(min = -20_000, max = 40_000) Integer> moments,
            @ForAll @IntRange(min = 1, max = 2_000) int stepMillis) {
        DueUsers users = new DueUsers();
        List<DueUsers.Due> waiting = new ArrayList<>();
        long now = -20_000;
        for (int i = 0; i < moments.size(); i++) {
            users.add(user(i), moments.get(i));
            waiting.add(new DueUsers.Due(user(i), moments.get(i)));
            now += stepMillis;
            assertThat(comesUntil(now, users)).isEqualTo(taken(now, waiting));
        }
        assertThat(comesUntil(Long.MAX_VALUE, users)).isEqualTo(taken(Long.MAX_VALUE, waiting));
    }

    /** Some have been put in order already when those who wait no more are dropped. */
    @Property
    void whoWaitsNoMoreDoesNotCome(
            @ForAll @Size(max = 200) List<@IntRange(min = -20_000, max = 40_000) Integer> moments,
            @ForAll @IntRange(min = -20_000, max = 40_000) int untilMillis) {
        DueUsers users = new DueUsers();
        List<DueUsers.Due> waiting = new ArrayList<>();
        for (int i = 0; i < moments.size(); i++) {
            users.add(user(i), moments.get(i));
            waiting.add(new DueUsers.Due(user(i), moments.get(i)));
        }
        assertThat(comesUntil(untilMillis, users)).isEqualTo(taken(untilMillis, waiting));
        assertThat(users.size()).isEqualTo(waiting.size());

        users.retain((user, millis) -> millis % 2 == 0 && waiting.contains(new DueUsers.Due(user, millis)));
        waiting.removeIf(each -> each.millis() % 2 != 0);
        assertThat(users.size()).isEqualTo(waiting.size());
        assertThat(comesUntil(Long.MAX_VALUE, users)).isEqualTo(taken(Long.MAX_VALUE, waiting));
        assertThat(users.size()).isZero();
    }

    private static List<Long> comesUntil(long millis, DueUsers users) {
        List<DueUsers.Due> come = new ArrayList<>();
        for (DueUsers.Due next = users.poll(millis); next != null; next = users.poll(millis)) {
            come.add(next);
        }
        assertThat(come).doesNotHaveDuplicates();
        return come.stream().map(DueUsers.Due::millis).toList();
    }

    private static List<Long> taken(long millis, List<DueUsers.Due> waiting) {
        List<Long> taken = waiting.stream()
                .map(DueUsers.Due::millis)
                .filter(moment -> moment <= millis)
                .sorted(Comparator.naturalOrder())
                .toList();
        waiting.removeIf(each -> each.millis() <= millis);
        return taken;
    }

    private static UserKey user(int number) {
        return new UserKey("shop", "user-" + number);
    }
}
