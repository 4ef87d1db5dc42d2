package io.openclickstream.pipeline.decide.metric;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pane's dimension values as the JSON array that stands in its key: texts and whole numbers. */
final class Dimensions {
    private static final JsonFactory JSON = new JsonFactory();

    private Dimensions() {}

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

    static List<@Nullable Object> fromJson(String text) {
        List<@Nullable Object> values = new ArrayList<>();
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
                values.add(
                        token == JsonToken.VALUE_NUMBER_INT
                                ? (Object) json.getLongValue()
                                : token == JsonToken.VALUE_NULL ? null : json.getText());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A pane's key is broken: " + text, e);
        }
        return values;
    }
}
