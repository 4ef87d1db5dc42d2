package io.openclickstream.pipeline.release;

import io.openclickstream.pipeline.operator.UserTimelineSerializer;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.session.StateWriter;
import io.openclickstream.schemas.session.UserTimeline;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.MapTypeInfo;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;

/**
 * The fields that Flink writes for a type, by their paths. The path {@value #WHOLE} stands for the type itself, {@code
 * {key}} and {@code {value}} for those of a map, and {@value #FORMAT} for the number of a format of our own.
 */
final class TypeFields {
    static final String WHOLE = ".";
    static final String FORMAT = "(format)";

    private TypeFields() {}

    /** The fields of a type that Flink writes. */
    static Map<String, String> of(TypeInformation<?> type) {
        Map<String, String> fields = new TreeMap<>();
        add("", type, fields);
        return fields;
    }

    /** What is said of timelines: their class, what writes them, and the number of their format. */
    static Map<String, String> ofTimelines() {
        StateWriter out = new StateWriter();
        new UserTimeline().write(out);
        return Map.of(
                WHOLE,
                UserTimeline.class.getName() + " by " + UserTimelineSerializer.class.getName(),
                FORMAT,
                String.valueOf(out.bytes()[0]));
    }

    private static void add(String path, TypeInformation<?> type, Map<String, String> fields) {
        fields.put(path.isEmpty() ? WHOLE : path, type.getTypeClass().getTypeName());
        if (type instanceof MapTypeInfo<?, ?> map) {
            add(join(path, "{key}"), map.getKeyTypeInfo(), fields);
            add(join(path, "{value}"), map.getValueTypeInfo(), fields);
        } else if (type instanceof PojoTypeInfo<?> pojo) {
            for (String name : pojo.getFieldNames()) {
                add(join(path, name), pojo.getTypeAt(name), fields);
            }
            if (type.getTypeClass() == Pane.class) {
                fields.put(join(path, FORMAT), String.valueOf(Pane.VERSION));
            }
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
