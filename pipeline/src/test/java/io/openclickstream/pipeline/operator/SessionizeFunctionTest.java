package io.openclickstream.pipeline.operator;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.operator.OperatorScript.Mode;
import io.openclickstream.pipeline.operator.OperatorScript.Outcome;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionizeFunctionTest {
    private static final long GAP = 30;
    private static final long LATENESS = 5;
    private static final long HORIZON = 100;
    private static final long END = 100_000;

    @ParameterizedTest
    @EnumSource
    void outOfOrderClickJoinsTwoSessions(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 0))
                        .element(at("b", 2 * GAP))
                        .element(at("c", GAP))
                        .watermark(END));
        assertThat(finals(outcome)).singleElement().satisfies(session -> {
            assertThat(session.startMillis()).isZero();
            assertThat(session.endMillis()).isEqualTo(2 * GAP);
            assertThat(session.clicks()).isEqualTo(3);
            assertThat(session.entryPage()).isEqualTo("/page/a");
            assertThat(session.exitPage()).isEqualTo("/page/b");
        });
        assertThat(outcome.side(SessionizeFunction.SESSIONS))
                .filteredOn(change -> change.change() == Change.DELETE)
                .hasSize(1);
        assertThat(openInLiveView(outcome)).isEmpty();
        assertNothingLeft(outcome);
    }

    @ParameterizedTest
    @EnumSource
    void sessionClosesAtTheVeryWatermark(Mode mode) throws Exception {
        long finalAt = 100 + GAP + LATENESS + 1;
        assertThat(finals(run(mode, script().element(at("a", 100)).watermark(finalAt - 1))))
                .isEmpty();
        assertThat(finals(run(mode, script().element(at("a", 100)).watermark(finalAt))))
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void clickWithinTheAllowedLatenessStillJoinsAndOneBehindItIsLate(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 100))
                        .watermark(100 + GAP + LATENESS)
                        .element(at("b", 100 + GAP))
                        .element(at("c", 100 + GAP - 1))
                        .watermark(END));
        assertThat(finals(outcome)).singleElement().extracting(Session::clicks).isEqualTo(2L);
        assertThat(outcome.side(SessionizeFunction.LATE)).singleElement().satisfies(late -> {
            assertThat(late.reason()).isEqualTo(Reason.BEHIND_WATERMARK);
            assertThat(new String(late.rawValue(), StandardCharsets.UTF_8)).isEqualTo("c");
            assertThat(late.eventTimeMillis()).isEqualTo(100 + GAP - 1);
        });
        assertNothingLeft(outcome);
    }

    @ParameterizedTest
    @EnumSource
    void lateClickAsTheFirstAfterARestoreIsStillLate(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().watermark(1_000).element(at("a", 1_000 - LATENESS - 1)).watermark(END));
        assertThat(outcome.side(SessionizeFunction.LATE)).hasSize(1);
        assertThat(finals(outcome)).isEmpty();
        assertNothingLeft(outcome);
    }

    @ParameterizedTest
    @EnumSource
    void lateBridgeNeverTouchesAFinalSession(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 0))
                        .watermark(GAP + LATENESS + 1)
                        .element(at("b", GAP + LATENESS + 2))
                        .element(at("bridge", GAP))
                        .watermark(END));
        assertThat(finals(outcome)).extracting(Session::clicks).containsExactly(1L, 1L);
        assertThat(outcome.side(SessionizeFunction.LATE)).hasSize(1);
        assertNothingLeft(outcome);
    }

    @ParameterizedTest
    @EnumSource
    void duplicateChangesNothingAndDoesNotExtendASession(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 0))
                        .element(at("a", 0))
                        .element(at("a", GAP))
                        .element(at("b", GAP + 1))
                        .watermark(END));
        assertThat(finals(outcome)).extracting(Session::clicks).containsExactly(1L, 1L);
        assertThat(outcome.main()).hasSize(2);
        assertThat(counts(outcome).duplicate()).isEqualTo(2);
        assertNothingLeft(outcome);
    }

    @ParameterizedTest
    @EnumSource
    void duplicateIsKnownAfterItsSessionWasClosedUntilTheHorizon(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 0))
                        .watermark(HORIZON - 1)
                        .element(at("a", HORIZON))
                        .watermark(HORIZON + 1)
                        .element(at("a", HORIZON + 1))
                        .watermark(END));
        assertThat(counts(outcome).duplicate()).isEqualTo(1);
        assertThat(counts(outcome).accepted()).isEqualTo(2);
        assertNothingLeft(outcome);
    }

    @ParameterizedTest
    @EnumSource
    void sameEventIdOfAnotherUserIsNoDuplicate(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 0))
                        .element(received(click("a", "bob", 0)))
                        .watermark(END));
        assertThat(finals(outcome)).hasSize(2);
        assertNothingLeft(outcome);
    }

    @ParameterizedTest
    @EnumSource
    void everyClickIsCountedOnceUnderOneOutcome(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 1_000))
                        .element(at("a", 1_000))
                        .watermark(1_010)
                        .element(at("b", 0))
                        .element(at("c", 1_011))
                        .watermark(END));
        LedgerEntry counts = counts(outcome);
        assertThat(counts.accepted()).isEqualTo(2);
        assertThat(counts.duplicate()).isEqualTo(1);
        assertThat(counts.late()).isEqualTo(1);
        assertThat(outcome.side(SessionizeFunction.COUNTED)).hasSize(4);
    }

    @ParameterizedTest
    @EnumSource
    void userHasOneTimerHoweverTheClicksCome(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 1_000))
                        .element(at("b", 500))
                        .element(at("c", 900))
                        .element(at("d", 1_001)));
        assertThat(outcome.timers()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void drainClosesEverythingAndDoesNotMakeLaterClicksLate(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 1_000))
                        .watermark(1_005)
                        .watermark(Long.MAX_VALUE)
                        .element(at("b", 1_010)));
        assertThat(finals(outcome)).hasSize(1);
        assertThat(counts(outcome).late()).isZero();
    }

    private static ReceivedClick at(String eventId, long eventTimeMillis) {
        return received(click(eventId, "ada", eventTimeMillis));
    }

    private static OperatorScript<UserKey, ReceivedClick, ReceivedClick> script() {
        var rules = new SessionRules(Duration.ofMillis(GAP), Duration.ofMillis(LATENESS), Duration.ofMillis(HORIZON));
        return new OperatorScript<>(
                () -> new SessionizeOperator(rules),
                received ->
                        new UserKey(received.click().siteId(), received.click().userId()),
                TypeInformation.of(UserKey.class));
    }

    private static Outcome<ReceivedClick> run(Mode mode, OperatorScript<UserKey, ReceivedClick, ReceivedClick> script)
            throws Exception {
        return script.run(mode, SessionizeFunction.SESSIONS, SessionizeFunction.LATE, SessionizeFunction.COUNTED);
    }

    private static List<Session> finals(Outcome<ReceivedClick> outcome) {
        return outcome.side(SessionizeFunction.SESSIONS).stream()
                .map(SessionChange::session)
                .filter(Session::isFinal)
                .toList();
    }

    /** What a reader who applies the changes in order still sees as open. */
    private static List<Session> openInLiveView(Outcome<ReceivedClick> outcome) {
        Map<String, Session> view = new LinkedHashMap<>();
        for (SessionChange change : outcome.side(SessionizeFunction.SESSIONS)) {
            if (change.change() == Change.DELETE) {
                view.remove(change.session().sessionId());
            } else {
                view.put(change.session().sessionId(), change.session());
            }
        }
        return view.values().stream().filter(session -> !session.isFinal()).toList();
    }

    private static LedgerEntry counts(Outcome<ReceivedClick> outcome) {
        return outcome.side(SessionizeFunction.COUNTED).stream()
                .reduce(LedgerEntry.none("clicks", 0), LedgerEntry::plus);
    }

    private static void assertNothingLeft(Outcome<ReceivedClick> outcome) {
        assertThat(outcome.stateEntries()).as("state entries").isZero();
        assertThat(outcome.timers()).as("timers").isZero();
    }
}
