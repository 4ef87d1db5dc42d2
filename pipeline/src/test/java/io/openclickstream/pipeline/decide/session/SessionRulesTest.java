package io.openclickstream.pipeline.decide.session;

import static io.openclickstream.pipeline.decide.session.SessionStory.GAP;
import static io.openclickstream.pipeline.decide.session.SessionStory.LATENESS;
import static io.openclickstream.pipeline.decide.session.SessionStory.at;
import static io.openclickstream.pipeline.decide.session.SessionStory.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.session.CloseReason;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.SessionTimeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionRulesTest {
    private static final SessionRules RULES = rules(SessionPolicy.of(Duration.ofMillis(GAP)));

    @Test
    void clickExactlyAtTheGapJoinsAndOneLaterDoesNot() {
        assertThat(timeline(0, GAP - 1).open()).hasSize(1);
        assertThat(timeline(0, GAP).open()).hasSize(1);
        assertThat(timeline(0, GAP + 1).open()).hasSize(2);
        assertThat(timeline(GAP, 0).open()).hasSize(1);
        assertThat(timeline(GAP + 1, 0).open()).hasSize(2);
    }

    @Test
    void bridgeJoinsBothUnderTheIdOfTheOneReceivedFirst() {
        SessionTimeline two = timeline(2 * GAP, 0);
        SessionRules.Added bridged = RULES.add(two, at("bridge", GAP).receivedAs(2), 0);
        assertThat(bridged.timeline().open()).containsExactlyElementsOf(bridged.changed());
        assertThat(bridged.changed()).singleElement().satisfies(session -> {
            assertThat(session.first()).isEqualTo(two.open().get(1).first());
            assertThat(session.startMillis()).isZero();
            assertThat(session.endMillis()).isEqualTo(2 * GAP);
            assertThat(session.clicks()).isEqualTo(3);
        });
        assertThat(bridged.replaced()).containsExactly(two.open().get(0));
    }

    @Test
    void idStaysWhenAnEarlierClickIsReceivedLater() {
        SessionTimeline one = timeline(100);
        SessionRules.Added earlier = RULES.add(one, at("earlier", 90).receivedAs(1), 0);
        assertThat(earlier.changed()).singleElement().satisfies(session -> {
            assertThat(session.first()).isEqualTo(one.open().get(0).first());
            assertThat(session.entry().page()).isEqualTo("/page/earlier");
        });
        assertThat(earlier.replaced()).isEmpty();
    }

    @Test
    void rowIsReplacedWhenAClickOfAnotherPartitionTurnsOutToBeReceivedFirst() {
        SessionTimeline one = RULES.add(
                        SessionTimeline.empty(), at("read first", 100).receivedAs(7), 0)
                .timeline();
        SessionRules.Added added = RULES.add(one, at("received first", 110).receivedAs(3), 0);
        assertThat(added.changed()).hasSize(1).doesNotContain(one.open().get(0));
        assertThat(added.replaced()).containsExactly(one.open().get(0));
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
        assertThat(RULES.close(one, "shop", finalAt - 1).sessions()).isEmpty();
        assertThat(RULES.close(one, "shop", finalAt).sessions())
                .singleElement()
                .extracting(OpenSession::closeReason)
                .isEqualTo(CloseReason.GAP);
    }

    @Test
    void eventIdIsForgottenWhenTheHorizonHasPassed() {
        assertThat(RULES.isForgotten(40, RULES.forgottenAtMillis(40) - 1)).isFalse();
        assertThat(RULES.isForgotten(40, RULES.forgottenAtMillis(40))).isTrue();
    }

    @Test
    void onlyClicksThatNoneCanComeBeforeAreSettled() {
        SessionRules rules = rules(SessionStory.policy().maxClicks(2).build());
        SessionTimeline timeline = SessionTimeline.empty();
        for (int i = 0; i < 4; i++) {
            timeline = rules.add(timeline, at("e" + i, i).receivedAs(i), 0).timeline();
        }
        assertThat(timeline.open()).isEmpty();
        assertThat(timeline.unsettled()).hasSize(4);
        SessionTimeline settled = rules.close(timeline, "shop", LATENESS + 3).timeline();
        assertThat(settled.unsettled()).extracting(OpenSession::startMillis).containsExactly(3L);
        assertThat(settled.open()).extracting(OpenSession::clicks).containsExactly(2L, 1L);
        assertThat(rules.sessions(settled, "shop"))
                .extracting(OpenSession::clicks)
                .containsExactly(2L, 2L);
    }

    private static SessionTimeline timeline(long... eventTimes) {
        List<ReceivedClick> clicks = new ArrayList<>();
        for (int i = 0; i < eventTimes.length; i++) {
            clicks.add(at("e" + i, eventTimes[i]).receivedAs(i));
        }
        SessionTimeline timeline = SessionTimeline.empty();
        for (ReceivedClick click : clicks) {
            timeline = RULES.add(timeline, click, 0).timeline();
        }
        return timeline;
    }
}
