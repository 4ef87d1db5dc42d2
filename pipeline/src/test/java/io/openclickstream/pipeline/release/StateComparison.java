package io.openclickstream.pipeline.release;

import io.openclickstream.pipeline.release.ReleasedStates.Operator;
import io.openclickstream.pipeline.release.ReleasedStates.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What the code at hand would do to savepoints of a release, by their descriptions alone. Fields of values come and go;
 * states, uids and formats come; nothing else changes.
 */
final class StateComparison {
    private static final String SINCE_NOW =
            "give the state a 'since' of its own in RegisteredState: the release that will first have it.";

    private final ReleasedStates released;
    private final ReleasedStates current;
    private final List<BrokenPromise> broken = new ArrayList<>();

    private StateComparison(ReleasedStates released, ReleasedStates current) {
        this.released = released;
        this.current = current;
    }

    /** Every promise of a release that the current code does not keep, in the order of its file. */
    static List<BrokenPromise> compare(ReleasedStates released, ReleasedStates current) {
        return new StateComparison(released, current).compare();
    }

    private List<BrokenPromise> compare() {
        if (released.maxParallelism() != current.maxParallelism()) {
            broken(
                    "max-parallelism",
                    "It was %d and is now %d, so that every key falls into another key group, and Flink refuses to restore."
                            .formatted(released.maxParallelism(), current.maxParallelism()),
                    "leave it; it is the same for ever.");
        }
        released.operators().forEach(this::operator);
        released.states().forEach(this::state);
        current.states().forEach((id, state) -> {
            if (state.since().equals(released.version()) && !released.states().containsKey(id)) {
                broken(
                        "state " + id,
                        "It says that it exists since %s, whose savepoints do not hold it."
                                .formatted(released.version()),
                        SINCE_NOW);
            }
        });
        released.metrics().forEach(this::metric);
        return broken;
    }

    private void operator(String uid, Operator before) {
        Operator now = current.operators().get(uid);
        if (now == null) {
            broken(
                    "operator " + uid,
                    "The operator with this uid is gone (it %s), so a job refuses to restore its state."
                            .formatted(before.meaning()),
                    "keep the uid as it is in OperatorUid: the name is part of every savepoint, whatever the operator is called elsewhere.");
        } else if (!now.operatorClass().equals(before.operatorClass())
                || (isOneOfSeveral(before) && !now.input().equals(before.input()))) {
            broken(
                    "operator " + uid,
                    "This uid belonged to %s of %s (it %s), and now to %s of %s: another operator would be given that state, or nobody."
                            .formatted(
                                    before.operatorClass(),
                                    before.input(),
                                    before.meaning(),
                                    now.operatorClass(),
                                    now.input()),
                    "give the other operator a new uid in OperatorUid. Uids are never reused, exchanged or renamed. (The same operator under a new class name, or with another input, restores: that is accepted as said below.)");
        }
    }

    /** What an operator takes may change, unless nothing else tells it from others of its class. */
    private boolean isOneOfSeveral(Operator operator) {
        return released.operators().values().stream()
                        .filter(each -> each.operatorClass().equals(operator.operatorClass()))
                        .count()
                > 1;
    }

    private void state(String id, State before) {
        State now = current.states().get(id);
        if (now == null) {
            broken(
                    "state " + id,
                    "The state is no longer registered. Under another name it would begin empty, and what the old one holds is lost.",
                    "keep state and name in RegisteredState; add a state of a new name beside it, and carry over what the old one holds.");
            return;
        }
        if (!now.kind().equals(before.kind())) {
            broken(
                    "state " + id + " kind",
                    "It was %s and is now %s, which Flink keeps in different places."
                            .formatted(before.kind(), now.kind()),
                    "keep it, and add a state of a new name for the new kind.");
        }
        key(id, before.key(), now.key());
        value(id, before.value(), now.value());
    }

    private void key(String id, Map<String, String> before, Map<String, String> now) {
        TreeSet<String> paths = new TreeSet<>(before.keySet());
        paths.addAll(now.keySet());
        for (String path : paths) {
            String was = before.get(path);
            String is = now.get(path);
            if (was == null || !was.equals(is)) {
                broken(
                        "key " + id + " " + path,
                        "In the key, '%s' was %s and is %s. Flink refuses a changed key, and every entry would be under the wrong one."
                                .formatted(path, orAbsent(was), orAbsent(is)),
                        "leave the key record as it is. What needs another key is a new state with a new name and key record.");
            }
        }
    }

    private void value(String id, Map<String, String> before, Map<String, String> now) {
        List<String> added =
                now.keySet().stream().filter(path -> !before.containsKey(path)).toList();
        before.forEach((path, was) -> {
            String is = now.get(path);
            if (is == null) {
                added.stream()
                        .filter(other -> was.equals(now.get(other)))
                        .findFirst()
                        .ifPresent(other -> replaced(id, path, other, was));
            } else if (path.endsWith(TypeFields.FORMAT)) {
                if (Integer.parseInt(is) < Integer.parseInt(was)) {
                    broken(
                            "value " + id + " " + path,
                            "The format was %s and is %s, so the bytes of that release count as those of the future."
                                    .formatted(was, is),
                            "count up: a changed format gets the next number, and the reader goes on reading the older ones.");
                }
            } else if (!is.equals(was)) {
                broken(
                        "value " + id + " " + path,
                        "In the value, '%s' was %s and is %s. Flink refuses the state, since it cannot turn one into the other."
                                .formatted(path, was, is),
                        "leave the field, and add one of a new name and the new type; the record's constructor says what its absence means.");
            }
        });
    }

    private void replaced(String id, String path, String other, String type) {
        broken(
                "value " + id + " " + path,
                "In the value, '%s' is gone and '%s' of the same type, %s, is new. Flink matches fields by name: what '%s' held is dropped, and '%s' begins as 0 or null."
                        .formatted(path, other, type, path, other),
                "keep the old name. If they have nothing to do with each other, remove the one in this release and add the other, with a meaning for its absence, in a later one.");
    }

    private void metric(String name, String before) {
        String now = current.metrics().get(name);
        if (now != null && !now.equals(before)) {
            broken(
                    "metric " + name,
                    "Its query was%n      %s%n    and is%n      %s%n    A job that is restored refuses to go on with panes of another query."
                            .formatted(before, now),
                    "put the changed query into a file of a new name.");
        }
    }

    private void broken(String what, String why, String instead) {
        broken.add(new BrokenPromise(released.version(), what, why, instead));
    }

    private static String orAbsent(String type) {
        return type == null ? "absent" : type;
    }
}
