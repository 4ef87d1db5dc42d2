package io.openclickstream.load.parquet;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Clicks as Avro records with the columns of the lake. */
final class AvroRows {
    private static final Conversions.DecimalConversion DECIMALS = new Conversions.DecimalConversion();

    /** Of every record, and of the file. */
    static final Schema SCHEMA = schema();

    private static final Schema AMOUNT =
            SCHEMA.getField("amount").schema().getTypes().get(1);

    private AvroRows() {}

    private static Schema schema() {
        try (InputStream text = Objects.requireNonNull(AvroRows.class.getResourceAsStream("click-row.avsc"))) {
            return new Schema.Parser().parse(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static GenericRecord of(ReceivedClick received) {
        Click click = received.click();
        SourcePosition source = received.source();
        GenericRecord row = new GenericData.Record(SCHEMA);
        row.put("event_id", click.eventId());
        row.put("site_id", click.siteId());
        row.put("user_id", click.userId());
        row.put("event_time", micros(click.eventTimeMillis()));
        row.put("sent_at", micros(click.sentAtMillis()));
        row.put("event_type", click.eventType());
        row.put("url", click.url());
        row.put("page", click.page());
        row.put("referrer", click.referrer());
        row.put("utm_source", click.utmSource());
        row.put("utm_medium", click.utmMedium());
        row.put("utm_campaign", click.utmCampaign());
        row.put("utm_term", click.utmTerm());
        row.put("utm_content", click.utmContent());
        row.put("country", click.country());
        row.put("device", click.device());
        row.put("os", click.os());
        row.put("browser", click.browser());
        row.put("amount", amount(click));
        row.put("currency", click.currency());
        row.put("properties", click.properties());
        row.put("ingestion_time", micros(source.ingestionTimeMillis()));
        row.put("kafka_topic", source.topic());
        row.put("kafka_partition", source.partition());
        row.put("kafka_offset", source.offset());
        return row;
    }

    private static @Nullable Long micros(@Nullable Long millis) {
        return millis == null ? null : Long.valueOf(millis * 1_000);
    }

    private static @Nullable Object amount(Click click) {
        return click.amount() == null
                ? null
                : DECIMALS.toFixed(click.amount().setScale(Click.AMOUNT_SCALE), AMOUNT, AMOUNT.getLogicalType());
    }
}
