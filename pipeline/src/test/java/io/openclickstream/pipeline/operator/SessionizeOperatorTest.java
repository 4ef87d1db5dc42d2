package io.openclickstream.pipeline.operator;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.session.SessionPolicy;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.decide.session.SessionStory;
import io.openclickstream.pipeline.operator.OperatorScript.Mode;
import io.openclickstream.pipeline.operator.OperatorScript.Outcome;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.session.CloseReason;
import io.openclickstream.schemas.session.SeenIds;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SessionizeOperatorTest {
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
        assertThat(outcome.side(SessionizeOperator.SESSIONS))
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
        assertThat(outcome.side(SessionizeOperator.REFUSED)).singleElement().satisfies(late -> {
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
        assertThat(outcome.side(SessionizeOperator.REFUSED)).hasSize(1);
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
        assertThat(outcome.side(SessionizeOperator.REFUSED)).hasSize(1);
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

    /** The first ids stand in the timeline, the others beside it; both kinds are known, and forgotten, alike. */
    @ParameterizedTest
    @EnumSource
    void duplicatesOfAUserWithManyClicksAreKnown(Mode mode) throws Exception {
        List<ReceivedClick> many = IntStream.range(0, SeenIds.MAX + 10)
                .mapToObj(i -> at("e" + i, 0))
                .toList();
        var outcome = run(
                mode,
                script().elements(many)
                        .element(at("e0", 0))
                        .element(at("e" + (SeenIds.MAX - 1), 0))
                        .element(at("e" + SeenIds.MAX, 0))
                        .element(at("e" + (SeenIds.MAX + 9), 0))
                        .watermark(HORIZON + 1)
                        .element(at("e0", HORIZON + 1))
                        .element(at("e" + (SeenIds.MAX + 9), HORIZON + 1))
                        .element(at("e" + (SeenIds.MAX + 9), HORIZON + 1))
                        .watermark(END));
        assertThat(counts(outcome).duplicate()).isEqualTo(5);
        assertThat(counts(outcome).accepted()).isEqualTo(SeenIds.MAX + 12);
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
        assertThat(counts.outcomes()).isEqualTo(4);
        if (mode == Mode.STRAIGHT) {
            assertThat(outcome.side(SessionizeOperator.COUNTED)).hasSize(1);
        }
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
        // Flink has none of users whose timeline is on the heap, or not written yet.
        assertThat(outcome.timers()).isBetween(mode.hasTimers() ? 1 : 0, mode.isOnHeap() ? 0 : 1);
    }

    @ParameterizedTest
    @EnumSource
    void drainClosesEverythingAndDoesNotMakeLaterClicksLate(Mode mode) throws Exception {
        var outcome = run(
                mode, script().element(at("a", 1_000)).watermark(1_005).end().element(at("b", 1_010)));
        assertThat(finals(outcome)).hasSize(1);
        assertThat(counts(outcome).late()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void drainWaitsForWhatOtherInputsStillSend(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 1_000))
                        .lastWatermarkOfOneInput()
                        .element(at("b", 1_010))
                        .end());
        assertThat(finals(outcome)).extracting(Session::clicks).containsExactly(2L);
        assertThat(counts(outcome).late()).isZero();
    }

    /** T15: the cut stands at local midnight, whatever the clocks do that night. */
    @ParameterizedTest
    @CsvSource({
        // Clocks go forward that night, then back: days of 23 and 25 hours.
        "Europe/Berlin, 2024-03-30T22:59:59.999Z, 2024-03-30T23:00:00Z",
        "Europe/Berlin, 2024-03-31T21:59:59.999Z, 2024-03-31T22:00:00Z",
        "Europe/Berlin, 2024-10-27T22:59:59.999Z, 2024-10-27T23:00:00Z",
        // Zones at half and three quarter hours, and one that shifts by half an hour.
        "Asia/Kathmandu, 2024-05-01T18:14:59.999Z, 2024-05-01T18:15:00Z",
        "Australia/Lord_Howe, 2024-04-06T12:59:59.999Z, 2024-04-06T13:00:00Z",
        // Local midnight did not exist: the day began at one o'clock. And a day that was left out.
        "America/Sao_Paulo, 2018-11-04T02:59:59.999Z, 2018-11-04T03:00:00Z",
        "Pacific/Apia, 2011-12-30T09:59:59.999Z, 2011-12-30T10:00:00Z"
    })
    void t15MidnightOfTheSiteCutsASession(String zone, Instant lastOfTheDay, Instant midnight) throws Exception {
        SessionRules rules =
                SessionStory.rules(SessionStory.policy().midnightIn(zone).build(Duration.ofMinutes(30)));
        for (Mode mode : Mode.values()) {
            var outcome = run(
                    mode,
                    script(rules)
                            .element(SessionStory.at("a", lastOfTheDay.toEpochMilli() - 1)
                                    .receivedAs(0))
                            .element(SessionStory.at("c", midnight.toEpochMilli())
                                    .receivedAs(1))
                            .element(SessionStory.at("b", lastOfTheDay.toEpochMilli())
                                    .receivedAs(2))
                            .watermark(midnight.plus(Duration.ofDays(1)).toEpochMilli()));
            assertThat(finals(outcome)).extracting(Session::clicks).containsExactly(2L, 1L);
            assertThat(finals(outcome))
                    .extracting(Session::closeReason)
                    .containsExactly(CloseReason.MIDNIGHT, CloseReason.GAP);
            assertNothingLeft(outcome);
        }
    }

    /** T16: the cut is found in the order of event time, and found again when an earlier click arrives. */
    @ParameterizedTest
    @EnumSource
    void t16CampaignChangeIsFoundAgainWhenAnEarlierClickArrives(Mode mode) throws Exception {
        SessionRules rules =
                SessionStory.rules(SessionStory.policy().campaigns().build());
        var outcome = run(
                mode,
                script(rules)
                        .element(SessionStory.at("a", 100).receivedAs(0))
                        .element(SessionStory.at("c", 120).receivedAs(1))
                        .watermark(90)
                        .element(SessionStory.at("b", 110).campaign("spring").receivedAs(2))
                        .element(SessionStory.at("d", 130).campaign("spring").receivedAs(3))
                        .watermark(END));
        assertThat(finals(outcome))
                .extracting(session -> session.entry().eventId() + session.clicks() + session.closeReason())
                .containsExactly("a1CAMPAIGN_CHANGE", "b3GAP");
        assertThat(openInLiveView(outcome)).isEmpty();
        assertNothingLeft(outcome);
    }

    /** T17: an earlier start moves the cap, in event time. */
    @ParameterizedTest
    @EnumSource
    void t17MaxDurationMovesWithAnEarlierStart(Mode mode) throws Exception {
        SessionRules rules =
                SessionStory.rules(SessionStory.policy().maxDuration(50).build());
        var outcome = run(
                mode,
                script(rules)
                        .element(SessionStory.at("b", 20).receivedAs(0))
                        .element(SessionStory.at("c", 45).receivedAs(1))
                        .element(SessionStory.at("d", 70).receivedAs(2))
                        .element(SessionStory.at("a", 10).receivedAs(3))
                        .watermark(END));
        assertThat(finals(outcome))
                .extracting(session -> session.startMillis() + "-" + session.endMillis() + session.closeReason())
                .containsExactly("10-45MAX_DURATION", "70-70GAP");
        assertNothingLeft(outcome);
    }

    /** T18: a bot is filtered when its ids fill what one user may have, once per click, and the rest goes on. */
    @ParameterizedTest
    @EnumSource
    void t18UserWithTooManyClicksIsFiltered(Mode mode) throws Exception {
        SessionRules rules = new SessionRules(
                SessionPolicy.of(Duration.ofMillis(GAP)), Duration.ofMillis(LATENESS), Duration.ofMillis(HORIZON), 3);
        var script = script(rules);
        for (int i = 0; i < 5; i++) {
            script.element(at("e" + i, i));
        }
        var outcome = run(
                mode,
                script.element(at("e0", 0))
                        .element(received(click("e9", "bob", 5)))
                        .watermark(HORIZON + 10)
                        .element(at("later", HORIZON + 10))
                        .watermark(END));
        assertThat(counts(outcome).accepted()).isEqualTo(5);
        assertThat(counts(outcome).filtered()).isEqualTo(2);
        assertThat(counts(outcome).duplicate()).isEqualTo(1);
        assertThat(outcome.side(SessionizeOperator.REFUSED))
                .extracting(Rejected::reason)
                .containsExactly(Reason.TOO_MANY_CLICKS, Reason.TOO_MANY_CLICKS);
        assertThat(finals(outcome)).extracting(Session::clicks).containsExactlyInAnyOrder(3L, 1L, 1L);
        assertNothingLeft(outcome);
    }

    /** T20: signing in goes on with the session, another account or signing out begins a new one. */
    @ParameterizedTest
    @EnumSource
    void t20AnotherAccountBeginsASession(Mode mode) throws Exception {
        SessionRules rules = SessionStory.rules(SessionStory.policy().accounts().build());
        var outcome = run(
                mode,
                script(rules)
                        .element(SessionStory.at("a", 100).receivedAs(0))
                        .element(SessionStory.at("b", 110).account("1").receivedAs(1))
                        .element(SessionStory.at("c", 120).account("2").receivedAs(2))
                        .element(SessionStory.at("d", 130).receivedAs(3))
                        .watermark(END));
        assertThat(finals(outcome))
                .extracting(session -> session.entry().eventId() + session.clicks() + session.closeReason())
                .containsExactly("a2USER_CHANGE", "c1USER_CHANGE", "d1GAP");
        assertNothingLeft(outcome);
    }

    /** T28: what readers see of a row only ever grows in revision, and nothing follows a final row. */
    @ParameterizedTest
    @EnumSource
    void t28RevisionsGrowAndFinalIsTheLastWord(Mode mode) throws Exception {
        var outcome = run(
                mode,
                script().element(at("a", 100))
                        .element(at("c", 140))
                        .element(at("b", 120))
                        .watermark(END));
        Map<String, Long> revisions = new HashMap<>();
        for (SessionChange change : outcome.side(SessionizeOperator.SESSIONS)) {
            Session session = change.session();
            Long before = revisions.put(session.sessionId(), session.isFinal() ? Long.MAX_VALUE : session.revision());
            assertThat(before == null || before < session.revision())
                    .as("%s after %s", session, before)
                    .isTrue();
        }
        assertThat(revisions).containsValue(Long.MAX_VALUE);
    }

    /** T29: one watermark that jumps over many sessions closes all of them, in order. */
    @ParameterizedTest
    @EnumSource
    void t29OneWatermarkClosesManySessions(Mode mode) throws Exception {
        var script = script();
        for (int i = 0; i < 50; i++) {
            script.element(at("e" + i, i * (GAP + 1)));
        }
        var outcome = run(mode, script.watermark(END));
        assertThat(finals(outcome)).hasSize(50).isSortedAccordingTo(Comparator.comparingLong(Session::startMillis));
        assertNothingLeft(outcome);
    }

    private static ReceivedClick at(String eventId, long eventTimeMillis) {
        return received(click(eventId, "ada", eventTimeMillis));
    }

    private static OperatorScript<UserKey, ReceivedClick, ReceivedClick> script() {
        return script(
                new SessionRules(Duration.ofMillis(GAP), Duration.ofMillis(LATENESS), Duration.ofMillis(HORIZON)));
    }

    private static OperatorScript<UserKey, ReceivedClick, ReceivedClick> script(SessionRules rules) {
        return new OperatorScript<>(
                () -> new SessionizeOperator(rules, true),
                received ->
                        new UserKey(received.click().siteId(), received.click().userId()),
                TypeInformation.of(UserKey.class));
    }

    private static Outcome<ReceivedClick> run(Mode mode, OperatorScript<UserKey, ReceivedClick, ReceivedClick> script)
            throws Exception {
        return script.barrier(2_000)
                .run(mode, SessionizeOperator.SESSIONS, SessionizeOperator.REFUSED, SessionizeOperator.COUNTED);
    }

    private static List<Session> finals(Outcome<ReceivedClick> outcome) {
        return outcome.side(SessionizeOperator.SESSIONS).stream()
                .map(SessionChange::session)
                .filter(Session::isFinal)
                .toList();
    }

    /** What a reader who applies the changes in order still sees as open. */
    private static List<Session> openInLiveView(Outcome<ReceivedClick> outcome) {
        Map<String, Session> view = new LinkedHashMap<>();
        for (SessionChange change : outcome.side(SessionizeOperator.SESSIONS)) {
            if (change.change() == Change.DELETE) {
                view.remove(change.session().sessionId());
            } else {
                view.put(change.session().sessionId(), change.session());
            }
        }
        return view.values().stream().filter(session -> !session.isFinal()).toList();
    }

    private static LedgerEntry counts(Outcome<ReceivedClick> outcome) {
        return outcome.side(SessionizeOperator.COUNTED).stream()
                .reduce(LedgerEntry::plus)
                .orElseThrow();
    }

    private static void assertNothingLeft(Outcome<ReceivedClick> outcome) {
        assertThat(outcome.stateEntries()).as("state entries").isZero();
        assertThat(outcome.timers()).as("timers").isZero();
    }
}
