package io.openclickstream.pipeline.source;

import io.openclickstream.pipeline.decide.click.Decoded.Refused;
import io.openclickstream.pipeline.decide.click.RawClick;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Reads a click from Avro binary of {@code click.avsc}, with or without Confluent's header before it. */
final class AvroClickReader implements ClickReader {
    private final AvroHeader header;

    AvroClickReader(AvroHeader header) {
        this.header = header;
    }

    @Override
    public @Nullable Refused read(byte[] value, RawClick into) {
        Refused mistake = header.mistake(value);
        if (mistake != null) {
            return mistake;
        }
        AvroBytes bytes = new AvroBytes(value, header.length());
        try {
            fill(bytes, into);
        } catch (AvroBytes.BrokenException e) {
            return new Refused(Reason.NOT_AVRO, "not Avro of click.avsc: " + e.getMessage());
        }
        return bytes.isAtEnd() ? null : new Refused(Reason.NOT_AVRO, "bytes follow the Avro record");
    }

    /** The fields in the order of {@code click.avsc}, which is all that Avro binary goes by. */
    private static void fill(AvroBytes bytes, RawClick into) throws AvroBytes.BrokenException {
        into.eventId = bytes.readString();
        into.siteId = optionalText(bytes);
        into.userId = bytes.readString();
        into.eventTimeMillis = bytes.readLong();
        into.sentAtMillis = bytes.readIsPresent() ? bytes.readLong() : null;
        into.eventType = optionalText(bytes);
        into.url = optionalText(bytes);
        into.page = optionalText(bytes);
        into.referrer = optionalText(bytes);
        into.utmSource = optionalText(bytes);
        into.utmMedium = optionalText(bytes);
        into.utmCampaign = optionalText(bytes);
        into.utmTerm = optionalText(bytes);
        into.utmContent = optionalText(bytes);
        into.country = optionalText(bytes);
        into.device = optionalText(bytes);
        into.os = optionalText(bytes);
        into.browser = optionalText(bytes);
        into.amount = bytes.readIsPresent() ? amount(bytes.readBytes()) : null;
        into.currency = optionalText(bytes);
        for (long entries = bytes.readBlockCount(); entries > 0; entries = bytes.readBlockCount()) {
            for (long i = 0; i < entries; i++) {
                into.properties.put(bytes.readString(), bytes.readString());
            }
        }
    }

    private static @Nullable String optionalText(AvroBytes bytes) throws AvroBytes.BrokenException {
        return bytes.readIsPresent() ? bytes.readString() : null;
    }

    private static BigDecimal amount(byte[] unscaled) throws AvroBytes.BrokenException {
        if (unscaled.length == 0) {
            throw new AvroBytes.BrokenException("amount has no bytes");
        }
        return new BigDecimal(new BigInteger(unscaled), Click.AMOUNT_SCALE);
    }
}
