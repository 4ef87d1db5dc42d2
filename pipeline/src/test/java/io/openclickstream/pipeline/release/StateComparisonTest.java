package io.openclickstream.pipeline.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.release.ReleasedStates.Operator;
import io.openclickstream.pipeline.release.ReleasedStates.State;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Every way to break a promise, planted into a copy of a release, and what the build then says. */
class StateComparisonTest {
    private static final String KEY = "a.PartitionKey";

    @Test
    void nothingIsSaidOfWhatMayChange() {
        assertThat(broken(now -> {
                    value(now).put("expired", "java.lang.Long"); // added
                    value(now).put("(format)", "2"); // the next format
                    now.operators().put("enrich", new Operator("EnrichOperator", "Click", "adds facts"));
                    now.states().put("enrich/facts", new State("KEYED", "0.2.0", Map.of(".", KEY), Map.of(".", "a.B")));
                    now.metrics().remove("visits");
                }))
                .isEmpty();
        assertThat(broken(now -> now.operators()
                        .put(
                                "ledger",
                                new Operator("LedgerOperator", "LedgerBlock", "adds up")))) // the only one of its class
                .isEmpty();
        assertThat(broken(now -> value(now).remove("late"))).isEmpty();
        assertThat(broken(now -> now.metrics().put("more", "SELECT 2"))).isEmpty();
    }

    @Test
    void changedKey() {
        assertThat(broken(now -> key(now).put("partition", "java.lang.Long")))
                .singleElement()
                .satisfies(says(
                        "key ledger/total partition",
                        "'partition' was java.lang.Integer and is java.lang.Long",
                        "new state with a new name and key record"));
        assertThat(broken(now -> key(now).put("cluster", "java.lang.String")))
                .singleElement()
                .satisfies(says(
                        "key ledger/total cluster", "'cluster' was absent and is java.lang.String", "leave the key"));
        assertThat(broken(now -> key(now).remove("topic")))
                .singleElement()
                .satisfies(says("key ledger/total topic", "was java.lang.String and is absent", "leave the key"));
        assertThat(broken(now -> key(now).put(".", "b.PartitionKey")))
                .singleElement()
                .satisfies(says("key ledger/total .", "was a.PartitionKey and is b.PartitionKey", "leave the key"));
    }

    @Test
    void renamedField() {
        assertThat(broken(now -> value(now).put("tardy", value(now).remove("late"))))
                .singleElement()
                .satisfies(says(
                        "value ledger/total late",
                        "'late' is gone and 'tardy' of the same type, java.lang.Long, is new",
                        "keep the old name"));
    }

    @Test
    void retypedField() {
        assertThat(broken(now -> value(now).put("late", "java.lang.Integer")))
                .singleElement()
                .satisfies(
                        says(
                                "value ledger/total late",
                                "'late' was java.lang.Long and is java.lang.Integer",
                                "add one of a new name and the new type; the record's constructor says what its absence means"));
    }

    @Test
    void formatThatCountsDown() {
        assertThat(broken(now -> value(now).put("(format)", "0")))
                .singleElement()
                .satisfies(says("value ledger/total (format)", "The format was 1 and is 0", "count up"));
    }

    @Test
    void stateThatIsGoneOrOfAnotherKind() {
        assertThat(broken(now -> now.states().put("ledger/sum", now.states().remove("ledger/total"))))
                .extracting(BrokenPromise::what)
                .containsExactly("state ledger/total", "state ledger/sum");
        assertThat(broken(now -> now.states().remove("ledger/total")))
                .singleElement()
                .satisfies(says("state ledger/total", "no longer registered", "keep state and name"));
        assertThat(broken(now -> now.states()
                        .computeIfPresent(
                                "ledger/total",
                                (id, state) -> new State("UNION_LIST", state.since(), state.key(), state.value()))))
                .singleElement()
                .satisfies(says("state ledger/total kind", "was KEYED and is now UNION_LIST", "a new name"));
    }

    @Test
    void newStateThatClaimsToBeOld() {
        assertThat(broken(now -> now.states().put("ledger/new", new State("KEYED", "0.1.0", Map.of(), Map.of()))))
                .singleElement()
                .satisfies(says("state ledger/new", "says that it exists since 0.1.0", "'since' of its own"));
    }

