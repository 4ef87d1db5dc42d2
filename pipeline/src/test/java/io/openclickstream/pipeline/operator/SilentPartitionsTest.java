package io.openclickstream.pipeline.operator;

import static io.openclickstream.pipeline.operator.PartitionStory.LATENESS;
import static io.openclickstream.pipeline.operator.PartitionStory.OUT_OF_ORDERNESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trap T10, and T11's partition that is days behind: who is waited for, and whose clicks are late. */
class SilentPartitionsTest {
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration FOREVER = Duration.ofDays(366);
    private static final Duration TWO_HOURS = Duration.ofHours(2);

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void silentPartitionHoldsEventTimeBackUntilItIsIdle(int tasks) throws Exception {
        try (PartitionStory story = twoPartitions(tasks, IDLE_TIMEOUT)) {
            story.read("a", "a0", Duration.ZERO).read("b", "b0", Duration.ZERO);
            story.passWhileRead("a", TWO_HOURS, Duration.ofSeconds(59));
            assertThat(story.eventTime()).isEqualTo(Duration.ZERO);
            assertThat(story.finalSessions()).isEmpty();
            story.passWhileRead("a", TWO_HOURS, Duration.ofSeconds(3));
            assertThat(story.eventTime()).isEqualTo(TWO_HOURS);
            assertThat(story.finalSessions()).containsExactlyInAnyOrder("a 0-0 1", "b 0-0 1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void partitionThatWakesHasExactlyItsClicksBehindTheAllowedLatenessRefused(int tasks) throws Exception {
        try (PartitionStory story = twoPartitions(tasks, IDLE_TIMEOUT)) {
            story.read("a", "a0", Duration.ZERO).read("b", "b0", Duration.ZERO);
            story.passWhileRead("a", TWO_HOURS, IDLE_TIMEOUT.plusSeconds(2));
            Duration justOnTime =
                    TWO_HOURS.minus(OUT_OF_ORDERNESS).minusMillis(1).minus(LATENESS);
            story.read("b", "its next click", Duration.ofMinutes(1))
                    .read("b", "just late", justOnTime.minusMillis(1))
                    .read("b", "just on time", justOnTime)
                    .read("b", "in time again", TWO_HOURS);
            assertThat(story.late()).containsExactly("its next click", "just late");

            // A task says that it is awake with its next watermark, a moment later.
            story.pass(Duration.ofSeconds(1));
            // Awake, it is waited for like any other: event time neither goes back nor on without it.
            story.passWhileRead("a", TWO_HOURS.plusHours(1), Duration.ofSeconds(30));
            assertThat(story.eventTime()).isEqualTo(TWO_HOURS);
            story.read("b", "b caught up", TWO_HOURS.plusHours(1)).pass(Duration.ofSeconds(1));
            assertThat(story.eventTime()).isEqualTo(TWO_HOURS.plusHours(1));
            // The click that was refused did not reopen or join the session that was final.
            assertThat(story.finalSessions()).contains("b 0-0 1", "b 114-120 2");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void partitionThatWakesBeforeItIsIdleLosesNothing(int tasks) throws Exception {
        try (PartitionStory story = twoPartitions(tasks, FOREVER)) {
            story.read("a", "a0", Duration.ZERO).read("b", "b0", Duration.ZERO);
            story.passWhileRead("a", TWO_HOURS, Duration.ofMinutes(10));
            assertThat(story.eventTime()).isEqualTo(Duration.ZERO);
            story.read("b", "its next click", Duration.ofMinutes(30)).read("b", "in time again", TWO_HOURS);
            story.pass(Duration.ofSeconds(1));
            assertThat(story.late()).isEmpty();
            assertThat(story.eventTime()).isEqualTo(TWO_HOURS);
            assertThat(story.finalSessions()).containsExactlyInAnyOrder("a 0-0 1", "b 0-30 2");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void emptyTopicShowsNoEventTimeAndTheFirstClicksAreOnTime(int tasks) throws Exception {
        try (PartitionStory story = twoPartitions(tasks, IDLE_TIMEOUT)) {
            story.pass(Duration.ofMinutes(10));
            assertThat(story.eventTime()).isNull();
            // Nobody waits for b any more: a alone says what time it is.
            story.read("a", "a0", TWO_HOURS).pass(Duration.ofSeconds(1));
            assertThat(story.eventTime()).isEqualTo(TWO_HOURS);
            story.read("b", "too old", Duration.ZERO).read("b", "b0", TWO_HOURS);
            assertThat(story.late()).containsExactly("too old");
        }
    }

    @Test
    void emptyPartitionThatIsWaitedForKeepsEventTimeUnknown() throws Exception {
        try (PartitionStory story = twoPartitions(1, FOREVER)) {
            story.passWhileRead("a", TWO_HOURS, Duration.ofMinutes(10));
            assertThat(story.eventTime()).isNull();
            story.read("b", "a week old", Duration.ofDays(-7)).pass(Duration.ofSeconds(1));
            assertThat(story.eventTime()).isEqualTo(Duration.ofDays(-7));
            assertThat(story.late()).isEmpty();
        }
    }

    @Test
    void taskWithoutAPartitionIsWaitedForOnlyUntilItIsIdle() throws Exception {
        try (PartitionStory story = new PartitionStory(3, IDLE_TIMEOUT)) {
            story.partition("a", 0).passWhileRead("a", TWO_HOURS, Duration.ofSeconds(59));
            assertThat(story.eventTime()).isNull();
            story.passWhileRead("a", TWO_HOURS, Duration.ofSeconds(3));
            assertThat(story.eventTime()).isEqualTo(TWO_HOURS);
        }
    }

    @Test
    void newPartitionHoldsEventTimeBackFromItsBeginning() throws Exception {
        try (PartitionStory story = new PartitionStory(1, IDLE_TIMEOUT).partition("a", 0)) {
            story.passWhileRead("a", Duration.ofHours(1), Duration.ofSeconds(2));
            story.partition("new", 0).passWhileRead("a", TWO_HOURS, Duration.ofSeconds(30));
            assertThat(story.eventTime()).isEqualTo(Duration.ofHours(1));
            story.read("new", "n0", TWO_HOURS).pass(Duration.ofSeconds(1));
            assertThat(story.eventTime()).isEqualTo(TWO_HOURS);
            assertThat(story.late()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whenAllAreSilentEventTimeIsThatOfTheFurthest(int tasks) throws Exception {
        try (PartitionStory story = twoPartitions(tasks, IDLE_TIMEOUT)) {
            story.read("a", "a0", TWO_HOURS).read("b", "b0", Duration.ZERO).pass(Duration.ofSeconds(59));
            assertThat(story.eventTime()).isEqualTo(Duration.ZERO);
            story.pass(Duration.ofMinutes(10));
            assertThat(story.eventTime()).isEqualTo(TWO_HOURS);
            // Silence itself ends no session.
            assertThat(story.finalSessions()).containsExactly("b 0-0 1");
        }
    }

    @Test
    void partitionDaysBehindKeepsEverySessionOpenAndFinalOnesAreThoseOfTheOrderedRun() throws Exception {
        Duration week = Duration.ofDays(7);
        try (PartitionStory story = twoPartitions(2, FOREVER)) {
            for (int minute = 0; minute < 120; minute += 40) {
                story.read("a", "a" + minute, week.plusMinutes(minute))
                        .read("b", "b" + minute, Duration.ofMinutes(minute))
                        .pass(Duration.ofSeconds(1));
            }
            assertThat(story.eventTime()).isEqualTo(Duration.ofMinutes(80));
            assertThat(story.finalSessions()).containsExactly("b 0-0 1", "b 40-40 1");
            assertThat(story.keptUsers()).isEqualTo(2);

            story.read("b", "b caught up", week.plusHours(3)).read("a", "a on", week.plusHours(3));
            story.pass(Duration.ofSeconds(1));
            int inMinutes = (int) week.toMinutes();
            assertThat(story.late()).isEmpty();
            assertThat(story.finalSessions())
                    .containsExactlyInAnyOrder(
                            "b 0-0 1",
                            "b 40-40 1",
                            "b 80-80 1",
                            "a %1$d-%1$d 1".formatted(inMinutes),
                            "a %1$d-%1$d 1".formatted(inMinutes + 40),
                            "a %1$d-%1$d 1".formatted(inMinutes + 80));
        }
    }

    /** Both in one task, or each in one of its own. */
    private static PartitionStory twoPartitions(int tasks, Duration idleTimeout) throws Exception {
        return new PartitionStory(tasks, idleTimeout).partition("a", 0).partition("b", tasks - 1);
    }
}
