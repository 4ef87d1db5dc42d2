package io.openclickstream.quickstart.endtoend;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.quickstart.endtoend.Input.Fields;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Seeded clicks of a few hours: out of order within ten seconds, repeated, late, broken and from the future. */
final class Workload {
    private static final Instant START = Instant.parse("2024-03-10T06:00:00Z");
    private static final int USERS = 150;
    private static final long DISORDER_MILLIS = 10_000;

    /** Every user clicks at this moment, so that every Kafka partition has a click of it. */
    static final Instant LAST_ON_TIME = START.plus(Duration.ofHours(6));

    private final Random random;
    private int nextEvent;

    Workload(long seed) {
        random = new Random(seed);
    }

    /** Clicks in order of arrival, none of which can be late, with duplicates among them. */
    List<Input> onTime() {
        record Arrival(long at, Input input) {}
        List<Arrival> arrivals = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            long time = START.toEpochMilli() + random.nextInt(3_600_000);
            while (time < LAST_ON_TIME.toEpochMilli()) {
                Input input = click("user-" + user, time);
                long arrival = time + random.nextLong(DISORDER_MILLIS);
                arrivals.add(new Arrival(arrival, input));
                if (random.nextInt(20) == 0) {
                    arrivals.add(new Arrival(arrival + random.nextInt(5_000), input));
                }
                time += pause();
            }
            arrivals.add(new Arrival(
                    LAST_ON_TIME.toEpochMilli() + DISORDER_MILLIS, click("user-" + user, LAST_ON_TIME.toEpochMilli())));
        }
        return arrivals.stream()
                .sorted(Comparator.comparingLong(Arrival::at))
                .map(Arrival::input)
                .toList();
    }

    /** Gaps on both sides of the session gap, and exactly at it. */
    private long pause() {
        return switch (random.nextInt(12)) {
            case 0 -> Duration.ofMinutes(30).toMillis();
            case 1 -> Duration.ofMinutes(30).toMillis() + 1;
            case 2 -> Duration.ofMinutes(31 + random.nextInt(60)).toMillis();
            case 3 -> 0;
            default -> 1 + random.nextInt(240_000);
        };
    }

    /** What must be refused once event time is complete through {@link #LAST_ON_TIME}, and good clicks between it. */
    List<Input> lateBrokenAndGood() {
        List<Input> inputs = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Input late = click("user-" + i, START.toEpochMilli() + random.nextInt(18_000_000));
            inputs.add(new Input(late.key(), late.value(), late.click(), "BEHIND_WATERMARK"));
            inputs.add(click("user-" + i, LAST_ON_TIME.toEpochMilli() + random.nextInt(200_000)));
        }
        inputs.add(broken("{\"event_id\":\"x\",", "NOT_JSON"));
        inputs.add(new Input(bytes("k"), new byte[] {0, 0, 0, 0, 42, 2, 97}, null, "NOT_JSON"));
        inputs.add(new Input(bytes("k"), new byte[0], null, "EMPTY_VALUE"));
        inputs.add(new Input(bytes("k"), null, null, "EMPTY_VALUE"));
        inputs.add(new Input(bytes("k"), new byte[5 << 20], null, "TOO_LARGE"));
        inputs.add(broken(json("x", "shop-1", "a\nb", START.toEpochMilli()), "CONTROL_CHARACTER"));
        inputs.add(broken(json("x", "shop-1", "a\0b", START.toEpochMilli()), "CONTROL_CHARACTER"));
        inputs.add(broken(
                json("x", "shop-1", "ada", Instant.parse("9999-12-31T23:59:59Z").toEpochMilli()),
                "EVENT_TIME_IN_FUTURE"));
        inputs.add(broken(json("x", "shop-1", "ada", Long.MAX_VALUE), "EVENT_TIME_IN_FUTURE"));
        inputs.add(broken(json("x", "shop-1", "ada", -1), "EVENT_TIME_OUT_OF_RANGE"));
        inputs.add(broken(json("x", "shop-1", "ada", START.getEpochSecond()), "EVENT_TIME_OUT_OF_RANGE"));
        inputs.add(broken("{\"event_id\":\"x\",\"event_time\":1700000000000}", "MISSING_FIELD"));
        inputs.add(broken("{\"event_id\":\"x\",\"user_id\":7,\"event_time\":1700000000000}", "WRONG_TYPE"));
        return inputs;
    }

    private Input click(String user, long timeMillis) {
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
                bytes(user),
                bytes(json.toString()),
                new Fields(eventId, site, user, timeMillis, page, amount, currency),
                null);
    }

    private static Input broken(String value, String reason) {
        return new Input(bytes("k"), bytes(value), null, reason);
    }

    private static String json(String eventId, String site, String user, long timeMillis) {
        return node(eventId, site, user, timeMillis).toString();
    }

    private static ObjectNode node(String eventId, String site, String user, long timeMillis) {
        return new JsonMapper()
                .createObjectNode()
                .put("event_id", eventId)
                .put("site_id", site)
                .put("user_id", user)
                .put("event_time", timeMillis);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