    @Test
    void uidThatIsGoneReusedOrExchanged() {
        assertThat(broken(now -> now.operators().remove("ledger")))
                .singleElement()
                .satisfies(says("operator ledger", "is gone (it adds up)", "keep the uid as it is"));
        assertThat(broken(now -> {
                    Operator ledger = now.operators().get("ledger");
                    now.operators().put("ledger", now.operators().get("lake-clicks"));
                    now.operators().put("lake-clicks", ledger);
                }))
                .extracting(BrokenPromise::what)
                .containsExactly("operator lake-clicks", "operator ledger");
        assertThat(broken(now -> now.operators().put("lake-clicks", new Operator("Sink", "Session", "writes clicks"))))
                .singleElement()
                .satisfies(says(
                        "operator lake-clicks",
                        "belonged to Sink of Click (it writes clicks), and now to Sink of Session",
                        "give the other operator a new uid"));
    }

    @Test
    void metricThatMeansSomethingElse() {
        assertThat(broken(now -> now.metrics().put("visits", "SELECT 2")))
                .singleElement()
                .satisfies(says("metric visits", "refuses to go on", "a file of a new name"));
    }

    @Test
    void otherMaxParallelism() {
        assertThat(StateComparison.compare(release(128), release(256)))
                .singleElement()
                .satisfies(says("max-parallelism", "was 128 and is now 256", "leave it"));
    }

    @Test
    void acceptedBreaksAreHonouredAndOnlyWhereTheyAreNeeded() {
        List<BrokenPromise> broken = broken(now -> value(now).put("late", "java.lang.Integer"));
        var accepted = new AcceptedBreak("0.1.0", "value ledger/total late", "0.2.0", "counts were wrong");
        assertThat(BrokenPromise.complaints(broken, List.of()))
                .singleElement()
                .asString()
                .startsWith("Savepoints of release 0.1.0: value ledger/total late")
                .contains("- {release: 0.1.0, what: 'value ledger/total late', version: <yours>, reason: ");
        assertThat(BrokenPromise.complaints(broken, List.of(accepted))).isEmpty();
        assertThat(BrokenPromise.complaints(List.of(), List.of(accepted)))
                .singleElement()
                .asString()
                .contains("which is not broken. Remove the entry.");
    }

    @Test
    void filesSayWhatWasWritten() {
        assertThat(ReleasedStates.parse(release(128).lines())).isEqualTo(release(128));
    }

    private static Consumer<BrokenPromise> says(String what, String why, String instead) {
        return promise -> {
            assertThat(promise.what()).isEqualTo(what);
            assertThat(promise.why()).contains(why);
            assertThat(promise.instead()).contains(instead);
            assertThat(promise.message()).contains(what, why, instead, "accepted-breaks.yml");
        };
    }

    private static List<BrokenPromise> broken(Consumer<ReleasedStates> change) {
        ReleasedStates now = release(128);
        change.accept(now);
        return StateComparison.compare(release(128), now);
    }

    private static Map<String, String> key(ReleasedStates states) {
        return states.states().get("ledger/total").key();
    }

    private static Map<String, String> value(ReleasedStates states) {
        return states.states().get("ledger/total").value();
    }

    private static ReleasedStates release(int maxParallelism) {
        Map<String, Operator> operators = new TreeMap<>(Map.of(
                "ledger", new Operator("LedgerOperator", "LedgerEntry", "adds up"),
                "lake-clicks", new Operator("Sink", "Click", "writes clicks"),
                "lake-sessions", new Operator("Sink", "Session", "writes sessions")));
        Map<String, String> key =
                new TreeMap<>(Map.of(".", KEY, "topic", "java.lang.String", "partition", "java.lang.Integer"));
        Map<String, String> value =
                new TreeMap<>(Map.of(".", "a.LedgerEntry", "late", "java.lang.Long", "(format)", "1"));
        Map<String, State> states = new TreeMap<>(Map.of("ledger/total", new State("KEYED", "0.1.0", key, value)));
        return new ReleasedStates(
                "0.1.0", maxParallelism, operators, states, new TreeMap<>(Map.of("visits", "SELECT 1")));
    }
}
