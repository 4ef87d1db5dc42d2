package io.openclickstream.load.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void timesDoNotMoveHoweverLateTheSenderIs() {
        Schedule schedule = new Schedule(1_000, 4);
        assertThat(schedule.intendedNanos(0)).isEqualTo(1_000);
        assertThat(schedule.intendedNanos(8)).isEqualTo(1_000 + TimeUnit.SECONDS.toNanos(2));
        assertThat(schedule.dueBy(999)).isZero();
        assertThat(schedule.dueBy(1_000)).isEqualTo(1);
        assertThat(schedule.dueBy(1_000 + TimeUnit.SECONDS.toNanos(10))).isEqualTo(41);
    }

    @Property
    void whatIsDueIsExactlyWhatWasIntendedByThen(
            @ForAll @DoubleRange(min = 0.1, max = 200_000) double perSecond,
            @ForAll @LongRange(min = 0, max = 3_600_000_000_000L) long after) {
        Schedule schedule = new Schedule(-5_000, perSecond);
        long now = -5_000 + after;
        long due = schedule.dueBy(now);
        assertThat(schedule.intendedNanos(due)).isGreaterThan(now);
        assertThat(schedule.intendedNanos(due - 1)).isLessThanOrEqualTo(now);
    }

    @Test
    void awaitingReturnsNoEarlier() throws InterruptedException {
        long time = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3);
        Schedule.await(time);
        assertThat(System.nanoTime()).isGreaterThanOrEqualTo(time);
    }
}
