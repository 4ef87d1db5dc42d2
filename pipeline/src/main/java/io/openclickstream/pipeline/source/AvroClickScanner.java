package io.openclickstream.pipeline.source;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Reads plain Avro binary of {@code click.avsc}, with or without Confluent's header before it. A block of properties that
 * says its size and an amount of more than eight bytes are not plain; see {@link ClickScanner}.
 */
final class AvroClickScanner implements ClickScanner {
    private static final int LONGEST_VARINT = 10;
    private static final int LONGEST_LONG = 8;

    private final AvroHeader header;
    private final PlainClick click;
    private byte[] bytes = {};
    private int at;
    private long number;
    private int textStart;

    AvroClickScanner(AvroHeader header, ClickRules rules) {
        this.header = header;
        click = new PlainClick(rules);
    }

    @Override
    public @Nullable Click scan(byte[] value, long latestMillis) {
        if (header.mistake(value) != null) {
            return null;
        }
        bytes = value;
        at = header.length();
        click.begin(value, latestMillis);
        return record() && at == bytes.length && click.isWhole() ? click.taken() : null;
    }

    /** The fields in the order of {@code click.avsc}, which is all that Avro binary goes by. */
    private boolean record() {
        if (!(field(ClickText.EVENT_ID)
                && optional(ClickText.SITE_ID)
                && field(ClickText.USER_ID)
                && number()
                && click.eventTime(number)
                && sentAt())) {
            return false;
        }
        for (int field = ClickText.EVENT_TYPE; field <= ClickText.BROWSER; field++) {
            if (!optional(field)) {
                return false;
            }
        }
        return amount() && optional(ClickText.CURRENCY) && properties();
    }

    private boolean field(int field) {
        return text() && click.text(field, textStart, at);
    }

    private boolean optional(int field) {
        return isAbsent() || (isPresent() && field(field));
    }

    private boolean sentAt() {
        return isAbsent() || (isPresent() && number() && click.sentAt(number));
    }

    private boolean amount() {
        if (isAbsent()) {
            return true;
        }
        if (!isPresent() || !number() || number < 1 || number > LONGEST_LONG || number > bytes.length - at) {
            return false;
        }
        long unscaled = bytes[at++];
        for (long i = number; i > 1; i--) {
            unscaled = (unscaled << 8) | (bytes[at++] & 0xFF);
        }
        click.amount(BigDecimal.valueOf(unscaled, Click.AMOUNT_SCALE).toPlainString());
        return true;
    }

    private boolean properties() {
        click.beginProperties();
        while (number()) {
            long entries = number;
            if (entries <= 0) {
                return entries == 0; // otherwise a block that says its size in bytes
            }
            for (; entries > 0; entries--) {
                if (!text()) {
                    return false;
                }
                int keyStart = textStart;
                int keyEnd = at;
                if (!text() || !click.property(keyStart, keyEnd, textStart, at)) {
                    return false;
                }
            }
        }
        return false;
    }

    /** The branch of a union of null and one other type, when it is null. */
    private boolean isAbsent() {
        if (at < bytes.length && bytes[at] == 0) {
            at++;
            return true;
        }
        return false;
    }

    /** The branch of a union of null and one other type, when it is the other type. */
    private boolean isPresent() {
        return at < bytes.length && bytes[at++] == 2;
    }

    /** A text of well-formed UTF-8, which ends where the next field begins. */
    private boolean text() {
        if (!number() || number < 0 || number > bytes.length - at) {
            return false;
        }
        textStart = at;
        at += (int) number;
        return Utf8.isWellFormed(bytes, textStart, at);
    }

    /** A zig-zag varint. */
    private boolean number() {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT && at < bytes.length; i++) {
            byte next = bytes[at++];
            value |= (next & 0x7FL) << (7 * i);
            if (next >= 0) {
                number = (value >>> 1) ^ -(value & 1);
                return true;
            }
        }
        return false;
    }
}
