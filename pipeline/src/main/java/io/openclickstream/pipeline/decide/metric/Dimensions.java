package io.openclickstream.pipeline.decide.metric;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A pane's dimension values as the JSON array that stands in its key: texts and whole numbers. Texts without anything
 * that JSON escapes, which nearly all are, are read here; the rest is left to Jackson.
 */
final class Dimensions {
    private static final JsonFactory JSON = new JsonFactory();

    private Dimensions() {}

    /** For any texts; those that JSON has as they are, {@link DimensionBytes} writes by itself. */
    static String toJson(@Nullable Object[] values) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (Object value : values) {
                if (value instanceof Long whole) {
                    json.writeNumber(whole);
                } else {
                    json.writeString((String) value);
                }
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /**
     * The values of a text that {@link #toJson} has made.
     *
     * @param most as many there can be; the array has this length
     */
    static @Nullable Object[] fromJson(String text, int most) {
        @Nullable Object[] values = new Object[most];
        if (text.indexOf('\\') >= 0) {
            fromJsonByJackson(text, values);
            return values;
        }
        int at = 1;
        for (int i = 0; text.charAt(at) != ']'; i++) {
            boolean isText = text.charAt(at) == '"';
            int end = isText ? text.indexOf('"', at + 1) : endOfNumber(text, at);
            values[i] = isText ? text.substring(at + 1, end) : (Object) Long.parseLong(text, at, end, 10);
            at = isText ? end + 1 : end;
            at += text.charAt(at) == ',' ? 1 : 0;
        }
        return values;
    }

    private static int endOfNumber(String text, int begin) {
        int end = begin;
        while (text.charAt(end) != ',' && text.charAt(end) != ']') {
            end++;
        }
        return end;
    }

    private static void fromJsonByJackson(String text, @Nullable Object[] values) {
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            int i = 0;
            for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
                values[i++] = token == JsonToken.VALUE_NUMBER_INT ? (Object) json.getLongValue() : json.getText();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A pane's key is broken: " + text, e);
        }
    }
}
