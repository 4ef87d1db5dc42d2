package io.openclickstream.pipeline.operator;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.lake.PersonHash;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.erasure.TestErasures;
import io.openclickstream.pipeline.operator.OperatorScript.Mode;
import io.openclickstream.pipeline.operator.OperatorScript.Outcome;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.lake.LakePrepared;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.session.SeenIds;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A person is erased while the job runs: nothing is taken of them any more, and nothing is kept. */
class SessionizeErasureTest {
    private static final long GAP = 30;
    private static final long END = 100_000;
    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final Duration ONLY_AT_THE_START = Duration.ofHours(1);

    @TempDir
    Path lake;

    private TestErasures erasures;

    @BeforeEach
    void open() {
        erasures = new TestErasures(lake);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsKeptOfAnErasedPersonGoesAndOthersStay(Mode mode) throws Exception {
        Outcome<ReceivedClick> before = run(mode, erasedWithOpenSessions());
        int next = erasures.entries() + 1;
        Outcome<ReceivedClick> withoutHer =
                run(mode, script(OFTEN).element(of("ben", "c", 0)).step(harness -> erase(harness, "zoe", next)));
        assertThat(before.stateEntries()).isPositive().isEqualTo(withoutHer.stateEntries());
        // Flink has none of users whose timeline is on the heap, or not written yet.
        assertThat(before.timers()).isBetween(mode.hasTimers() ? 1 : 0, mode.isOnHeap() ? 0 : 1);

        Outcome<ReceivedClick> outcome =
                run(mode, erasedWithOpenSessions().element(of("ben", "d", 5)).watermark(END));
        assertThat(finals(outcome)).singleElement().satisfies(session -> {
            assertThat(session.userId()).isEqualTo("ben");
            assertThat(session.clicks()).isEqualTo(2);
        });
        assertThat(outcome.stateEntries() + outcome.timers()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void rowsOfOpenSessionsGoWithoutSayingWhoseTheyWere(Mode mode) throws Exception {
        Outcome<ReceivedClick> outcome = run(mode, erasedWithOpenSessions());
        List<Session> deleted = outcome.side(SessionizeOperator.SESSIONS).stream()
                .filter(change -> change.change() == Change.DELETE)
                .map(SessionChange::session)
                .toList();
        List<Session> shown = outcome.side(SessionizeOperator.SESSIONS).stream()
                .filter(change -> change.change() == Change.UPSERT)
                .map(SessionChange::session)
                .filter(session -> session.userId().equals("ada"))
                .toList();
        assertThat(deleted).hasSize(2).allSatisfy(session -> {
            assertThat(session.toString()).doesNotContain("ada").doesNotContain("/page/");
            assertThat(session.siteId()).isEqualTo("shop");
            assertThat(shown)
                    .filteredOn(row -> row.sessionId().equals(session.sessionId()))
                    .isNotEmpty()
                    .allMatch(row -> row.startMillis() == session.startMillis() && row.revision() < session.revision());
        });
    }

    private OperatorScript<UserKey, ReceivedClick, ReceivedClick> erasedWithOpenSessions() {
        int next = erasures.entries() + 1;
        return script(OFTEN)
                .element(of("ada", "a", 0))
                .element(of("ada", "b", 2 * GAP))
                .element(of("ben", "c", 0))
                .step(harness -> erase(harness, "ada", next));
    }

    @ParameterizedTest
    @EnumSource
    void clickOfAnErasedPersonIsRefusedAndNothingOfItKept(Mode mode) throws Exception {
        Outcome<ReceivedClick> outcome = run(
                mode,
                script(OFTEN)
                        .step(harness -> erase(harness, "ada", 1))
                        .element(of("ada", "a", 10))
                        .element(of("ben", "b", 10))
                        .watermark(1_000)
                        .element(of("ada", "late", 20)));
        assertThat(outcome.main())
                .extracting(received -> received.click().userId())
                .containsExactly("ben");
        assertThat(outcome.side(SessionizeOperator.REFUSED)).hasSize(2).allSatisfy(refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.ERASED_PERSON);
            assertThat(refused.rawKey()).isNull();
            assertThat(refused.rawValue()).isNull();
            assertThat(refused.detail()).doesNotContain("ada");
        });
        assertThat(outcome.side(SessionizeOperator.REFUSED))
                .extracting(Rejected::eventTimeMillis)
                .containsExactly(10L, 20L);
        assertThat(counts(outcome)).satisfies(counts -> {
            assertThat(counts.filtered()).isEqualTo(2);
            assertThat(counts.accepted()).isEqualTo(1);
            assertThat(counts.outcomes()).isEqualTo(3);
        });
    }

    @ParameterizedTest
    @EnumSource
    void eventIdsBeyondThoseInTheTimelineGoToo(Mode mode) throws Exception {
        List<ReceivedClick> many = IntStream.range(0, SeenIds.MAX + 10)
                .mapToObj(i -> of("ada", "e" + i, 10))
                .toList();
        Outcome<ReceivedClick> outcome =
                run(mode, script(OFTEN).elements(many).step(harness -> erase(harness, "ada", 1)));
        assertThat(outcome.stateEntries()).isZero();
        assertThat(outcome.timers()).isZero();
    }

    /** As from a savepoint that was taken before: the list is read before the first click, the walk comes later. */
    @ParameterizedTest
    @EnumSource(names = "(RESTORED|MOVED).*", mode = EnumSource.Mode.MATCH_ANY)
    void jobRestoredAfterTheErasureRefusesItsVeryFirstClickAndClosesNoSession(Mode mode) throws Exception {
        Outcome<ReceivedClick> outcome = run(
                mode,
                script(ONLY_AT_THE_START)
                        .element(of("ada", "a", 0))
                        .step(harness -> erasures.add("shop", "ada"))
                        .element(of("ada", "b", 1))
                        .watermark(END));
        assertThat(outcome.side(SessionizeOperator.REFUSED))
                .extracting(Rejected::reason)
                .containsExactly(Reason.ERASED_PERSON);
        assertThat(finals(outcome)).isEmpty();
        assertThat(outcome.side(SessionizeOperator.SESSIONS))
                .filteredOn(change -> change.change() == Change.DELETE)
                .hasSize(1);
        assertThat(outcome.stateEntries() + outcome.timers()).isZero();
    }

    /** One of two subtasks had not walked when the savepoint was taken, and nobody knows whose users come where. */
    @ParameterizedTest
    @EnumSource(names = "(RESTORED|MOVED).*", mode = EnumSource.Mode.MATCH_NONE)
    void walkIsMadeAgainWhereAnySubtaskHadNotEndedIt(Mode mode) throws Exception {
        OperatorSubtaskState walked;
        OperatorSubtaskState waiting;
        try (var first = subtask(0, 2, 2, null, mode)) {
            erase(first, "ben", 1);
            first.processElement(of("cid", "c", 0), 0);
            walked = first.snapshot(1, 0);
        }
        erasures.add("shop", "ada");
        try (var other = subtask(1, 2, 2, null, mode)) {
            assertThat(operator(other).erasuresApplied()).isZero();
            waiting = other.snapshot(1, 0);
        }
        for (List<OperatorSubtaskState> order : List.of(List.of(walked, waiting), List.of(waiting, walked))) {
            OperatorSubtaskState both = AbstractStreamOperatorTestHarness.repackageState(order.get(0), order.get(1));
            try (var restored = subtask(0, 2, 1, both, mode)) {
                assertThat(operator(restored).erasuresApplied()).isZero();
                takeNews(restored, 2);
            }
        }
        try (var restored = subtask(0, 2, 2, walked, mode)) {
            assertThat(operator(restored).erasuresApplied()).isEqualTo(1);
        }
    }

    @Test
    void tellsBeforeEachBarrierUpToWhichEntryItHasWalkedAndNotWhatItKnows() throws Exception {
        erasures.add("shop", "ada");
        try (var harness = subtask(0, 1, 1, null, Mode.STRAIGHT)) {
            harness.prepareSnapshotPreBarrier(1);
            takeNews(harness, 1);
            harness.prepareSnapshotPreBarrier(2);
            harness.endInput();
            operator(harness).finish();
            harness.prepareSnapshotPreBarrier(4);
            assertThat(harness.getSideOutput(AppliedErasures.TOLD))
                    .extracting(StreamRecord::getValue)
                    .containsExactly(
                            LakePrepared.ofErasures(0, 1, "sessionize", 0, 1, false),
                            LakePrepared.ofErasures(1, 2, "sessionize", 0, 1, false),
                            LakePrepared.ofErasures(1, 3, "sessionize", 0, 1, true));
        }
    }

    @Test
    void aJobThatEndsBeforeItsFirstStepHasWalkedAllTheSame() throws Exception {
        erasures.add("shop", "ada");
        try (var harness = subtask(0, 1, 1, null, Mode.STRAIGHT)) {
            harness.endInput();
            operator(harness).finish();
            assertThat(harness.getSideOutput(AppliedErasures.TOLD))
                    .extracting(StreamRecord::getValue)
                    .containsExactly(LakePrepared.ofErasures(1, 1, "sessionize", 0, 1, true));
        }
    }

    @Test
    void aLongWalkGoesInStepsAndIsDoneAtItsEndOnly() throws Exception {
        int users = 2 * ErasedUsers.USERS_PER_STEP + 1;
        erasures.add(IntStream.range(0, users)
                .filter(i -> i % 2 == 0)
                .mapToObj(i -> PersonHash.of("shop", "user-" + i))
                .toList());
        List<UserKey> keys = IntStream.range(0, users)
                .mapToObj(i -> new UserKey("shop", "user-" + i))
                .toList();
        List<UserKey> forgotten = new ArrayList<>();
        List<String> closed = new ArrayList<>();
        try (var feed = erasures.feed(OFTEN)) {
            var erased =
                    new ErasedUsers(feed, 0, () -> keys.stream().onClose(() -> closed.add("walk")), forgotten::add);
            assertThat(erased.step()).isTrue();
            assertThat(forgotten).hasSize(ErasedUsers.USERS_PER_STEP / 2);
            assertThat(erased.step()).isTrue();
            assertThat(erased.applied()).isZero();
            assertThat(closed).isEmpty();
            erasures.add("shop", "user-1");
            await().atMost(Duration.ofSeconds(30)).until(() -> feed.known().number() == 2);
            assertThat(erased.step()).as("the next walk is due").isTrue();
            assertThat(erased.applied()).isEqualTo(1);
            assertThat(closed).hasSize(1);
            assertThat(forgotten).hasSize(users / 2 + 1).doesNotContain(keys.get(1));
            while (erased.step()) {
                assertThat(erased.applied()).isEqualTo(1);
            }
            assertThat(erased.applied()).isEqualTo(2);
            assertThat(forgotten).contains(keys.get(1));
            assertThat(erased.step()).isFalse();
            assertThat(closed).hasSize(2);
            assertThat(erased.persons()).isEqualTo(users / 2 + 2);
        }
    }

    @Test
    void anotherListThanThatOfTheSavepointIsGoneOverFromTheBeginning() throws Exception {
        erasures.add("shop", "ada");
        List<UserKey> forgotten = new ArrayList<>();
        try (var feed = erasures.feed(OFTEN)) {
            var erased = new ErasedUsers(feed, 9, () -> List.of(new UserKey("shop", "ada")).stream(), forgotten::add);
            assertThat(erased.step()).isFalse();
            assertThat(forgotten).hasSize(1);
            assertThat(erased.applied()).isEqualTo(1);
        }
    }

    private void erase(
            KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> harness,
            String user,
            int entry)
            throws Exception {
        erasures.add("shop", user);
        takeNews(harness, entry);
    }

    private static void takeNews(
            KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> harness, int entry) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            harness.setProcessingTime(harness.getProcessingTime() + 1_000);
            return operator(harness).erasuresApplied() == entry;
        });
    }

    private static SessionizeOperator operator(
            KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> harness) {
        return (SessionizeOperator) harness.getOperator();
    }

    private KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> subtask(
            int index, int before, int parallelism, OperatorSubtaskState state, Mode mode) throws Exception {
        var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                operator(erasures.list(OFTEN)),
                SessionizeErasureTest::key,
                TypeInformation.of(UserKey.class),
                8,
                parallelism,
                index);
        harness.setStateBackend(mode.backend(0));
        harness.setup();
        if (state != null) {
            harness.initializeState(
                    before == parallelism
                            ? state
                            : AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                    state, 8, before, parallelism, index));
        }
        harness.open();
        return harness;
    }

    private OperatorScript<UserKey, ReceivedClick, ReceivedClick> script(Duration poll) {
        ErasureList list = erasures.list(poll);
        return new OperatorScript<>(
                () -> operator(list), SessionizeErasureTest::key, TypeInformation.of(UserKey.class));
    }

    private static SessionizeOperator operator(ErasureList list) {
        var rules = new SessionRules(Duration.ofMillis(GAP), Duration.ofMillis(5), Duration.ofMillis(100));
        return new SessionizeOperator(rules, true, null, list);
    }

    private static UserKey key(ReceivedClick received) {
        return new UserKey(received.click().siteId(), received.click().userId());
    }

    private static ReceivedClick of(String user, String eventId, long eventTimeMillis) {
        return received(click(eventId, user, eventTimeMillis));
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

    private static LedgerEntry counts(Outcome<ReceivedClick> outcome) {
        return outcome.side(SessionizeOperator.COUNTED).stream()
                .reduce(LedgerEntry::plus)
                .orElseThrow();
    }
}
