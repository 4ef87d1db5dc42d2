package io.openclickstream.schemas.live;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.openclickstream.schemas.JsonPlace;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with a message that could not be read as a record, in words for whoever wrote it: where it is no JSON, or
 * which fields are missing or of another kind. Values are not shown, for they may name persons.
 */
final class JsonMistakes {
    private static final int MOST_SHOWN = 3;

    private final List<String> found = new ArrayList<>();

    private JsonMistakes() {}

    /**
     * A part of a sentence that goes on after "Cannot read ...: ".
     *
     * @param trees reads JSON, whatever it says
     * @param type a record of numbers, texts, and lists of such records
     */
    static String of(byte[] message, ObjectReader trees, Class<?> type) {
        JsonNode json;
        try {
            json = trees.readTree(message);
        } catch (JacksonException e) {
            return "it is no JSON" + JsonPlace.of(e);
        } catch (IOException e) {
            return "it is no JSON, nor text in any Unicode encoding";
        }
        if (json.isMissingNode()) {
            return "it is empty, and must be a JSON object";
        }
        if (!json.isObject()) {
            return "it is " + kind(json) + ", and must be a JSON object";
        }
        JsonMistakes mistakes = new JsonMistakes();
        mistakes.look(json, type, "");
        return mistakes.told();
    }

    private String told() {
        if (found.isEmpty()) {
            return "it is not what this release writes";
        }
        String shown = String.join("; ", found.subList(0, Math.min(MOST_SHOWN, found.size())));
        int others = found.size() - MOST_SHOWN;
        return others > 0 ? shown + "; and " + others + " more" : shown;
    }

    private void look(JsonNode object, Class<?> type, String path) {
        for (RecordComponent component : type.getRecordComponents()) {
            JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
            String name = property == null || property.value().isEmpty() ? component.getName() : property.value();
            boolean isRequired = property != null && property.required();
            JsonNode value = object.get(name);
            if (value == null) {
                if (isRequired) {
                    add(path + name, "is missing", component.getType());
                }
            } else if (isRequired || !value.isNull()) {
                check(value, component, path + name);
            }
        }
    }

    private void check(JsonNode value, RecordComponent component, String path) {
        if (!fits(value, component.getType())) {
            boolean isOutside = value.isIntegralNumber() && component.getType() != List.class;
            add(path, isOutside ? "is too large or too small" : "is " + kind(value), component.getType());
        } else if (component.getType() == List.class) {
            Class<?> element = elementOf(component.getGenericType());
            for (int i = 0; i < value.size(); i++) {
                String at = path + "[" + i + "]";
                if (value.get(i).isObject()) {
                    look(value.get(i), element, at + ".");
                } else {
                    add(at, "is " + kind(value.get(i)), element);
                }
            }
        }
    }

    private void add(String path, String is, Class<?> type) {
        found.add("'%s' %s, and must be %s".formatted(path, is, expected(type)));
    }

    private static boolean fits(JsonNode value, Class<?> type) {
        if (type == int.class) {
            return value.isIntegralNumber() && value.canConvertToInt();
        }
        if (type == long.class || type == Long.class) {
            return value.isIntegralNumber() && value.canConvertToLong();
        }
        return type == List.class ? value.isArray() : value.isTextual();
    }

    private static String expected(Class<?> type) {
        if (type == int.class) {
            return "a whole number of 32 bits";
        }
        if (type == long.class || type == Long.class) {
            return "a whole number of 64 bits";
        }
        if (type == List.class) {
            return "a list";
        }
        return type == String.class ? "a text" : "an object";
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case BOOLEAN -> "true or false";
            case NULL -> "null";
            case NUMBER -> value.isIntegralNumber() ? "a number" : "a number with a fraction";
            case OBJECT -> "an object";
            case STRING -> "a text";
            case BINARY, MISSING, POJO -> "something else";
        };
    }

    private static Class<?> elementOf(Type list) {
        return (Class<?>) ((ParameterizedType) list).getActualTypeArguments()[0];
    }
}
