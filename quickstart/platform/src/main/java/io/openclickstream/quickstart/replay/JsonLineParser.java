package io.openclickstream.quickstart.replay;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.quickstart.replay.RowResult.Row;
import io.openclickstream.quickstart.replay.RowResult.Unreadable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads a line that holds one JSON object. The fields of an object named {@code properties} count as fields of the
 * line; other nested values are left out.
 */
final class JsonLineParser implements RowParser {
    private static final ObjectReader JSON = reader();

    @Override
    public RowResult parse(String text) {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JacksonException e) {
            return new Unreadable("not JSON: " + firstLine(e.getOriginalMessage()));
        }
        if (!node.isObject()) {
            return new Unreadable(
                    "not a JSON object but " + node.getNodeType().name().toLowerCase(Locale.ROOT));
        }
        Map<String, String> values = new LinkedHashMap<>();
        put(values, node.path("properties"));
        put(values, node);
        return new Row(values);
    }

    private static void put(Map<String, String> values, JsonNode object) {
        object.fields().forEachRemaining(field -> {
            JsonNode value = field.getValue();
            if (value.isValueNode() && !value.isNull() && RowParser.isGiven(value.asText())) {
                values.put(field.getKey().toLowerCase(Locale.ROOT), value.asText());
            }
        });
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    private static ObjectReader reader() {
        JsonMapper mapper = JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .build();
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(64)
                        .maxNumberLength(100)
                        .maxStringLength(Lines.MAX_BYTES)
                        .build());
        return mapper.readerFor(JsonNode.class);
    }
}
