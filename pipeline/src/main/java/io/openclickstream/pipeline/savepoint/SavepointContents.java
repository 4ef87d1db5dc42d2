package io.openclickstream.pipeline.savepoint;

import io.openclickstream.schemas.OperatorUid;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.CompletedCheckpointStorageLocation;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorBackendSerializationProxy;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.streaming.api.graph.StreamGraphHasherV2;
import org.jspecify.annotations.Nullable;

/**
 * What a savepoint or a checkpoint holds: its operators, their states by name, and how much of it there is. Reads the
 * metadata and the head of every file, not the entries.
 *
 * @param checkpointId of the savepoint
 * @param operators those with state, in order of their uids
 */
public record SavepointContents(long checkpointId, List<Operator> operators) {

    /**
     * One operator.
     *
     * @param uid as it stands in our registry; Flink's id of the operator when it is not ours
     * @param isKnown whether it stands there
     * @param bytes of its state in all files
     */
    public record Operator(
            String uid, boolean isKnown, int parallelism, int maxParallelism, long bytes, List<State> states) {}

    /**
     * One state.
     *
     * @param kind KEYED or TIMERS; for state without keys how Flink spreads it
     * @param key how keys are written; null for state without keys
     * @param value how values are written
     * @param entries how many there are; {@link #NOT_KNOWN} for state with keys, whose entries would have to be read
     */
    public record State(
            String name,
            String kind,
            @Nullable TypeSerializerSnapshot<?> key,
            TypeSerializerSnapshot<?> value,
            long entries) {
        /** Stands for a number that the metadata does not tell. */
        public static final long NOT_KNOWN = -1;

        private State plus(State other) {
            return new State(name, kind, key, value, entries == NOT_KNOWN ? NOT_KNOWN : entries + other.entries);
        }
    }

    /**
     * Reads a savepoint.
     *
     * @param path of its folder, or of the metadata in it
     * @throws IOException when there is none or it cannot be read; the message says what to give instead
     */
    public static SavepointContents read(String path) throws IOException {
        ClassLoader loader = SavepointContents.class.getClassLoader();
        CheckpointMetadata metadata = metadata(path, loader);
        Map<OperatorID, OperatorUid> known = uids();
        List<Operator> operators = new ArrayList<>();
        for (OperatorState operator : metadata.getOperatorStates()) {
            OperatorUid uid = known.get(operator.getOperatorID());
            List<State> states = states(operator, loader);
            if (!states.isEmpty()) {
                operators.add(new Operator(
                        uid == null ? operator.getOperatorID().toString() : uid.uid(),
                        uid != null,
                        operator.getParallelism(),
                        operator.getMaxParallelism(),
                        operator.getStateSize(),
                        states));
            }
        }
        operators.sort(Comparator.comparing(Operator::uid));
        return new SavepointContents(metadata.getCheckpointId(), operators);
    }

    static CheckpointMetadata metadata(String path, ClassLoader loader) throws IOException {
        try {
            CompletedCheckpointStorageLocation location =
                    AbstractFsCheckpointStorageAccess.resolveCheckpointPointer(path);
            try (InputStream stream = location.getMetadataHandle().openInputStream();
                    DataInputStream data = new DataInputStream(stream)) {
                return Checkpoints.loadCheckpointMetadata(data, loader, path);
            }
        } catch (IOException e) {
            throw new IOException(
                    "There is no savepoint or checkpoint of Flink at %s: %s%nGive the folder that holds its file _metadata, such as savepoints/savepoint-1f2e3d-0123456789ab, or that file."
                            .formatted(path, e.getMessage()),
                    e);
        }
    }

    static Map<OperatorID, OperatorUid> uids() {
        Map<OperatorID, OperatorUid> uids = new HashMap<>();
        for (OperatorUid uid : OperatorUid.values()) {
            uids.put(new OperatorID(StreamGraphHasherV2.generateUserSpecifiedHash(uid.uid())), uid);
        }
        return uids;
    }

    private static List<State> states(OperatorState operator, ClassLoader loader) throws IOException {
        Map<String, State> states = new TreeMap<>();
        for (OperatorSubtaskState subtask : operator.getStates()) {
            for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
                for (State state : withoutKeys(handle, loader)) {
                    states.merge(state.name(), state, State::plus);
                }
            }
            for (KeyedStateHandle handle : subtask.getManagedKeyedState()) {
                StreamStateHandle head = head(handle);
                if (head != null) {
                    keyed(head, loader).forEach(state -> states.put(state.name(), state));
                }
            }
        }
        return List.copyOf(states.values());
    }

    private static List<State> withoutKeys(OperatorStateHandle handle, ClassLoader loader) throws IOException {
        List<StateMetaInfoSnapshot> described = new ArrayList<>();
        try (InputStream stream = handle.openInputStream()) {
            var proxy = new OperatorBackendSerializationProxy(loader);
            proxy.read(new DataInputViewStreamWrapper(stream));
            described.addAll(proxy.getOperatorStateMetaInfoSnapshots());
            described.addAll(proxy.getBroadcastStateMetaInfoSnapshots());
        }
        List<State> states = new ArrayList<>();
        for (StateMetaInfoSnapshot state : described) {
            var partitions = handle.getStateNameToPartitionOffsets().get(state.getName());
            if (partitions != null) {
                states.add(new State(
                        state.getName(),
                        partitions.getDistributionMode().name(),
                        null,
                        value(state),
                        partitions.getOffsets().length));
            }
        }
        return states;
    }

    /** The file that begins with the names of the states. */
    private static @Nullable StreamStateHandle head(KeyedStateHandle handle) {
        if (handle instanceof KeyGroupsStateHandle groups) {
            return groups;
        }
        return handle instanceof IncrementalRemoteKeyedStateHandle incremental
                ? incremental.getMetaDataStateHandle()
                : null;
    }

    private static List<State> keyed(StreamStateHandle head, ClassLoader loader) throws IOException {
        try (InputStream stream = head.openInputStream()) {
            var proxy = new KeyedBackendSerializationProxy<>(loader);
            proxy.read(new DataInputViewStreamWrapper(stream));
            return proxy.getStateMetaInfoSnapshots().stream()
                    .map(state -> new State(
                            state.getName(),
                            kind(state),
                            proxy.getKeySerializerSnapshot(),
                            value(state),
                            State.NOT_KNOWN))
                    .toList();
        }
    }

    private static TypeSerializerSnapshot<?> value(StateMetaInfoSnapshot state) {
        return Objects.requireNonNull(
                state.getTypeSerializerSnapshot(StateMetaInfoSnapshot.CommonSerializerKeys.VALUE_SERIALIZER),
                () -> "state " + state.getName() + " does not say how its values are written");
    }

    private static String kind(StateMetaInfoSnapshot state) {
        return state.getBackendStateType() == StateMetaInfoSnapshot.BackendStateType.PRIORITY_QUEUE
                ? "TIMERS"
                : "KEYED";
    }
}
