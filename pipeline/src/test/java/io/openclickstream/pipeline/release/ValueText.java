package io.openclickstream.pipeline.release;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.schemas.metric.MeasureForm;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.session.UserTimeline;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What a value of state says, as JSON: for people to read, and to compare with what a release has read. */
final class ValueText {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ValueText() {}

    static JsonNode of(Object value) throws ReflectiveOperationException {
        if (value == null) {
            return JSON.nullNode();
        } else if (value instanceof Pane pane) {
            return pane(pane);
        } else if (value instanceof UserTimeline timeline) {
            return timeline(timeline);
        } else if (value instanceof Record row) {
            ObjectNode node = JSON.objectNode();
            for (RecordComponent component : row.getClass().getRecordComponents()) {
                var accessor = component.getAccessor();
                accessor.setAccessible(true);
                node.set(component.getName(), of(accessor.invoke(row)));
            }
            return node;
        } else if (value instanceof Map<?, ?> map) {
            ObjectNode node = JSON.objectNode();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                node.set(String.valueOf(entry.getKey()), of(entry.getValue()));
            }
            return node;
        } else if (value instanceof Collection<?> values) {
            ArrayNode node = JSON.arrayNode();
            for (Object each : values) {
                node.add(of(each));
            }
            return node;
        }
        return JSON.textNode(value instanceof BigDecimal exact ? exact.toPlainString() : value.toString());
    }

    private static JsonNode timeline(UserTimeline timeline) throws ReflectiveOperationException {
        ObjectNode node = JSON.objectNode();
        node.set("revision", of(timeline.revision()));
        node.set("timerMillis", of(timeline.timerMillis()));
        node.set("idsElsewhere", of(timeline.idsElsewhere()));
        List<Long> times = new ArrayList<>();
        for (int place = 0; place < timeline.seenIds().size(); place++) {
            times.add(timeline.seenIds().timeMillis(place));
        }
        node.set("seenAt", of(times));
        node.set("sessions", of(timeline.sessions()));
        return node;
    }

    private static JsonNode pane(Pane pane) throws ReflectiveOperationException {
        PaneReader reader = new PaneReader();
        reader.begin(pane.measures());
        ArrayNode measures = JSON.arrayNode();
        while (reader.hasNext()) {
            measures.add(measure(reader.next(), reader));
        }
        ObjectNode node = JSON.objectNode();
        node.set("measures", measures);
        node.set("ingestionTimeMillis", of(pane.ingestionTimeMillis()));
        return node;
    }

    private static String measure(MeasureForm form, PaneReader reader) {
        return switch (form) {
            case NOTHING -> "NOTHING";
            case COUNT -> "COUNT of " + reader.values();
            case WHOLE -> "WHOLE %d of %d".formatted(reader.whole(), reader.values());
            case EXACT -> "EXACT %s of %d".formatted(reader.exact().toPlainString(), reader.values());
            case DOUBLE -> "DOUBLE %s of %d".formatted(reader.real(), reader.values());
            case TEXT -> "TEXT %s of %d".formatted(reader.text(), reader.values());
            case BINS -> "BINS %s of %d".formatted(Base64.getEncoder().encodeToString(reader.bins()), reader.values());
            case HASHES -> {
                List<Long> hashes = new ArrayList<>();
                for (int i = 0; i < reader.hashes(); i++) {
                    hashes.add(reader.hash(i));
                }
                yield "HASHES below %d: %s".formatted(reader.theta(), hashes);
            }
        };
    }

    /**
     * Where a value reads otherwise than a release has read it. What is new since then is no difference, and neither is
     * what is gone: whether that may be is said of the type.
     */
    static List<String> differences(JsonNode then, JsonNode now) {
        List<String> differences = new ArrayList<>();
        compare("", then, now, differences);
        return differences;
    }

    private static void compare(String path, JsonNode then, JsonNode now, List<String> differences) {
        if (then.isObject() && now.isObject()) {
            then.properties().forEach(field -> {
                if (now.has(field.getKey())) {
                    compare(path + "." + field.getKey(), field.getValue(), now.get(field.getKey()), differences);
                }
            });
        } else if (then.isArray() && now.isArray() && then.size() == now.size()) {
            for (int i = 0; i < then.size(); i++) {
                compare(path + "[" + i + "]", then.get(i), now.get(i), differences);
            }
        } else if (!then.equals(now)) {
            differences.add("%s was %s and reads %s".formatted(path.isEmpty() ? "it" : path, then, now));
        }
    }
}
