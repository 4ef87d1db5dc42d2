package io.openclickstream.quickstart.endtoend;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.quickstart.endtoend.Input.Fields;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Makes single records from a seed: good clicks, and records that nobody must take for one. */
final class InputMaker {
    private static final JsonMapper JSON = new JsonMapper();

    private final Random random;
    private int nextEvent;

    InputMaker(Random random) {
        this.random = random;
    }

    /** A click that has not been made before. */
    Input click(String user, long timeMillis) {
        String eventId = "event-" + nextEvent++;
        String site = "shop-" + (user.hashCode() & 1);
        String page = "/page/" + Math.min(random.nextInt(12), random.nextInt(12));
        BigDecimal amount = random.nextInt(10) == 0 ? BigDecimal.valueOf(random.nextInt(-500, 10_000), 2) : null;
        String currency = amount == null ? null : random.nextInt(4) == 0 ? "USD" : "EUR";
        ObjectNode json = node(eventId, site, user, timeMillis).put("page", page);
        if (amount != null) {
            json.put("amount", amount.toPlainString()).put("currency", currency);
        }
        return new Input(
                null,
                bytes(user),
                bytes(json.toString()),
                new Fields(eventId, site, user, timeMillis, page, amount, currency),
                null);
    }

    /** The pause before a user's next click: on both sides of the session gap, and exactly at it. */
    long pauseMillis() {
        return switch (random.nextInt(12)) {
            case 0 -> Duration.ofMinutes(30).toMillis();
            case 1 -> Duration.ofMinutes(30).toMillis() + 1;
            case 2 -> Duration.ofMinutes(31 + random.nextInt(60)).toMillis();
            case 3 -> 0;
            default -> 1 + random.nextInt(240_000);
        };
    }

    /** Records that are refused whenever they come: one for each way to be malformed, and from the future. */
    static List<Input> refused() {
        long time = Instant.parse("2024-03-10T06:00:00Z").toEpochMilli();
        return List.of(
                refused("{\"event_id\":\"x\",", "NOT_JSON"),
                refused(new byte[] {0, 0, 0, 0, 42, 2, 97}, "NOT_JSON"),
                refused(new byte[0], "EMPTY_VALUE"),
                refused((byte[]) null, "EMPTY_VALUE"),
                refused(json("x", "shop-1", "a\nb", time), "CONTROL_CHARACTER"),
                refused(json("x", "shop-1", "a\0b", time), "CONTROL_CHARACTER"),
                future(Instant.parse("9999-12-31T23:59:59Z").toEpochMilli()),
                future(Long.MAX_VALUE),
                refused(json("x", "shop-1", "ada", -1), "EVENT_TIME_OUT_OF_RANGE"),
                refused(json("x", "shop-1", "ada", time / 1_000), "EVENT_TIME_OUT_OF_RANGE"),
                refused("{\"event_id\":\"x\",\"event_time\":1700000000000}", "MISSING_FIELD"),
                refused("{\"event_id\":\"x\",\"user_id\":7,\"event_time\":1700000000000}", "WRONG_TYPE"));
    }

    /** A click that claims a time no clock shows yet. */
    static Input future(long timeMillis) {
        return refused(json("x", "shop-1", "ada", timeMillis), "EVENT_TIME_IN_FUTURE");
    }

    /** A record of more bytes than are taken. */
    static Input tooLarge() {
        return refused(new byte[5 << 20], "TOO_LARGE");
    }

    private static Input refused(String value, String reason) {
        return refused(bytes(value), reason);
    }

    private static Input refused(byte @Nullable [] value, String reason) {
        return new Input(null, bytes("k"), value, null, reason);
    }

    private static String json(String eventId, String site, String user, long timeMillis) {
        return node(eventId, site, user, timeMillis).toString();
    }

    private static ObjectNode node(String eventId, String site, String user, long timeMillis) {
        return JSON.createObjectNode()
                .put("event_id", eventId)
                .put("site_id", site)
                .put("user_id", user)
                .put("event_time", timeMillis);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
