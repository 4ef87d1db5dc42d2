package io.openclickstream.pipeline.source;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.pipeline.decide.click.Decoded.Refused;
import io.openclickstream.pipeline.decide.click.RawClick;
import io.openclickstream.schemas.SchemaText;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/** Reads a click from Avro binary of {@code click.avsc}, with or without Confluent's header before it. */
final class AvroClickReader implements ClickReader {
    private static final int CONFLUENT_HEADER_BYTES = 5;

    private final GenericDatumReader<GenericRecord> reader;
    private final boolean hasHeader;
    private final @Nullable Integer schemaId;
    private @Nullable BinaryDecoder decoder;

    /**
     * @param hasHeader whether Confluent's five bytes stand before the record
     * @param schemaId the only id accepted in that header; null accepts every id as this schema's
     */
    AvroClickReader(boolean hasHeader, @Nullable Integer schemaId) {
        this.reader = new GenericDatumReader<>(new Schema.Parser().parse(SchemaText.CLICK_AVRO.text()));
        this.hasHeader = hasHeader;
        this.schemaId = schemaId;
    }

    @Override
    public @Nullable Refused read(byte[] value, RawClick into) {
        int start = 0;
        if (hasHeader) {
            if (value.length < CONFLUENT_HEADER_BYTES || value[0] != 0) {
                return new Refused(Reason.NOT_AVRO, "the value does not begin with a zero byte and a schema id");
            }
            int id = ByteBuffer.wrap(value).getInt(1);
            if (schemaId != null && id != schemaId) {
                return new Refused(Reason.UNKNOWN_SCHEMA_ID, "schema id " + id + " is not the expected " + schemaId);
            }
            start = CONFLUENT_HEADER_BYTES;
        }
        try {
            decoder = DecoderFactory.get().binaryDecoder(value, start, value.length - start, decoder);
            GenericRecord click = reader.read(null, decoder);
            fill(click, into);
            if (!decoder.isEnd()) {
                return new Refused(Reason.NOT_AVRO, "bytes follow the Avro record", into.eventTimeMillis);
            }
            return null;
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            // Avro reports broken bytes with whichever of these the decoder met first.
            return new Refused(Reason.NOT_AVRO, "not Avro: " + ClickRules.shown(String.valueOf(e.getMessage())));
        }
    }

    private static void fill(GenericRecord click, RawClick into) {
        into.eventId = text(click, "event_id");
        into.siteId = text(click, "site_id");
        into.userId = text(click, "user_id");
        into.eventTimeMillis = (Long) click.get("event_time");
        into.sentAtMillis = (Long) click.get("sent_at");
        into.eventType = text(click, "event_type");
        into.url = text(click, "url");
        into.page = text(click, "page");
        into.referrer = text(click, "referrer");
        into.utmSource = text(click, "utm_source");
        into.utmMedium = text(click, "utm_medium");
        into.utmCampaign = text(click, "utm_campaign");
        into.utmTerm = text(click, "utm_term");
        into.utmContent = text(click, "utm_content");
        into.country = text(click, "country");
        into.device = text(click, "device");
        into.os = text(click, "os");
        into.browser = text(click, "browser");
        into.currency = text(click, "currency");
        if (click.get("amount") instanceof ByteBuffer unscaled && unscaled.hasRemaining()) {
            byte[] bytes = new byte[unscaled.remaining()];
            unscaled.get(bytes);
            into.amount = new BigDecimal(new BigInteger(bytes), Click.AMOUNT_SCALE);
        }
        if (click.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((key, value) -> into.properties.put(key.toString(), String.valueOf(value)));
        }
    }

    private static @Nullable String text(GenericRecord click, String field) {
        Object value = click.get(field);
        return value == null ? null : value.toString();
    }
}
