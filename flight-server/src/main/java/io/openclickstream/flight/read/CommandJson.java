package io.openclickstream.flight.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Selection.Order;
import io.openclickstream.flight.table.Shown;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Commands as clients write them: a JSON object, described in docs/reading.md. */
public final class CommandJson {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_COLUMNS = 256;
    private static final List<String> FIELDS = List.of(
            "table",
            "columns",
            "where",
            "from",
            "before",
            "order",
            "view",
            "epoch",
            "lineage",
            "complete_through",
            "subscribe",
            "resume",
            "limit");
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(40)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private CommandJson() {}

    /**
     * Reads a command.
     *
     * @throws Refused INVALID when it is none; the message says what is wrong
     */
    public static ReadCommand read(byte[] json) throws Refused {
        return command(object(json));
    }

    /**
     * Reads a JSON object.
     *
     * @throws Refused INVALID when it is none
     */
    public static ObjectNode object(byte[] json) throws Refused {
        try {
            if (JSON.readTree(json) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw wrong("it is no JSON (%s)".formatted(Shown.text(e.getOriginalMessage())));
        } catch (IOException e) {
            throw wrong("it is no JSON");
        }
        throw wrong("it is no JSON object");
    }

    /**
     * Reads a command from its object.
     *
     * @throws Refused INVALID when it is none
     */
    public static ReadCommand command(ObjectNode json) throws Refused {
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                throw wrong("it has a field '%s'; there are %s".formatted(Shown.text(name), String.join(", ", FIELDS)));
            }
        }
        return new ReadCommand(
                        text(json, "table", null),
                        texts(json.get("columns")),
                        where(json.get("where")),
                        millis(json, "from"),
                        millis(json, "before"),
                        order(text(json, "order", "stored")),
                        text(json, "view", ReadCommand.LIVE),
                        whole(json, "epoch"),
                        optionalText(json, "lineage"),
                        millis(json, "complete_through"),
                        truth(json.get("subscribe")),
                        optionalText(json, "resume"),
                        whole(json, "limit"))
                .checked();
    }

    /** The command as {@link #read} takes it; fields that say nothing are left out. */
    public static ObjectNode write(ReadCommand command) {
        ObjectNode json = JSON.createObjectNode().put("table", command.table());
        command.columns().forEach(json.withArray("/columns")::add);
        if (command.columns().isEmpty()) {
            json.remove("columns");
        }
        command.where().forEach((column, values) -> {
            ArrayNode array = json.withObject("/where").putArray(column);
            values.forEach(array::add);
        });
        putUnlessNull(json, "from", command.fromMillis());
        putUnlessNull(json, "before", command.beforeMillis());
        if (command.order() != Order.STORED) {
            json.put("order", word(command.order()));
        }
        if (!command.view().equals(ReadCommand.LIVE)) {
            json.put("view", command.view());
        }
        putUnlessNull(json, "epoch", command.epoch());
        if (command.lineage() != null) {
            json.put("lineage", command.lineage());
        }
        putUnlessNull(json, "complete_through", command.completeThroughMillis());
        if (command.subscribe()) {
            json.put("subscribe", true);
        }
        if (command.resume() != null) {
            json.put("resume", command.resume());
        }
        putUnlessNull(json, "limit", command.limit());
        return json;
    }

    /**
     * An order by its word: {@code stored}, {@code window} or {@code window_descending}.
     *
     * @throws Refused INVALID when there is none
     */
    public static Order order(String word) throws Refused {
        for (Order order : Order.values()) {
            if (word(order).equals(word)) {
                return order;
            }
        }
        throw wrong(
                "there is no order '%s'; there are stored, window and window_descending".formatted(Shown.text(word)));
    }

    /**
     * Milliseconds since 1970 of a time that is written as an ISO 8601 instant or as that number.
     *
     * @param field for the message
     * @throws Refused INVALID when it is neither
     */
    public static long millis(String text, String field) throws Refused {
        try {
            return text.matches("-?\\d{1,19}")
                    ? Long.parseLong(text)
                    : Instant.parse(text).toEpochMilli();
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw wrong("'%s' is '%s', and must be a time such as 2026-03-02T10:00:00Z or milliseconds since 1970"
                    .formatted(field, Shown.text(text)));
        }
    }

    private static @Nullable Long millis(ObjectNode json, String field) throws Refused {
        JsonNode value = json.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw wrong("'%s' is neither a text nor a whole number".formatted(field));
        }
        return millis(value.asText(), field);
    }

    private static String text(ObjectNode json, String field, @Nullable String otherwise) throws Refused {
        JsonNode value = json.get(field);
        if ((value == null || value.isNull()) && otherwise != null) {
            return otherwise;
        }
        if (value == null || !value.isTextual()) {
            throw wrong("'%s' is not a text".formatted(field));
        }
        return value.asText();
    }

    private static boolean truth(@Nullable JsonNode value) throws Refused {
        if (value != null && !value.isNull() && !value.isBoolean()) {
            throw wrong("'subscribe' is neither true nor false");
        }
        return value != null && value.asBoolean();
    }

    private static @Nullable String optionalText(ObjectNode json, String field) throws Refused {
        JsonNode value = json.get(field);
        return value == null || value.isNull() ? null : text(json, field, null);
    }

    private static @Nullable Long whole(ObjectNode json, String field) throws Refused {
        JsonNode value = json.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong("'%s' is not a whole number".formatted(field));
        }
        return value.asLong();
    }

    private static List<String> texts(@Nullable JsonNode array) throws Refused {
        List<String> texts = new ArrayList<>();
        if (array == null || array.isNull()) {
            return texts;
        }
        if (!array.isArray() || array.isEmpty() || array.size() > MAX_COLUMNS) {
            throw wrong("'columns' is not a list of 1 to %d names; leave it out for all".formatted(MAX_COLUMNS));
        }
        for (JsonNode name : array) {
            if (!name.isTextual()) {
                throw wrong("'columns' holds something that is not a text");
            }
            texts.add(name.asText());
        }
        return texts;
    }

    private static SortedMap<String, List<@Nullable String>> where(@Nullable JsonNode object) throws Refused {
        SortedMap<String, List<@Nullable String>> where = new TreeMap<>();
        if (object == null || object.isNull()) {
            return where;
        }
        if (!object.isObject() || object.size() > MAX_COLUMNS) {
            throw wrong("'where' is not an object of column names and values");
        }
        for (Iterator<Map.Entry<String, JsonNode>> all = object.fields(); all.hasNext(); ) {
            Map.Entry<String, JsonNode> column = all.next();
            List<@Nullable String> values = new ArrayList<>();
            if (column.getValue().isArray()) {
                for (JsonNode value : column.getValue()) {
                    values.add(scalar(value));
                }
            } else {
                values.add(scalar(column.getValue()));
            }
            where.put(column.getKey(), values);
        }
        return where;
    }

    private static @Nullable String scalar(JsonNode value) throws Refused {
        if (value.isNull()) {
            return null;
        }
        if (value.isContainerNode()) {
            throw wrong("'where' gives a column a value that is neither text, number, true, false nor null");
        }
        return value.asText();
    }

    private static void putUnlessNull(ObjectNode json, String field, @Nullable Long value) {
        if (value != null) {
            json.put(field, value);
        }
    }

    private static String word(Order order) {
        return order.name().toLowerCase(Locale.ROOT);
    }

    private static Refused wrong(String what) {
        return Refused.invalid("Cannot read this command: %s. docs/reading.md describes it.", what);
    }
}
