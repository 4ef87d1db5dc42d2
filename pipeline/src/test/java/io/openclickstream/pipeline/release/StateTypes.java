package io.openclickstream.pipeline.release;

import io.openclickstream.pipeline.operator.UserTimelineSerializer;
import io.openclickstream.schemas.RegisteredState;
import io.openclickstream.schemas.metric.Pane;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.jspecify.annotations.Nullable;

/** How each registered state is written; a test compares this with a savepoint of the running job. */
public final class StateTypes {
    private StateTypes() {}

    /** What writes the keys; null for state without keys. */
    public static @Nullable TypeSerializer<?> key(RegisteredState state) {
        return state.keyType() == null ? null : serializer(TypeInformation.of(state.keyType()));
    }

    /** What writes the values: all of a map where the state is one. */
    public static TypeSerializer<?> value(RegisteredState state) {
        return state == RegisteredState.TIMELINE ? new UserTimelineSerializer() : serializer(valueType(state));
    }

    static Map<String, String> keyFields(RegisteredState state) {
        return state.keyType() == null ? Map.of() : TypeFields.of(TypeInformation.of(state.keyType()));
    }

    static Map<String, String> valueFields(RegisteredState state) {
        return state == RegisteredState.TIMELINE ? TypeFields.ofTimelines() : TypeFields.of(valueType(state));
    }

    private static TypeInformation<?> valueType(RegisteredState state) {
        return switch (state) {
            case SEEN_EVENT_IDS -> Types.MAP(Types.STRING, Types.LONG);
            case PANES -> Types.MAP(Types.STRING, TypeInformation.of(Pane.class));
            default -> TypeInformation.of(state.valueType());
        };
    }

    private static TypeSerializer<?> serializer(TypeInformation<?> type) {
        return type.createSerializer(new SerializerConfigImpl());
    }
}
