package io.openclickstream.pipeline.release;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.pipeline.ReleaseJob;
import io.openclickstream.schemas.RegisteredState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.jspecify.annotations.Nullable;

/**
 * One key or value as a release has written it.
 *
 * @param state as in {@link CurrentStates#id}
 * @param role of what in it: key or value
 * @param serializer what Flink keeps of the serializer in a savepoint, in base 64
 * @param bytes what that serializer wrote, in base 64
 * @param keyGroup which part of the state the key belongs to; null for values
 * @param says what was written
 */
record GoldenBytes(
        String state,
        Role role,
        String serializer,
        String bytes,
        @Nullable Integer keyGroup,
        JsonNode says) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MAX_BRIEF = 200;

    enum Role {
        KEY,
        VALUE
    }

    /** Writes an entry with the serializers of today. */
    static GoldenBytes write(RegisteredState state, Role role, Object entry) throws Exception {
        TypeSerializer<Object> serializer = current(state, role);
        DataOutputSerializer snapshot = new DataOutputSerializer(256);
        TypeSerializerSnapshot.writeVersionedSnapshot(snapshot, serializer.snapshotConfiguration());
        DataOutputSerializer bytes = new DataOutputSerializer(256);
        serializer.serialize(entry, bytes);
        return new GoldenBytes(
                CurrentStates.id(state),
                role,
                Base64.getEncoder().encodeToString(snapshot.getCopyOfBuffer()),
                Base64.getEncoder().encodeToString(bytes.getCopyOfBuffer()),
                role == Role.KEY ? keyGroup(entry) : null,
                ValueText.of(entry));
    }

    /** Everything that reads otherwise today than it was written. */
    List<BrokenPromise> check(String release) {
        List<BrokenPromise> broken = new ArrayList<>();
        Optional<RegisteredState> known = Arrays.stream(RegisteredState.values())
                .filter(each -> CurrentStates.id(each).equals(state))
                .findFirst();
        if (known.isEmpty() || (role == Role.KEY && known.get().keyType() == null)) {
            broken.add(broken(
                    release,
                    "It belongs to a state that is no longer registered.",
                    "keep the state in RegisteredState, under its name and uid."));
            return broken;
        }
        try {
            broken.addAll(read(release, known.get()));
        } catch (IOException | ReflectiveOperationException | RuntimeException e) {
            broken.add(
                    broken(
                            release,
                            "They cannot be read any more: %s. They are %s.".formatted(e, brief()),
                            "go on reading what was released. A format of our own gets its next number when it changes, and its reader keeps the older ones; a class that Flink writes stays where it is."));
        }
        return broken;
    }

    private List<BrokenPromise> read(String release, RegisteredState registered)
            throws IOException, ReflectiveOperationException {
        TypeSerializerSnapshot<Object> then = TypeSerializerSnapshot.readVersionedSnapshot(
                new DataInputDeserializer(Base64.getDecoder().decode(serializer)), GoldenBytes.class.getClassLoader());
        TypeSerializerSchemaCompatibility<Object> compatibility =
                current(registered, role).snapshotConfiguration().resolveSchemaCompatibility(then);
        if (compatibility.isIncompatible() || (role == Role.KEY && compatibility.isCompatibleAfterMigration())) {
            return List.of(broken(
                    release,
                    "Flink refuses to restore it, since the serializer of today does not go on with that of then (%s)."
                            .formatted(compatibility),
                    "keys never change; fields of values come and go, and are never renamed or retyped."));
        }
        var in = new DataInputDeserializer(Base64.getDecoder().decode(bytes));
        Object now = then.restoreSerializer().deserialize(in);
        List<BrokenPromise> broken = new ArrayList<>();
        List<String> differences = ValueText.differences(says, ValueText.of(now));
        if (in.available() > 0) {
            differences.add("%d bytes are left".formatted(in.available()));
        }
        if (!differences.isEmpty()) {
            broken.add(
                    broken(
                            release,
                            "They read as something else than was written: %s. They are %s."
                                    .formatted(String.join("; ", differences), brief()),
                            "give a changed format its next number and go on reading the older ones; never change what a released format means."));
        }
        if (keyGroup != null && keyGroup != keyGroup(now)) {
            broken.add(broken(
                    release,
                    "The key %s was in key group %d and is looked for in %d, since its hash is another one: its state would never be found."
                            .formatted(says, keyGroup, keyGroup(now)),
                    "leave hashCode of the key record as it is."));
        }
        return broken;
    }

    private String brief() {
        String text = says.toString();
        return text.length() <= MAX_BRIEF ? text : text.substring(0, MAX_BRIEF) + "...";
    }

    private BrokenPromise broken(String release, String why, String instead) {
        return new BrokenPromise(release, "bytes of " + name(), why, instead);
    }

    /** Whether it is said already that this key or value does not go together, by the descriptions of both. */
    boolean isExplainedBy(List<BrokenPromise> described) {
        return described.stream()
                .anyMatch(promise -> promise.what().startsWith(name() + " ")
                        || promise.what().equals("state " + state));
    }

    private String name() {
        return role.name().toLowerCase(Locale.ROOT) + " " + state;
    }

    /** Its line in {@code golden.tsv}. */
    String line() {
        return String.join(
                "\t",
                state,
                role.name(),
                serializer,
                bytes,
                keyGroup == null ? "-" : keyGroup.toString(),
                says.toString());
    }

    /** Reads what {@link #line} has written. */
    static GoldenBytes parse(String line) throws JsonProcessingException {
        String[] parts = line.split("\t", -1);
        return new GoldenBytes(
                parts[0],
                Role.valueOf(parts[1]),
                parts[2],
                parts[3],
                parts[4].equals("-") ? null : Integer.valueOf(parts[4]),
                JSON.readTree(parts[5]));
    }

    private static int keyGroup(Object key) {
        return KeyGroupRangeAssignment.assignToKeyGroup(key, ReleaseJob.maxParallelism());
    }

    @SuppressWarnings("unchecked") // whoever reads a line knows its state
    private static TypeSerializer<Object> current(RegisteredState state, Role role) {
        return (TypeSerializer<Object>) (role == Role.KEY ? StateTypes.key(state) : StateTypes.value(state));
    }
}
