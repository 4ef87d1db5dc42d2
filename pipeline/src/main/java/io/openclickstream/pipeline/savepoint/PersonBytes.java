package io.openclickstream.pipeline.savepoint;

import io.openclickstream.lake.Traces;
import io.openclickstream.schemas.session.StateWriter;
import io.openclickstream.schemas.session.UserKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Knows persons in the bytes of state: as its key, which is sure, and as a trace of the user's id anywhere else. */
final class PersonBytes {
    private final List<byte[]> keys = new ArrayList<>();
    private final Traces traces;
    private final List<byte[]> packed;

    /** @param persons at least one */
    PersonBytes(Collection<UserKey> persons) {
        TypeSerializer<UserKey> serializer =
                TypeInformation.of(UserKey.class).createSerializer(new SerializerConfigImpl());
        for (UserKey person : persons) {
            var bytes = new DataOutputSerializer(64);
            try {
                serializer.serialize(person, bytes);
            } catch (IOException e) {
                throw new IllegalStateException("Memory cannot be written to", e);
            }
            keys.add(bytes.getCopyOfBuffer());
        }
        List<String> ids = persons.stream().map(UserKey::userId).toList();
        traces = Traces.inState(ids);
        packed = ids.stream()
                .map(StateWriter::packedId)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Whether one of them is the key in these bytes, of an entry or a timer. */
    boolean isKey(byte[] bytes) {
        return keys.stream().anyMatch(key -> holds(bytes, key));
    }

    /** Whether the id of one of them is in there, of whatever site; also as the id of an event, which may be packed. */
    boolean isIn(byte[] bytes) {
        return traces.isIn(bytes) || packed.stream().anyMatch(id -> holds(bytes, id));
    }

    private static boolean holds(byte[] bytes, byte[] part) {
        for (int at = 0; at <= bytes.length - part.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }
}
