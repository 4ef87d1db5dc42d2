package io.openclickstream.flight.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.read.CommandJson;
import io.openclickstream.flight.store.TableView;
import io.openclickstream.flight.table.Refused;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.FlightProducer.CallContext;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.Result;

/**
 * The action {@code wait}: its body is a JSON object with {@code table}, {@code complete_through} and, if 60 seconds are
 * not what is wanted, {@code timeout_seconds}. The answer is one JSON object whose {@code complete} says whether the table
 * has become complete through that time.
 */
final class WaitAction {
    static final String NAME = "wait";
    static final String DESCRIPTION =
            "Answers once a table is complete through a time, or when time is up. Body: {\"table\": ..., "
                    + "\"complete_through\": ISO 8601 or milliseconds, \"timeout_seconds\": 1 to 600}. "
                    + "Answer: {\"table\": ..., \"complete_through\": milliseconds, \"complete\": true or false}.";

    private static final List<String> FIELDS = List.of("table", "complete_through", "timeout_seconds");
    private static final int DEFAULT_SECONDS = 60;
    private static final int MAX_SECONDS = 600;

    private WaitAction() {}

    /**
     * Reads the body.
     *
     * @throws Refused INVALID when it is not as described
     */
    static Waits.Wait parse(
            Action action, Principal principal, Instant now, CallContext context, StreamListener<Result> answers)
            throws Refused {
        ObjectNode body = CommandJson.object(action.getBody());
        for (var names = body.fieldNames(); names.hasNext(); ) {
            if (!FIELDS.contains(names.next())) {
                throw wrong("it has other fields than " + String.join(", ", FIELDS));
            }
        }
        if (!body.path("table").isTextual()) {
            throw wrong("'table' is not a text");
        }
        JsonNode through = body.path("complete_through");
        if (!through.isTextual() && !through.isIntegralNumber()) {
            throw wrong("'complete_through' is neither a text nor a whole number");
        }
        JsonNode timeout = body.path("timeout_seconds");
        boolean hasTimeout = !timeout.isMissingNode();
        if (hasTimeout && (!timeout.isInt() || timeout.asInt() < 1 || timeout.asInt() > MAX_SECONDS)) {
            throw wrong("'timeout_seconds' is not a whole number of 1 to " + MAX_SECONDS);
        }
        String table = body.path("table").asText();
        long millis = CommandJson.millis(through.asText(), "complete_through");
        return new Waits.Wait(
                TableView.live(table),
                millis,
                principal,
                now.plus(Duration.ofSeconds(hasTimeout ? timeout.asInt() : DEFAULT_SECONDS)),
                context::isCancelled,
                complete -> {
                    ObjectNode answer = body.objectNode()
                            .put("table", table)
                            .put("complete_through", millis)
                            .put("complete", complete);
                    answers.onNext(new Result(answer.toString().getBytes(StandardCharsets.UTF_8)));
                    answers.onCompleted();
                },
                why -> answers.onError(Answers.to(why, "DoAction")));
    }

    private static Refused wrong(String what) {
        return Refused.invalid("Cannot read what to wait for: %s. docs/reading.md describes it.", what);
    }
}
