package io.openclickstream.pipeline.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.pipeline.decide.click.Decoded;
import io.openclickstream.pipeline.decide.click.RawClick;
import io.openclickstream.schemas.click.Click;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonClickScannerTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final ClickRules RULES = new ClickRules("default-site", Duration.ofMinutes(5));

    private static final List<String> TEXT_FIELDS = List.of(
            "event_id",
            "site_id",
            "user_id",
            "event_type",
            "url",
            "page",
            "referrer",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "utm_content",
            "country",
            "device",
            "os",
            "browser",
            "currency");
    private static final List<String> TEXTS = List.of(
            "\"a\"",
            "\"\"",
            "\" \"",
            "\" a\"",
            "\"größe 日本\"",
            "\"\\u00e9\"",
            "\"a\\nb\"",
            "\"\\ud800\"",
            "null",
            "1",
            "true",
            "[]",
            "\"EUR\"",
            "\"eur\"",
            "\"\u0085\"",
            "\"\u007f\"",
            "\"\u00a0\"",
            "\"https://x.example/p/q?r#s\"",
            "\"https://x.example\"",
            "\"/p#q\"",
            "\"?q\"",
            "\"a://b\"",
            "\"p?u=http://x/y\"",
            "\"://x/y\"",
            "\"😀\"",
            "\"\u2028\"",
            "\"a text that is longer than eight bytes\"",
            "\"a long text with \\\"quotes\\\" in it\"",
            "\"a long text\u0001with a control\"",
            "\"a long id with DEL\u007f\"");
    private static final List<String> NUMBERS = List.of(
            "1700000000000",
            "1699999999999",
            "0",
            "-1",
            "1.5",
            "1e3",
            "01",
            "\"12.50\"",
            "12.50",
            "-12.5",
            "-0.00",
            "\"007\"",
            "\"1E2\"",
            "1234567890123456789",
            "0.1234567890",
            "0.000000001",
            "\"\"",
            "null",
            "true",
            "99999999999",
            "123456789012345678.123456789",
            "\"+1\"",
            "\".5\"",
            "\"5.\"",
            "5.");
    private static final List<String> OBJECTS = List.of(
            "{}",
            "{\"a\":\"b\"}",
            "{\"a\":\"b\",\"c\":\"\"}",
            "{\"a\":\"b\",\"a\":\"c\"}",
            "{\"a\":1}",
            "{\"a\":null}",
            "null",
            "{\"a\":{}}",
            "{\"\":\"x\"}",
            "{\"a\":\"b\",}",
            "{\"a\" : \"b\"}",
            "[]",
            "{\"ä\":\"\\t\"}");

    /** Random records, most of them clicks, some broken in every way, are read the same or left alone. */
    @Property
    void whatItTakesIsWhatTheReaderAndTheRulesMakeOfIt(@ForAll long seed) {
        byte[] record = record(new Random(seed));
        Click plain = scan(record);
        if (plain != null) {
            assertThat(decided(record)).isEqualTo(new Decoded.Trusted(plain));
        }
    }

    @Property
    void brokenBytesAreReadTheSameOrLeftAlone(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] record = record(random);
        for (int i = random.nextInt(3); i >= 0 && record.length > 0; i--) {
            record[random.nextInt(record.length)] = (byte) random.nextInt(256);
        }
        Click plain = scan(record);
        if (plain != null) {
            assertThat(decided(record)).isEqualTo(new Decoded.Trusted(plain));
        }
    }

    @Test
    void ordinaryClicksAreTaken() {
        String click = """
                {"event_id":"e1","site_id":"site-1","user_id":"u1","event_time":1699999999999,"sent_at":1699999999990,
                 "event_type":"purchase","url":"https://site-1.example/gr%C3%B6%C3%9Fen/7","page":"/größen/7",
                 "utm_source":"news","country":"DE","device":"mobile","os":"Android","browser":"Firefox",
                 "amount":"12.50","currency":"EUR","properties":{"variant":"b"},"more":7,"and":null}""";
        Click taken = scan(click.getBytes(StandardCharsets.UTF_8));
        assertThat(taken).isNotNull();
        assertThat(decided(click.getBytes(StandardCharsets.UTF_8))).isEqualTo(new Decoded.Trusted(taken));
        assertThat(taken.page()).isEqualTo("/größen/7");
        assertThat(taken.properties()).containsExactly(java.util.Map.entry("variant", "b"));
        assertThat(scan("{\"event_id\":\"e\",\"user_id\":\"u\",\"event_time\":1699999999999,\"url\":\"https://x/y?z\"}"
                                .getBytes(StandardCharsets.UTF_8))
                        .page())
                .isEqualTo("/y");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"event_id\":\"e\",\"user_id\":\"u\",\"event_time\":1699999999999,\"event_time\":1699999999999}",
                "{\"event_id\":\"e\",\"user_id\":\"u\",\"event_time\":1700000300001}",
                "{\"event_id\":\"e\",\"user_id\":\"u\",\"event_time\":1699999999}",
                "{\"event_id\":\"e\",\"user_id\":\"u\",\"event_time\":1699999999999,\"x\":1,\"x\":2}",
                "{\"event_id\":\"e\",\"user_id\":\"u\",\"event_time\":1699999999999} x",
                "{\"event_id\":\"e\",\"user_id\":\"u\",\"event_time\":1699999999999}}",
                "{\"event_id\":\"e\",\"user_id\":\"u\",\"event_time\":1699999999999,\"amount\":1}",
                "{\"event_id\":\"e\",\"user_id\":\"u\"}"
            })
    void whatMayBeRefusedIsLeftToTheRules(String record) {
        assertThat(scan(record.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @Test
    void whatFollowsTheRecordIsLeftToTheReader() {
        byte[] record =
                "{\"event_id\":\"e\",\"user_id\":\"u\",\"event_time\":1699999999999}?".getBytes(StandardCharsets.UTF_8);
        for (int follows = 0; follows < 256; follows++) {
            record[record.length - 1] = (byte) follows;
            boolean isBlank = follows == ' ' || follows == '\n' || follows == '\r' || follows == '\t';
            assertThat(scan(record) != null).as("0x%02X", follows).isEqualTo(isBlank);
        }
    }

    private static Click scan(byte[] record) {
        return new JsonClickScanner(RULES)
                .scan(record, NOW + RULES.maxFutureSkew().toMillis());
    }

    private static Decoded decided(byte[] record) {
        RawClick raw = new RawClick();
        Decoded refused = new JsonClickReader().read(record, raw);
        return refused != null ? refused : RULES.decide(raw, NOW);
    }

    private static byte[] record(Random random) {
        List<String> members = new ArrayList<>();
        boolean isTame = random.nextInt(4) > 0;
        members.add("\"event_id\":" + (isTame ? "\"e\"" : any(TEXTS, random)));
        members.add("\"user_id\":" + (isTame ? "\"ü\"".replace("ü", "u") : any(TEXTS, random)));
        members.add("\"event_time\":" + (isTame ? "1699999999999" : any(NUMBERS, random)));
        for (int i = random.nextInt(6); i > 0; i--) {
            members.add("\"" + any(TEXT_FIELDS, random) + "\":" + any(TEXTS, random));
        }
        if (random.nextInt(3) == 0) {
            members.add("\"amount\":" + any(NUMBERS, random));
            members.add("\"currency\":" + (random.nextBoolean() ? "\"EUR\"" : any(TEXTS, random)));
        }
        if (random.nextInt(4) == 0) {
            members.add("\"sent_at\":" + any(NUMBERS, random));
        }
        if (random.nextInt(3) == 0) {
            members.add("\"properties\":" + any(OBJECTS, random));
        }
        if (random.nextInt(3) == 0) {
            members.add("\"x" + random.nextInt(3) + "\":" + any(random.nextBoolean() ? TEXTS : NUMBERS, random));
        }
        Collections.shuffle(members, random);
        String comma = random.nextBoolean() ? "," : " ,\n ";
        String record = "{" + String.join(comma, members) + "}";
        return (random.nextInt(20) == 0 ? record + " {}" : record).getBytes(StandardCharsets.UTF_8);
    }

    private static String any(List<String> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }
}
