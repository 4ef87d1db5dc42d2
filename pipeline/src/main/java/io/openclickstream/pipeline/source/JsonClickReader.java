package io.openclickstream.pipeline.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.pipeline.decide.click.Decoded.Refused;
import io.openclickstream.pipeline.decide.click.RawClick;
import io.openclickstream.schemas.click.Reason;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Reads a click from a JSON object, token by token. */
final class JsonClickReader implements ClickReader {
    private final JsonFactory factory = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxNameLength(ClickRules.MAX_ID_LENGTH)
                    .maxNumberLength(100)
                    .build())
            .build();

    /** A value that is well-formed JSON but not of the field's type. */
    private static final class WrongType extends IOException {
        private static final long serialVersionUID = 1L;

        WrongType(String message) {
            super(message, null);
        }
    }

    @Override
    public @Nullable Refused read(byte[] value, RawClick into) {
        try (JsonParser parser = factory.createParser(value)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return new Refused(Reason.NOT_JSON, "the value is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                readField(parser, field, into);
            }
            if (parser.nextToken() != null) {
                return new Refused(Reason.NOT_JSON, "something follows the JSON object", into.eventTimeMillis);
            }
            return null;
        } catch (WrongType e) {
            return new Refused(Reason.WRONG_TYPE, String.valueOf(e.getMessage()), into.eventTimeMillis);
        } catch (IOException e) {
            String why = e instanceof com.fasterxml.jackson.core.JacksonException jackson
                    ? jackson.getOriginalMessage()
                    : e.getMessage();
            return new Refused(Reason.NOT_JSON, "not JSON: " + ClickRules.shown(String.valueOf(why)), null);
        }
    }

    private static void readField(JsonParser parser, String field, RawClick into) throws IOException {
        switch (field) {
            case "event_id" -> into.eventId = text(parser, field);
            case "site_id" -> into.siteId = text(parser, field);
            case "user_id" -> into.userId = text(parser, field);
            case "event_time" -> into.eventTimeMillis = millis(parser, field);
            case "sent_at" -> into.sentAtMillis = millis(parser, field);
            case "event_type" -> into.eventType = text(parser, field);
            case "url" -> into.url = text(parser, field);
            case "page" -> into.page = text(parser, field);
            case "referrer" -> into.referrer = text(parser, field);
            case "utm_source" -> into.utmSource = text(parser, field);
            case "utm_medium" -> into.utmMedium = text(parser, field);
            case "utm_campaign" -> into.utmCampaign = text(parser, field);
            case "utm_term" -> into.utmTerm = text(parser, field);
            case "utm_content" -> into.utmContent = text(parser, field);
            case "country" -> into.country = text(parser, field);
            case "device" -> into.device = text(parser, field);
            case "os" -> into.os = text(parser, field);
            case "browser" -> into.browser = text(parser, field);
            case "amount" -> into.amount = amount(parser);
            case "currency" -> into.currency = text(parser, field);
            case "properties" -> readProperties(parser, into);
            default -> parser.skipChildren();
        }
    }

    private static void readProperties(JsonParser parser, RawClick into) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw wrongType(parser, "properties", "an object of texts");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            JsonToken token = parser.nextToken();
            if (token.isScalarValue()) {
                into.properties.put(key, token == JsonToken.VALUE_NULL ? "" : parser.getText());
            } else {
                throw wrongType(parser, "properties", "an object of texts");
            }
        }
    }

    private static @Nullable String text(JsonParser parser, String field) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NULL -> null;
            default -> throw wrongType(parser, field, "a text");
        };
    }

    private static @Nullable Long millis(JsonParser parser, String field) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NUMBER_INT -> {
                if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                    throw wrongType(parser, field, "whole milliseconds since 1970 within 64 bits");
                }
                yield parser.getLongValue();
            }
            case VALUE_NULL -> null;
            default -> throw wrongType(parser, field, "whole milliseconds since 1970");
        };
    }

    private static @Nullable BigDecimal amount(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_STRING -> {
                String digits = parser.getText();
                if (digits.length() > 100) {
                    throw wrongType(parser, "amount", "a decimal number of at most 27 digits");
                }
                try {
                    yield new BigDecimal(digits);
                } catch (NumberFormatException e) {
                    throw wrongType(parser, "amount", "a decimal number such as \"12.50\"");
                }
            }
            case VALUE_NULL -> null;
            default -> throw wrongType(parser, "amount", "a decimal number such as \"12.50\"");
        };
    }

    private static WrongType wrongType(JsonParser parser, String field, String expected) throws IOException {
        return new WrongType(field + " must be " + expected + ", found " + ClickRules.shown(parser.getText()));
    }
}
