package io.openclickstream.flight.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Role;
import io.openclickstream.flight.store.LineageFacts;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Shown;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.PersonsFound;
import io.openclickstream.schemas.live.PersonsToErase;
import io.openclickstream.schemas.live.WriterOpening;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.FlightProducer.CallContext;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.Result;

/** The actions: what writers, operators and watchers ask beside rows, each for those who have the role. */
final class Actions {
    private static final String HEALTH = "health";
    private static final JsonMapper JSON = new JsonMapper();

    static final List<ActionType> TYPES = List.of(
            new ActionType(HEALTH, "Answers 'ok', or why puts are not taken any more."),
            new ActionType(LiveActions.OPEN, "A subtask of the job begins to write. Body and answer are JSON."),
            new ActionType(LiveActions.COMMIT, "A checkpoint of the job is complete. Body is JSON."),
            new ActionType(LiveActions.LINEAGES, "Lists the lineages with their epochs, a JSON object each."),
            new ActionType(
                    LiveActions.PROMOTE, "Lets readers see another lineage; the one they saw is dropped. Body: UUID."),
            new ActionType(
                    LiveActions.ERASE,
                    "Removes the rows of persons from all tables, views and files. Body and answer are JSON."),
            new ActionType(
                    LiveActions.FIND_PERSONS, "Counts the rows of persons in all tables. Body and answer are JSON."),
            new ActionType(WaitAction.NAME, WaitAction.DESCRIPTION));

    private final LiveStore store;
    private final Waits waits;
    private final ServerMetrics metrics;

    Actions(LiveStore store, Waits waits, ServerMetrics metrics) {
        this.metrics = metrics;
        this.store = store;
        this.waits = waits;
    }

    /**
     * Does what an action asks for, if the principal may. All are answered once they are durable, a wait when it is over.
     *
     * @throws Refused when it was not done
     */
    void run(Action action, Principal principal, Instant now, CallContext context, StreamListener<Result> answers)
            throws Refused {
        if (action.getType().equals(WaitAction.NAME)) {
            principal.require(Role.READER);
            principal.checkRequest(action.getBody().length, "action");
            waits.add(WaitAction.parse(action, principal, now, context, answers), now);
            return;
        }
        for (byte[] answer : run(action, principal)) {
            answers.onNext(new Result(answer));
        }
        answers.onCompleted();
    }

    private List<byte[]> run(Action action, Principal principal) throws Refused {
        byte[] body = action.getBody() == null ? new byte[0] : action.getBody();
        switch (action.getType()) {
            case HEALTH -> {
                String failure = store.failure();
                return List.of(utf8(failure == null ? "ok" : "broken: " + failure));
            }
            case LiveActions.OPEN -> {
                principal.require(Role.WRITER);
                return List.of(
                        store.open(read(() -> WriterOpening.fromBytes(body))).toBytes());
            }
            case LiveActions.COMMIT -> {
                principal.require(Role.WRITER);
                EpochCommit commit = read(() -> EpochCommit.fromBytes(body));
                long begin = System.nanoTime();
                long epoch = store.commit(commit);
                metrics.committed(System.nanoTime() - begin);
                return List.of(utf8(Long.toString(epoch)));
            }
            case LiveActions.LINEAGES -> {
                principal.require(Role.READER);
                return lineages();
            }
            case LiveActions.PROMOTE -> {
                principal.require(Role.ADMIN);
                principal.checkRequest(body.length, "action");
                String lineage = new String(body, StandardCharsets.UTF_8).strip();
                store.promote(Shown.text(lineage));
                return List.of(utf8(lineage));
            }
            case LiveActions.ERASE -> {
                principal.require(Role.ADMIN);
                PersonsToErase persons = read(() -> PersonsToErase.fromBytes(body));
                PersonsFound found = store.erase(persons);
                metrics.erased(persons.persons().size(), found);
                return List.of(found.toBytes());
            }
            case LiveActions.FIND_PERSONS -> {
                principal.require(Role.ADMIN);
                return List.of(
                        store.find(read(() -> PersonsToErase.fromBytes(body))).toBytes());
            }
            default ->
                throw Refused.invalid(
                        "There is no action '%s'. There are: %s.",
                        Shown.text(action.getType()),
                        TYPES.stream().map(ActionType::getType).collect(Collectors.joining(", ")));
        }
    }

    private List<byte[]> lineages() {
        List<byte[]> answers = new ArrayList<>();
        for (LineageFacts facts : store.lineages()) {
            try {
                answers.add(JSON.writeValueAsBytes(facts));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a lineage cannot be written as JSON", e);
            }
        }
        return answers;
    }

    private interface Reading<T> {
        T read();
    }

    private static <T> T read(Reading<T> reading) throws Refused {
        try {
            return reading.read();
        } catch (IllegalArgumentException e) {
            throw Refused.invalid("%s", String.valueOf(e.getMessage()));
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
