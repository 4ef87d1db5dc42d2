package io.openclickstream.pipeline.decide.session;

import static io.openclickstream.pipeline.TestClicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.SessionTimeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SessionRulesTest {
    private static final long GAP = 30;
    private static final SessionRules RULES =
            new SessionRules(Duration.ofMillis(GAP), Duration.ofMillis(5), Duration.ofMillis(60));

    @Test
    void clickExactlyAtTheGapJoinsAndOneLaterDoesNot() {
        assertThat(timeline(0, GAP - 1).open()).hasSize(1);
        assertThat(timeline(0, GAP).open()).hasSize(1);
        assertThat(timeline(0, GAP + 1).open()).hasSize(2);
        assertThat(timeline(GAP, 0).open()).hasSize(1);
        assertThat(timeline(GAP + 1, 0).open()).hasSize(2);
    }

    @Test
    void bridgeJoinsBothUnderTheIdOfTheEarlier() {
        SessionTimeline two = timeline(0, 2 * GAP);
        SessionRules.Added bridged = RULES.add(two, click("bridge", "ada", GAP), 0);
        assertThat(bridged.timeline().open()).containsExactly(bridged.session());
        assertThat(bridged.session().sessionId()).isEqualTo(two.open().get(0).sessionId());
        assertThat(bridged.replaced()).containsExactly(two.open().get(1));
        assertThat(bridged.session())
                .extracting(OpenSession::startMillis, OpenSession::endMillis, OpenSession::clicks)
                .containsExactly(0L, 2 * GAP, 3L);
    }

    @Test
    void idStaysWhenAnEarlierClickArrives() {
        SessionTimeline one = timeline(100);
        SessionRules.Added earlier = RULES.add(one, click("earlier", "ada", 90), 0);
        assertThat(earlier.session().sessionId()).isEqualTo(one.open().get(0).sessionId());
        assertThat(earlier.session().entryPage()).isEqualTo("/page/earlier");
        assertThat(earlier.replaced()).isEmpty();
    }

    @Test
    void lateIsDecidedAtTheMillisecond() {
        assertThat(RULES.isLate(95, 100)).isFalse();
        assertThat(RULES.isLate(94, 100)).isTrue();
        assertThat(RULES.isLate(0, Long.MIN_VALUE)).isFalse();
    }

    @Test
    void sessionIsFinalExactlyWhenNoAcceptedClickCanTouchIt() {
        SessionTimeline one = timeline(100);
        long finalAt = RULES.finalAtMillis(one.open().get(0));
        // The latest click that could join, and the last watermark at which it is accepted.
        assertThat(RULES.isLate(100 + GAP, finalAt - 1)).isFalse();
        assertThat(RULES.isLate(100 + GAP, finalAt)).isTrue();
        assertThat(RULES.close(one, finalAt - 1).sessions()).isEmpty();
        assertThat(RULES.close(one, finalAt).sessions()).hasSize(1);
    }

    @Test
    void eventIdIsForgottenWhenTheHorizonHasPassed() {
        assertThat(RULES.isForgotten(40, RULES.forgottenAtMillis(40) - 1)).isFalse();
        assertThat(RULES.isForgotten(40, RULES.forgottenAtMillis(40))).isTrue();
    }

    @Property
    void arrivalOrderDoesNotMatter(
            @ForAll @Size(max = 40) List<@IntRange(max = 600) Integer> eventTimes, @ForAll long seed) {
        List<Click> clicks = new ArrayList<>();
        for (int i = 0; i < eventTimes.size(); i++) {
            clicks.add(click("e" + i, "ada", eventTimes.get(i)));
        }
        List<Click> shuffled = new ArrayList<>(clicks);
        Collections.shuffle(shuffled, new Random(seed));
        assertThat(withoutIds(add(shuffled))).isEqualTo(byTheBook(clicks));
    }

    @Property
    void noTwoOpenSessionsAreAsCloseAsTheGap(@ForAll @Size(max = 40) List<@IntRange(max = 600) Integer> eventTimes) {
        List<OpenSession> open = timeline(
                        eventTimes.stream().mapToLong(Integer::longValue).toArray())
                .open();
        for (int i = 1; i < open.size(); i++) {
            assertThat(open.get(i).startMillis() - open.get(i - 1).endMillis()).isGreaterThan(GAP);
        }
    }

    /** The definition, over the sorted list: cut wherever two neighbours are further apart than the gap. */
    private static List<OpenSession> byTheBook(List<Click> clicks) {
        List<Click> sorted = new ArrayList<>(clicks);
        sorted.sort(Comparator.comparingLong(Click::eventTimeMillis).thenComparing(Click::eventId));
        List<OpenSession> sessions = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= sorted.size(); i++) {
            if (i == sorted.size()
                    || sorted.get(i).eventTimeMillis() - sorted.get(i - 1).eventTimeMillis() > GAP) {
                Click entry = sorted.get(first);
                Click exit = sorted.get(i - 1);
                sessions.add(new OpenSession(
                        "",
                        entry.eventTimeMillis(),
                        exit.eventTimeMillis(),
                        i - first,
                        entry.page(),
                        entry.eventId(),
                        exit.page(),
                        exit.eventId(),
                        0));
                first = i;
            }
        }
        return sorted.isEmpty() ? List.of() : sessions;
    }

    private static List<OpenSession> withoutIds(SessionTimeline timeline) {
        return timeline.open().stream()
                .map(s -> new OpenSession(
                        "",
                        s.startMillis(),
                        s.endMillis(),
                        s.clicks(),
                        s.entryPage(),
                        s.entryEventId(),
                        s.exitPage(),
                        s.exitEventId(),
                        0))
                .toList();
    }

    private static SessionTimeline timeline(long... eventTimes) {
        List<Click> clicks = new ArrayList<>();
        for (int i = 0; i < eventTimes.length; i++) {
            clicks.add(click("e" + i, "ada", eventTimes[i]));
        }
        return add(clicks);
    }

    private static SessionTimeline add(List<Click> clicks) {
        SessionTimeline timeline = SessionTimeline.empty();
        for (Click click : clicks) {
            timeline = RULES.add(timeline, click, 0).timeline();
        }
        return timeline;
    }
}
