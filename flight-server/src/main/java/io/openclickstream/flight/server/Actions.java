package io.openclickstream.flight.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.store.LineageFacts;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.WriterOpening;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;

/** The actions: what writers, operators and watchers ask beside rows. */
final class Actions {
    private static final String HEALTH = "health";
    private static final JsonMapper JSON = new JsonMapper();

    static final List<ActionType> TYPES = List.of(
            new ActionType(HEALTH, "Answers 'ok', or why puts are not taken any more."),
            new ActionType(LiveActions.OPEN, "A subtask of the job begins to write. Body and answer are JSON."),
            new ActionType(LiveActions.COMMIT, "A checkpoint of the job is complete. Body is JSON."),
            new ActionType(LiveActions.LINEAGES, "Lists the lineages with their epochs, a JSON object each."),
            new ActionType(
                    LiveActions.PROMOTE, "Lets readers see another lineage; the one they saw is dropped. Body: UUID."));

    private final LiveStore store;

    Actions(LiveStore store) {
        this.store = store;
    }

    /**
     * Does what an action asks for; returns once that is durable.
     *
     * @return the bodies of the results
     * @throws Refused when it was not done
     */
    List<byte[]> run(Action action) throws Refused {
        byte[] body = action.getBody() == null ? new byte[0] : action.getBody();
        return switch (action.getType()) {
            case HEALTH -> {
                String failure = store.failure();
                yield List.of(utf8(failure == null ? "ok" : "broken: " + failure));
            }
            case LiveActions.OPEN ->
                List.of(store.open(read(() -> WriterOpening.fromBytes(body))).toBytes());
            case LiveActions.COMMIT ->
                List.of(utf8(Long.toString(store.commit(read(() -> EpochCommit.fromBytes(body))))));
            case LiveActions.LINEAGES -> lineages();
            case LiveActions.PROMOTE -> {
                String lineage = new String(body, StandardCharsets.UTF_8).strip();
                store.promote(Shown.text(lineage));
                yield List.of(utf8(lineage));
            }
            default ->
                throw Refused.invalid(
                        "There is no action '%s'. There is: %s.",
                        Shown.text(action.getType()),
                        TYPES.stream().map(ActionType::getType).collect(Collectors.joining(", ")));
        };
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
