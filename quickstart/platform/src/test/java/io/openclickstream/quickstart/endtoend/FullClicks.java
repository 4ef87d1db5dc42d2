package io.openclickstream.quickstart.endtoend;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Clicks with a value in every column, and with those that engines like to read differently. */
final class FullClicks {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> TEXTS = List.of(
            "plain", "", " ", "null", "NaN", "a,b;\"c\"'d'\\e", "Größe 尺寸 \uD83D\uDED2", "e\u0301 \u00E9", "%2F&=?");

    /** The largest and the smallest amount, the least step, and some that a double does not hold. */
    private static final List<String> AMOUNTS = List.of(
            "999999999999999999.999999999",
            "-999999999999999999.999999999",
            "0.000000001",
            "-0.000000001",
            "0",
            "0.1",
            "0.30",
            "9007199254740993",
            "-128.5");

    private FullClicks() {}

    /** As many as there are odd texts and amounts, each of a user of its own. */
    static List<Input> at(Instant time) {
        List<Input> clicks = new ArrayList<>();
        for (int i = 0; i < TEXTS.size(); i++) {
            String user = "full-" + i;
            byte[] value = click(user, TEXTS.get(i), AMOUNTS.get(i), time.plusMillis(i))
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
            clicks.add(new Input(null, user.getBytes(StandardCharsets.UTF_8), value, null, null));
        }
        return clicks;
    }

    private static ObjectNode click(String user, String text, String amount, Instant time) {
        ObjectNode click = JSON.createObjectNode()
                .put("event_id", "event of " + user)
                .put("site_id", "shop")
                .put("user_id", user)
                .put("event_time", time.toEpochMilli())
                .put("sent_at", time.toEpochMilli() + 1_234)
                .put("event_type", "purchase")
                .put("url", "https://shop.example/" + text)
                .put("page", "/" + text)
                .put("referrer", text)
                .put("utm_source", text)
                .put("utm_medium", "email")
                .put("utm_campaign", text + "!")
                .put("utm_term", text)
                .put("utm_content", text)
                .put("country", "DE")
                .put("device", "phone")
                .put("os", "Android")
                .put("browser", "Firefox")
                .put("amount", new BigDecimal(amount).toPlainString())
                .put("currency", "EUR");
        click.putObject("properties")
                .put("account", user)
                .put("second", text)
                .put("Größe", text)
                .put("empty", "");
        return click;
    }
}
