package io.openclickstream.pipeline.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.schemas.SchemaText;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.session.UserKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClickDecoderTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final Schema SCHEMA = new Schema.Parser().parse(SchemaText.CLICK_AVRO.text());

    @Test
    void jsonClickIsReadWhole() {
        SourceRecord record = decode(ClickFormat.JSON, """
                {"event_id":"e1","site_id":"shop","user_id":"ada","event_time":1699999999999,"sent_at":1699999999998,
                 "event_type":"purchase","url":"https://shop.example/pay?x","referrer":"r","utm_source":"s",
                 "amount":0.10,"currency":"EUR","properties":{"a":"b","n":1.5,"t":true,"z":null},"unknown":{"x":[1,2]}}
                """);
        Click click = record.click().click();
        assertThat(click.amount()).isEqualTo(new BigDecimal("0.10"));
        assertThat(click.properties())
                .containsExactlyInAnyOrderEntriesOf(Map.of("a", "b", "n", "1.5", "t", "true", "z", ""));
        assertThat(click.page()).isEqualTo("/pay");
        assertThat(click.sentAtMillis()).isEqualTo(1699999999998L);
        assertThat(record.click().source().offset()).isEqualTo(7);
        assertThat(record.click().source().ingestionTimeMillis()).isEqualTo(NOW);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    {"event_id":"e","user_id":"u","event_time":253402300799999}  | default
                    {"event_id":"e","site_id":"s","user_id":"u","event_time":-5} | s
                    {"site_id":"s","user_id":"u","event_time":1700000000000}     | s
                    """)
    void refusedRecordSaysWhoseItIsWhereItCouldBeReadSoFar(String json, String site) {
        assertThat(decode(ClickFormat.JSON, json).user()).isEqualTo(new UserKey(site, "u"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "{\"event_id\":\"e\",\"event_time\":-5}"})
    void refusedRecordOfNobodyKnowsWhom(String json) {
        assertThat(decode(ClickFormat.JSON, json).user()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    {"event_id":"e","user_id":"u","event_time":1700000000000     | NOT_JSON
                    [1]                                                           | NOT_JSON
                    {"event_id":"e","user_id":"u","event_time":1700000000000} {}  | NOT_JSON
                    hello                                                         | NOT_JSON
                    {"event_id":"e","user_id":"u","event_time":"2023-01-01"}      | WRONG_TYPE
                    {"event_id":"e","user_id":"u","event_time":1.7e12}            | WRONG_TYPE
                    {"event_id":"e","user_id":"u","event_time":99999999999999999999} | WRONG_TYPE
                    {"event_id":1,"user_id":"u","event_time":1700000000000}       | WRONG_TYPE
                    {"event_id":"e","user_id":"u","event_time":1700000000000,"amount":"x"} | WRONG_TYPE
                    {"event_id":"e","user_id":"u","event_time":1700000000000,"properties":[]} | WRONG_TYPE
                    {"user_id":"u","event_time":1700000000000}                    | MISSING_FIELD
                    {"event_id":"e","user_id":"a\\u0000b","event_time":1700000000000} | CONTROL_CHARACTER
                    {"event_id":"e","user_id":"a\\nb","event_time":1700000000000} | CONTROL_CHARACTER
                    {"event_id":"e","user_id":"u","event_time":-5}                | EVENT_TIME_OUT_OF_RANGE
                    {"event_id":"e","user_id":"u","event_time":253402300799999}   | EVENT_TIME_IN_FUTURE
                    """)
    void brokenJsonIsRejectedWithItsReasonAndBytes(String json, Reason reason) {
        SourceRecord record = decode(ClickFormat.JSON, json);
        assertThat(record.click()).isNull();
        assertThat(record.rejected().reason()).isEqualTo(reason);
        assertThat(record.rejected().rawValue()).isEqualTo(json.getBytes(StandardCharsets.UTF_8));
        assertThat(record.rejected().rawKey()).isEqualTo(new byte[] {1});
        assertThat(record.rejected().source().partition()).isEqualTo(3);
        assertThat(record.rejected().detail()).isNotBlank().hasSizeLessThan(250);
    }

    @Test
    void invalidUtf8IsNotJson() {
        byte[] bytes =
                "{\"event_id\":\"e\",\"user_id\":\"?\",\"event_time\":1700000000000}".getBytes(StandardCharsets.UTF_8);
        bytes[new String(bytes, StandardCharsets.UTF_8).indexOf('?')] = (byte) 0xFF;
        assertThat(decode(ClickFormat.JSON, bytes).rejected().reason()).isEqualTo(Reason.NOT_JSON);
    }

    @ParameterizedTest
    @EnumSource
    void nullEmptyAndHugeValuesAreRejected(ClickFormat format) {
        assertThat(decode(format, (byte[]) null).rejected().reason()).isEqualTo(Reason.EMPTY_VALUE);
        assertThat(decode(format, new byte[0]).rejected().reason()).isEqualTo(Reason.EMPTY_VALUE);
        byte[] huge = new byte[(5 << 20)];
        SourceRecord rejected = decode(format, huge);
        assertThat(rejected.rejected().reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(rejected.rejected().rawValue()).isSameAs(huge);
    }

    @Test
    void avroClickIsReadWithAndWithoutHeader() throws IOException {
        byte[] plain = avro("ada", "-12.5");
        byte[] framed = ByteBuffer.allocate(plain.length + 5)
                .put((byte) 0)
                .putInt(42)
                .put(plain)
                .array();
        assertThat(decode(ClickFormat.AVRO, plain).click().click().amount()).isEqualByComparingTo("-12.5");
        assertThat(decode(ClickFormat.CONFLUENT_AVRO, framed).click().click().userId())
                .isEqualTo("ada");
        framed[4] = 43;
        assertThat(decode(ClickFormat.CONFLUENT_AVRO, framed).rejected().reason())
                .isEqualTo(Reason.UNKNOWN_SCHEMA_ID);
        assertThat(decode(ClickFormat.CONFLUENT_AVRO, plain).rejected().reason())
                .isEqualTo(Reason.NOT_AVRO);
        assertThat(decode(ClickFormat.AVRO, Arrays.copyOf(plain, plain.length + 1))
                        .rejected()
                        .reason())
                .isEqualTo(Reason.NOT_AVRO);
    }

    @Test
    void avroClickCutAnywhereIsRejected() throws IOException {
        byte[] whole = avro("ada", "1");
        for (int length = 1; length < whole.length; length++) {
            assertThat(decode(ClickFormat.AVRO, Arrays.copyOf(whole, length)).rejected())
                    .as("cut to %d bytes", length)
                    .isNotNull();
        }
    }

    @Property(tries = 3_000)
    void noBytesEverMakeTheDecoderThrow(@ForAll byte[] bytes, @ForAll ClickFormat format) {
        SourceRecord record = decode(format, bytes);
        assertThat(record.click() == null).isNotEqualTo(record.rejected() == null);
    }

    @Property(tries = 3_000)
    void oneFlippedByteNeverMakesTheDecoderThrow(
            @ForAll ClickFormat format, @ForAll int position, @ForAll byte replacement) throws IOException {
        byte[] whole = format == ClickFormat.JSON
                ? "{\"event_id\":\"e\",\"user_id\":\"u\",\"event_time\":1700000000000,\"amount\":1e3,\"currency\":\"EUR\"}"
                        .getBytes(StandardCharsets.UTF_8)
                : avro("ada", "1");
        whole[Math.floorMod(position, whole.length)] = replacement;
        SourceRecord record = decode(format, whole);
        assertThat(record.click() == null).isNotEqualTo(record.rejected() == null);
    }

    private static byte[] avro(String user, String amount) throws IOException {
        GenericRecord click = new GenericData.Record(SCHEMA);
        click.put("event_id", "e1");
        click.put("user_id", user);
        click.put("event_time", NOW);
        click.put("currency", "EUR");
        click.put(
                "amount",
                ByteBuffer.wrap(
                        new BigDecimal(amount).setScale(9).unscaledValue().toByteArray()));
        click.put("properties", Map.of("k", "v"));
        var bytes = new ByteArrayOutputStream();
        var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(SCHEMA).write(click, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static SourceRecord decode(ClickFormat format, String value) {
        return decode(format, value.getBytes(StandardCharsets.UTF_8));
    }

    private static SourceRecord decode(ClickFormat format, byte[] value) {
        var settings = new ClickDecoder.Settings(format, 42, 1 << 20, new ClickRules("default", Duration.ofMinutes(5)));
        List<SourceRecord> out = new ArrayList<>();
        new ClickDecoder(settings)
                .deserialize(
                        new ConsumerRecord<>(
                                "clicks",
                                3,
                                7,
                                NOW,
                                TimestampType.CREATE_TIME,
                                1,
                                value == null ? -1 : value.length,
                                new byte[] {1},
                                value,
                                new RecordHeaders(),
                                Optional.empty()),
                        new Collector<>() {
                            @Override
                            public void collect(SourceRecord record) {
                                out.add(record);
                            }

                            @Override
                            public void close() {}
                        });
        assertThat(out).hasSize(1);
        return out.get(0);
    }
}
