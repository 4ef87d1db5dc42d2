package io.openclickstream.pipeline.source;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.session.UserKey;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WireTypeTest {
    @Test
    void clicksComeThroughWhole() throws Exception {
        var whole = new ReceivedClick(
                new Click(
                        "e",
                        "shop",
                        "ädä",
                        1,
                        2L,
                        "purchase",
                        "https://x/p",
                        "/p",
                        "",
                        "s",
                        "m",
                        "c",
                        "t",
                        "n",
                        "DE",
                        "phone",
                        "os",
                        "b",
                        new BigDecimal("-0.000000001"),
                        "EUR",
                        Map.of("k", "v", "", "ü")),
                new SourcePosition("clicks", 3, 1L << 40, 9),
                new byte[] {1},
                new byte[] {2, 3});
        var bare = new ReceivedClick(
                click("e2", "bob", 5, null, null, null), new SourcePosition("other", 0, 0, 0), null, new byte[0]);
        TypeSerializer<ReceivedClick> serializer = WireType.RECEIVED_CLICK.createSerializer(new SerializerConfigImpl());
        for (ReceivedClick click : List.of(whole, bare, whole)) {
            assertWhole(through(serializer, click), click);
            assertWhole(through(serializer, through(serializer, click)), click);
        }
        assertThat(whole.click().properties()).containsEntry("", "ü").containsEntry("k", "v");
        assertThat(whole.click().amount()).isEqualTo(new BigDecimal("-0.000000001"));
        assertThat(bare.click().sentAtMillis()).isNull();
        assertThat(bare.click().page()).isNull();
    }

    /** A click that stands in its record, and the same one made of its fields, read the same before and after. */
    @Property
    void bothFormsOfAClickComeThroughAlike(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String user = text(random, 12).replace(' ', '-') + "u";
        Map<String, String> properties = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            properties.put("k" + i, text(random, 20));
        }
        int longest = random.nextInt(20) == 0 ? 60_000 : 40;
        Click made = new Click(
                "e",
                "shop",
                user,
                1_600_000_000_000L,
                random.nextBoolean() ? 5L : null,
                "page_view",
                orNone(random, "/" + text(random, longest)),
                "/p" + text(random, 20),
                orNone(random, text(random, longest)),
                orNone(random, ""),
                null,
                orNone(random, "größe"),
                null,
                null,
                "DE",
                orNone(random, "phone"),
                "os",
                "b",
                random.nextBoolean() ? new BigDecimal("-0.50") : null,
                "EUR",
                properties);
        byte[] record = json(made);
        Click scanned = new JsonClickScanner(new ClickRules("shop", Duration.ZERO)).scan(record, Long.MAX_VALUE);
        assertThat(scanned).isNotNull();
        assertSame(scanned, made);

        byte @Nullable [] key =
                switch (random.nextInt(3)) {
                    case 0 -> null;
                    case 1 -> user.getBytes(StandardCharsets.UTF_8);
                    default -> new byte[random.nextInt(3)];
                };
        var position = new SourcePosition("clicks", random.nextInt(9), random.nextLong(), random.nextLong());
        TypeSerializer<ReceivedClick> serializer = WireType.RECEIVED_CLICK.createSerializer(new SerializerConfigImpl());
        for (Click form : List.of(scanned, made)) {
            var sent = new ReceivedClick(form, position, key, record);
            ReceivedClick read = through(serializer, sent);
            assertWhole(read, sent);
            assertSame(read.click(), made);
            assertWhole(through(serializer, read), sent);
        }
    }

    /** Every field that differs makes another click. */
    @Test
    void clicksOfOtherFieldsAreNotTheSame() {
        List<Click> different = new ArrayList<>();
        different.add(json("{}"));
        for (String field :
                List.of("site_id", "event_type", "url", "page", "referrer", "utm_source", "utm_term", "os")) {
            different.add(json("{\"" + field + "\":\"x\"}"));
            different.add(json("{\"" + field + "\":\"y\"}"));
        }
        different.add(json("{\"sent_at\":1}"));
        different.add(json("{\"event_time\":1600000000001}"));
        different.add(json("{\"event_id\":\"x\"}"));
        different.add(json("{\"user_id\":\"x\"}"));
        different.add(json("{\"amount\":1,\"currency\":\"EUR\"}"));
        different.add(json("{\"amount\":1.0,\"currency\":\"EUR\"}"));
        different.add(json("{\"properties\":{\"a\":\"b\"}}"));
        different.add(json("{\"properties\":{\"a\":\"c\"}}"));
        different.add(json("{\"properties\":{\"b\":\"b\"}}"));
        assertThat(different).doesNotHaveDuplicates();
    }

    private static Click json(String fields) {
        StringBuilder whole = new StringBuilder(fields.substring(0, fields.length() - 1));
        for (String needed : List.of("\"event_id\":\"e\"", "\"user_id\":\"u\"", "\"event_time\":1600000000000")) {
            if (!fields.contains(needed.substring(0, needed.indexOf(':')))) {
                whole.append(whole.length() == 1 ? "" : ",").append(needed);
            }
        }
        byte[] bytes = whole.append('}').toString().getBytes(StandardCharsets.UTF_8);
        return new JsonClickScanner(new ClickRules("shop", Duration.ZERO)).scan(bytes, Long.MAX_VALUE);
    }

    private static byte[] json(Click click) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("event_id", click.eventId());
        fields.put("user_id", click.userId());
        fields.put("event_time", click.eventTimeMillis());
        fields.put("sent_at", click.sentAtMillis());
        fields.put("url", click.url());
        fields.put("page", click.page());
        fields.put("referrer", click.referrer());
        fields.put("utm_source", click.utmSource());
        fields.put("utm_campaign", click.utmCampaign());
        fields.put("country", click.country());
        fields.put("device", click.device());
        fields.put("os", click.os());
        fields.put("browser", click.browser());
        fields.put("currency", click.currency());
        BigDecimal amount = click.amount();
        fields.put("amount", amount == null ? null : amount.toPlainString());
        List<String> members = new ArrayList<>();
        fields.forEach((name, value) ->
                members.add("\"" + name + "\":" + (value instanceof String text ? quoted(text) : value)));
        List<String> properties = new ArrayList<>();
        click.properties().forEach((key, value) -> properties.add(quoted(key) + ":" + quoted(value)));
        members.add("\"properties\":{" + String.join(",", properties) + "}");
        return ("{" + String.join(",", members) + "}").getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String plain) {
        return "\"" + plain + "\"";
    }

    private static String text(Random random, int longest) {
        return "a b-c~d/e:f".repeat(longest / 11 + 1).substring(0, random.nextInt(longest + 1));
    }

    private static @Nullable String orNone(Random random, String text) {
        return random.nextBoolean() ? text : null;
    }

    private static void assertWhole(ReceivedClick read, ReceivedClick sent) {
        assertThat(read.source()).isEqualTo(sent.source());
        assertThat(read.rawKey()).isEqualTo(sent.rawKey());
        assertThat(read.rawValue()).isEqualTo(sent.rawValue());
        assertSame(read.click(), sent.click());
    }

    private static void assertSame(Click read, Click expected) {
        assertThat(read).isEqualTo(expected).hasSameHashCodeAs(expected);
        assertThat(expected).isEqualTo(read);
        List<Function<Click, @Nullable Object>> accessors = List.of(
                Click::eventId,
                Click::siteId,
                Click::userId,
                Click::eventTimeMillis,
                Click::sentAtMillis,
                Click::eventType,
                Click::url,
                Click::page,
                Click::referrer,
                Click::utmSource,
                Click::utmMedium,
                Click::utmCampaign,
                Click::utmTerm,
                Click::utmContent,
                Click::country,
                Click::device,
                Click::os,
                Click::browser,
                Click::currency,
                Click::amount,
                Click::properties);
        for (Function<Click, @Nullable Object> accessor : accessors) {
            assertThat(accessor.apply(read)).isEqualTo(accessor.apply(expected));
        }
        for (int field = ClickText.EVENT_ID; field <= ClickText.AMOUNT; field++) {
            assertThat(read.has(field)).isEqualTo(expected.has(field));
            assertThat(read.isSameText(field, expected)).isTrue();
            if (read.has(field)) {
                byte[] utf8 = utf8(expected, field);
                assertThat(utf8(read, field)).isEqualTo(utf8);
                assertThat(read.isText(field, utf8)).isTrue();
                assertThat(read.isText(field, Arrays.copyOf(utf8, utf8.length + 1)))
                        .isFalse();
            } else {
                assertThat(read.isText(field, new byte[0])).isFalse();
            }
        }
    }

    private static byte[] utf8(Click click, int field) {
        int start = click.textStart(field);
        return Arrays.copyOfRange(click.bytes(field), start, start + click.textLength(field));
    }

    @Test
    void rejectedRecordsComeThroughWhole() throws Exception {
        TypeSerializer<SourceRecord> serializer = WireType.SOURCE_RECORD.createSerializer(new SerializerConfigImpl());
        var position = new SourcePosition("clicks", 3, 7, 9);
        var rejected = new Rejected(Reason.NOT_JSON, "why", position, null, null, new byte[] {1});
        var future = new Rejected(Reason.EVENT_TIME_IN_FUTURE, "why", position, 5L, new byte[] {2}, null);
        for (SourceRecord record : List.of(
                new SourceRecord(null, rejected),
                new SourceRecord(null, future, new UserKey("shop", "ada")),
                new SourceRecord(received(click("e", "ada", 1)), null))) {
            SourceRecord read = through(serializer, record);
            assertThat(read.rejected()).usingRecursiveComparison().isEqualTo(record.rejected());
            assertThat(read.click()).isEqualTo(record.click());
            assertThat(read.user()).isEqualTo(record.user());
        }
    }

    private static <T> T through(TypeSerializer<T> serializer, T value) throws Exception {
        var out = new DataOutputSerializer(16);
        serializer.serialize(value, out);
        var in = new DataInputDeserializer(out.getCopyOfBuffer());
        T read = serializer.deserialize(in);
        assertThat(in.available()).isZero();
        return read;
    }
}
