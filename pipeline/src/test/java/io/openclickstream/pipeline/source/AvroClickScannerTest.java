package io.openclickstream.pipeline.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.pipeline.decide.click.Decoded;
import io.openclickstream.pipeline.decide.click.RawClick;
import io.openclickstream.schemas.SchemaText;
import io.openclickstream.schemas.click.Click;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AvroClickScannerTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final ClickRules RULES = new ClickRules("default-site", Duration.ofMinutes(5));
    private static final Schema SCHEMA = new Schema.Parser().parse(SchemaText.CLICK_AVRO.text());
    private static final AvroHeader NONE = new AvroHeader(false, null);
    private static final AvroHeader CONFLUENT = new AvroHeader(true, 42);

    private static final List<String> TEXTS = List.of(
            "a",
            "",
            " ",
            " a",
            "größe 日本",
            "a\nb",
            "a\u0000b",
            "\u0085",
            "\u007f",
            "EUR",
            "eur",
            "https://x.example/p/q?r#s",
            "https://x.example",
            "\nhttps://x.example/",
            "/p#q",
            "?q",
            "a://b",
            "://x/y",
            "p?u=http://x/y",
            "😀",
            "\u2003",
            "\ud7ff\ue000\uffff");
    private static final List<Long> TIMES = List.of(
            NOW, NOW - 1, 0L, -1L, NOW + 300_000, NOW + 300_001, 99_999_999_999L, Long.MIN_VALUE, Long.MAX_VALUE);
    private static final List<BigInteger> AMOUNTS = List.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            BigInteger.valueOf(-12_500_000_000L),
            BigInteger.valueOf(Long.MAX_VALUE),
            BigInteger.valueOf(Long.MIN_VALUE),
            BigInteger.valueOf(Long.MAX_VALUE).add(BigInteger.ONE),
            BigInteger.TEN.pow(27).subtract(BigInteger.ONE),
            BigInteger.TEN.pow(27));

    /** Random records, most of them clicks, are read the same or left alone. */
    @Property
    void whatItTakesIsWhatTheReaderAndTheRulesMakeOfIt(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        assertReadTheSameOrLeftAlone(record(random), NONE);
        assertReadTheSameOrLeftAlone(framed(record(random), random.nextBoolean() ? 42 : 43), CONFLUENT);
    }

    @Property
    void brokenBytesAreReadTheSameOrLeftAlone(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        byte[] record = record(random);
        for (int i = random.nextInt(3); i >= 0; i--) {
            record[random.nextInt(record.length)] = (byte) random.nextInt(256);
        }
        assertReadTheSameOrLeftAlone(record, NONE);
        assertReadTheSameOrLeftAlone(Arrays.copyOf(record, random.nextInt(record.length + 2)), NONE);
    }

    @Test
    void ordinaryClicksAreTaken() throws IOException {
        GenericRecord click = whole();
        click.put("site_id", "site-1");
        click.put("sent_at", NOW - 9);
        click.put("url", "https://site-1.example/größen/7?x");
        click.put("amount", ByteBuffer.wrap(new BigInteger("-12500000000").toByteArray()));
        click.put("currency", "EUR");
        click.put("properties", Map.of("variant", "b 😀"));
        Click taken = scan(bytes(click, false), NONE);
        assertThat(taken).isNotNull();
        assertThat(decided(bytes(click, false), NONE)).isEqualTo(new Decoded.Trusted(taken));
        assertThat(taken.page()).isEqualTo("/größen/7");
        assertThat(taken.amount()).isEqualTo(new BigDecimal("-12.500000000"));
        assertThat(taken.sentAtMillis()).isEqualTo(NOW - 9);
        assertThat(taken.properties()).containsExactly(Map.entry("variant", "b 😀"));
        assertThat(scan(framed(bytes(click, false), 42), CONFLUENT)).isEqualTo(taken);
        assertThat(scan(bytes(whole(), false), NONE).eventType()).isEqualTo("page_view");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "ü"})
    void idsThatMayBeRefusedAreLeftToTheRules(String id) throws IOException {
        GenericRecord click = whole();
        click.put("user_id", id);
        assertThat(scan(bytes(click, false), NONE)).isNull();
    }

    @Test
    void blocksThatSayTheirSizeAreLeftToTheReader() throws IOException {
        GenericRecord click = whole();
        click.put("properties", Map.of("a", "b"));
        assertThat(scan(bytes(click, true), NONE)).isNull();
        assertThat(decided(bytes(click, true), NONE)).isInstanceOf(Decoded.Trusted.class);
    }

    private static void assertReadTheSameOrLeftAlone(byte[] record, AvroHeader header) {
        Click plain = scan(record, header);
        if (plain != null) {
            assertThat(decided(record, header)).isEqualTo(new Decoded.Trusted(plain));
        }
    }

    private static Click scan(byte[] record, AvroHeader header) {
        return new AvroClickScanner(header, RULES)
                .scan(record, NOW + RULES.maxFutureSkew().toMillis());
    }

    private static Decoded decided(byte[] record, AvroHeader header) {
        RawClick raw = new RawClick();
        Decoded refused = new AvroClickReader(header).read(record, raw);
        return refused != null ? refused : RULES.decide(raw, NOW);
    }

    private static GenericRecord whole() {
        GenericRecord click = new GenericData.Record(SCHEMA);
        click.put("event_id", "e");
        click.put("user_id", "u");
        click.put("event_time", NOW - 1);
        click.put("properties", Map.of());
        return click;
    }

    private static byte[] record(Random random) throws IOException {
        GenericRecord click = whole();
        boolean isTame = random.nextInt(4) > 0;
        for (Schema.Field field : SCHEMA.getFields()) {
            boolean isRequired = !field.schema().isUnion();
            if (isRequired ? !isTame : random.nextInt(3) == 0) {
                click.put(field.name(), value(field.name(), isTame, random));
            }
        }
        return bytes(click, random.nextInt(10) == 0);
    }

    private static Object value(String field, boolean isTame, Random random) {
        return switch (field) {
            case "event_time", "sent_at" -> any(TIMES, random);
            case "amount" -> ByteBuffer.wrap(any(AMOUNTS, random).toByteArray());
            case "currency" -> isTame ? "EUR" : any(TEXTS, random);
            case "site_id", "event_type" -> isTame ? "x" : any(TEXTS, random);
            case "properties" -> {
                Map<String, String> properties = new LinkedHashMap<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    properties.put(any(TEXTS, random), any(TEXTS, random));
                }
                yield properties;
            }
            default -> any(TEXTS, random);
        };
    }

    private static <T> T any(List<T> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }

    /**
     * @param saysSizes whether blocks of properties say how many bytes they have
     */
    private static byte[] bytes(GenericRecord click, boolean saysSizes) throws IOException {
        var bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = saysSizes
                ? new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(bytes, null)
                : EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(SCHEMA).write(click, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static byte[] framed(byte[] record, int schemaId) {
        return ByteBuffer.allocate(record.length + 5)
                .put((byte) 0)
                .putInt(schemaId)
                .put(record)
                .array();
    }
}
