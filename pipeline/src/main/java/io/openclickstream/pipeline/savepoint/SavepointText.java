package io.openclickstream.pipeline.savepoint;

import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.RegisteredState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Tells what a savepoint holds, a line for each operator and state. */
final class SavepointText {
    private SavepointText() {}

    static List<String> lines(SavepointContents contents) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("checkpoint %d".formatted(contents.checkpointId()));
        for (SavepointContents.Operator operator : contents.operators()) {
            lines.add("%-18s %,12d bytes, parallelism %d of at most %d; %s"
                    .formatted(
                            operator.uid(),
                            operator.bytes(),
                            operator.parallelism(),
                            operator.maxParallelism(),
                            meaning(operator)));
            for (SavepointContents.State state : operator.states()) {
                lines.add("  %-28s %-18s %s%s"
                        .formatted(state.name(), state.kind(), types(state), standing(operator, state)));
            }
        }
        return lines;
    }

    /** Tells where persons were found, a line for each state, and what that means. */
    static List<String> found(List<SavepointSearch.Found> all) {
        List<String> lines = new ArrayList<>();
        for (SavepointSearch.Found found : all) {
            lines.add("%-38s %,12d entries, %,d of them, %,d others that hold an id%s"
                    .formatted(
                            found.place(),
                            found.entries(),
                            found.theirs(),
                            found.mentions(),
                            found.unread() == 0
                                    ? ""
                                    : "; %,d bytes of records under way cannot be looked into"
                                            .formatted(found.unread())));
        }
        long theirs = all.stream().mapToLong(SavepointSearch.Found::theirs).sum();
        long mentions = all.stream().mapToLong(SavepointSearch.Found::mentions).sum();
        long unread = all.stream().mapToLong(SavepointSearch.Found::unread).sum();
        lines.add(
                theirs > 0
                        ? "It holds them. Delete it when no job needs it any more."
                        : mentions > 0
                                ? "It keeps nothing under their keys, but entries of others, or of all, hold an id."
                                : unread > 0
                                        ? "It keeps nothing of them, as far as it can be read; a savepoint can be read to its end."
                                        : "It holds nothing of them.");
        return lines;
    }

    private static String meaning(SavepointContents.Operator operator) {
        return Arrays.stream(OperatorUid.values())
                .filter(known -> known.uid().equals(operator.uid()))
                .map(OperatorUid::meaning)
                .findFirst()
                .orElse("not an operator of this release, which will not restore it");
    }

    private static String types(SavepointContents.State state) throws IOException {
        String value = name(state.value());
        if (state.key() != null) {
            return state.kind().equals("TIMERS") ? "by " + name(state.key()) : value + " by " + name(state.key());
        }
        return state.entries() == 1 ? value + ", 1 entry" : "%s, %,d entries".formatted(value, state.entries());
    }

    /** What we promise of a state: nothing of those that Flink's sources and sinks keep. */
    private static String standing(SavepointContents.Operator operator, SavepointContents.State state) {
        Optional<RegisteredState> registered = Arrays.stream(RegisteredState.values())
                .filter(each -> each.operator().uid().equals(operator.uid())
                        && each.stateName().equals(state.name()))
                .findFirst();
        if (registered.isPresent()) {
            return "; registered, since " + registered.get().since();
        }
        return state.kind().equals("TIMERS") ? "" : "; not registered: Flink's own, or of another release";
    }

    private static String name(TypeSerializerSnapshot<?> snapshot) throws IOException {
        if (snapshot instanceof PojoSerializerSnapshot<?>) {
            return pojo(snapshot);
        }
        TypeSerializer<?> serializer = snapshot.restoreSerializer();
        if (serializer instanceof MapSerializer<?, ?> map) {
            return "map from %s to %s"
                    .formatted(
                            name(map.getKeySerializer().snapshotConfiguration()),
                            name(map.getValueSerializer().snapshotConfiguration()));
        }
        Object instance = serializer.createInstance();
        return (instance == null ? serializer : instance).getClass().getSimpleName();
    }

    /** Flink tells no class of a POJO's snapshot, but writes it first. */
    private static String pojo(TypeSerializerSnapshot<?> snapshot) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        snapshot.writeSnapshot(out);
        String name = new DataInputDeserializer(out.getCopyOfBuffer()).readUTF();
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
