package io.openclickstream.load.generator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes one click as JSON with the names of {@code click.avsc}, deciding page, event type and money as it goes. */
final class ClickJson {
    private static final JsonFactory JSON = new JsonFactory();
    private static final List<String> LANDMARKS = List.of("/", "/search", "/products", "/cart", "/blog");
    private static final List<String> OTHER_CURRENCIES = List.of("USD", "GBP", "JPY", "KWD");

    /** What is wrong with an otherwise whole record. */
    enum Damage {
        NONE,
        WRONG_TYPE,
        MISSING_USER,
        NEGATIVE_TIME
    }

    /** What the click says that its position alone decides. */
    record Facts(
            String eventId, String userId, long eventTimeMillis, long sendTimeMillis, int pageRank, boolean purchase) {}

    private ClickJson() {}

    static byte[] write(Facts facts, Visit visit, Damage damage, Randomness random) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("event_id", facts.eventId());
            json.writeStringField("site_id", "site-" + visit.site());
            if (damage != Damage.MISSING_USER) {
                json.writeStringField("user_id", facts.userId());
            }
            switch (damage) {
                case WRONG_TYPE -> json.writeStringField("event_time", "yesterday");
                case NEGATIVE_TIME -> json.writeNumberField("event_time", -facts.eventTimeMillis());
                case NONE, MISSING_USER -> json.writeNumberField("event_time", facts.eventTimeMillis());
            }
            if (visit.device().equals("mobile")) {
                json.writeNumberField("sent_at", facts.sendTimeMillis());
            }
            writeContent(json, facts, visit, random);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeContent(JsonGenerator json, Facts facts, Visit visit, Randomness random)
            throws IOException {
        String page = page(facts.pageRank());
        boolean refund = facts.purchase() && random.below(20) == 0;
        if (facts.purchase()) {
            json.writeStringField("event_type", refund ? "refund" : "purchase");
        } else if (random.below(10) < 9) { // a page view often does not say that it is one
            json.writeStringField("event_type", random.below(12) == 0 ? "scroll" : "page_view");
        }
        json.writeStringField("url", "https://site-" + visit.site() + ".example" + urlPath(page));
        if (facts.pageRank() % 3 != 0 || !urlPath(page).equals(page)) {
            json.writeStringField("page", page);
        }
        writeUnlessEmpty(json, "referrer", visit.campaign().referrer());
        writeUnlessEmpty(json, "utm_source", visit.campaign().source());
        writeUnlessEmpty(json, "utm_medium", visit.campaign().medium());
        writeUnlessEmpty(json, "utm_campaign", visit.campaign().name());
        json.writeStringField("country", visit.country());
        json.writeStringField("device", visit.device());
        json.writeStringField("os", visit.os());
        json.writeStringField("browser", visit.browser());
        if (facts.purchase()) {
            writeMoney(json, refund, random);
        }
        json.writeObjectFieldStart("properties");
        json.writeStringField("variant", visit.secondVariant() ? "b" : "a");
        json.writeEndObject();
    }

    /** Nine of ten amounts are euros; the others have none, two or three digits after the point, as their currency has. */
    private static void writeMoney(JsonGenerator json, boolean refund, Randomness random) throws IOException {
        String currency = random.below(10) < 9 ? "EUR" : OTHER_CURRENCIES.get(random.below(OTHER_CURRENCIES.size()));
        int scale = currency.equals("JPY") ? 0 : currency.equals("KWD") ? 3 : 2;
        BigDecimal amount = BigDecimal.valueOf(random.between(1, 50_000), scale);
        BigDecimal signed = refund ? amount.negate() : amount;
        if (random.below(4) == 0) {
            json.writeNumberField("amount", signed);
        } else {
            json.writeStringField("amount", signed.toPlainString());
        }
        json.writeStringField("currency", currency);
    }

    private static String page(int rank) {
        if (rank < LANDMARKS.size()) {
            return LANDMARKS.get(rank);
        }
        return (rank % 29 == 0 ? "/größen/" : rank % 4 == 0 ? "/blog/" : "/products/") + rank;
    }

    private static String urlPath(String page) {
        return page.startsWith("/größen/")
                ? "/" + URLEncoder.encode("größen", StandardCharsets.UTF_8) + page.substring("/größen".length())
                : page;
    }

    private static void writeUnlessEmpty(JsonGenerator json, String name, String text) throws IOException {
        if (!text.isEmpty()) {
            json.writeStringField(name, text);
        }
    }
}
