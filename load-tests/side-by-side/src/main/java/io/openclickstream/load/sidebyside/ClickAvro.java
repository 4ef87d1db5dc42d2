package io.openclickstream.load.sidebyside;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.generator.GeneratedClick;
import io.openclickstream.schemas.SchemaText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Writes generated clicks, which are JSON, as Avro of {@code click.avsc}. */
final class ClickAvro {
    static final Schema SCHEMA = new Schema.Parser().parse(SchemaText.CLICK_AVRO.text());

    private static final int AMOUNT_SCALE = 9;

    private final JsonMapper json = new JsonMapper();
    private final GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(SCHEMA);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);

    /** The same click with an Avro value. */
    GeneratedClick of(GeneratedClick click) {
        try {
            bytes.reset();
            writer.write(record(json.readTree(click.value())), encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new GeneratedClick(
                click.position(),
                click.key(),
                bytes.toByteArray(),
                click.sendTimeMillis(),
                click.eventTimeMillis(),
                click.intended(),
                click.reason());
    }

    private static GenericRecord record(JsonNode click) {
        GenericRecord record = new GenericData.Record(SCHEMA);
        record.put("properties", properties(click.path("properties")));
        click.fields().forEachRemaining(field -> {
            JsonNode value = field.getValue();
            switch (field.getKey()) {
                case "properties" -> {}
                case "event_time", "sent_at" -> record.put(field.getKey(), value.asLong());
                case "amount" -> record.put("amount", amount(value.asText()));
                default -> record.put(field.getKey(), value.asText());
            }
        });
        return record;
    }

    private static Map<String, String> properties(JsonNode given) {
        Map<String, String> properties = new HashMap<>();
        given.fields()
                .forEachRemaining(
                        each -> properties.put(each.getKey(), each.getValue().asText()));
        return properties;
    }

    private static ByteBuffer amount(String digits) {
        return ByteBuffer.wrap(
                new BigDecimal(digits).setScale(AMOUNT_SCALE).unscaledValue().toByteArray());
    }
}
