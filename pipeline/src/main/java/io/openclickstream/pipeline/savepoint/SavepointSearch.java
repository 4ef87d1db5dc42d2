package io.openclickstream.pipeline.savepoint;

import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.session.UserKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StateObject;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.jspecify.annotations.Nullable;

/**
 * Looks for persons in a savepoint or a checkpoint: in every entry of every state of every operator, timers, raw state
 * and what coordinators keep. Records that were under way when an unaligned checkpoint was taken it cannot read, and
 * says so.
 */
public final class SavepointSearch {
    private final CheckpointMetadata savepoint;
    private final PersonBytes persons;
    private final Map<OperatorID, OperatorUid> uids;
    private final Map<String, Count> counts = new TreeMap<>();

    /**
     * What was found in a state.
     *
     * @param place operator and state
     * @param entries how many were looked at
     * @param theirs entries and timers of which the key is one of the persons
     * @param mentions other entries that hold the id of one of them
     * @param unread bytes that could not be looked at
     */
    public record Found(String place, long entries, long theirs, long mentions, long unread) {
        /** Whether this place is free of them for certain. */
        public boolean isFree() {
            return theirs == 0 && mentions == 0 && unread == 0;
        }
    }

    private static final class Count {
        private long entries;
        private long theirs;
        private long mentions;
        private long unread;
    }

    private SavepointSearch(CheckpointMetadata savepoint, PersonBytes persons) {
        this.savepoint = savepoint;
        this.persons = persons;
        this.uids = SavepointContents.uids();
    }

    /**
     * Looks through all of it.
     *
     * @param path of a savepoint's folder, or of the metadata in it
     * @param persons at least one, as the state knows them: with pseudonyms by those
     * @return one for each state, in order of their places
     * @throws IOException when something cannot be read; then nothing is known of what is in there
     */
    public static List<Found> find(String path, Collection<UserKey> persons) throws IOException {
        CheckpointMetadata savepoint = SavepointContents.metadata(path, SavepointSearch.class.getClassLoader());
        Path scratch = Files.createTempDirectory("clickstream-savepoint");
        try {
            return new SavepointSearch(savepoint, new PersonBytes(persons)).all(scratch);
        } finally {
            delete(scratch);
        }
    }

    private List<Found> all(Path scratch) throws IOException {
        for (OperatorState operator : savepoint.getOperatorStates()) {
            OperatorUid known = uids.get(operator.getOperatorID());
            String name = known == null ? operator.getOperatorID().toString() : known.uid();
            whole(name + "/(coordinator)", operator.getCoordinatorState());
            var keyed = new KeyedEntries(operator.getMaxParallelism(), scratch);
            for (OperatorSubtaskState subtask : operator.getStates()) {
                for (KeyedStateHandle handle : subtask.getManagedKeyedState()) {
                    keyed.read(handle, (state, key, value) -> entry(name + "/" + state, key, value));
                }
                for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
                    new ListEntries().read(handle, (state, value) -> entry(name + "/" + state, new byte[0], value));
                }
                raw(name, subtask);
            }
        }
        List<Found> found = new ArrayList<>();
        counts.forEach((place, count) ->
                found.add(new Found(place, count.entries, count.theirs, count.mentions, count.unread)));
        return found;
    }

    private void entry(String place, byte[] key, byte[] value) {
        Count count = count(place);
        count.entries++;
        if (persons.isKey(key)) {
            count.theirs++;
        } else if (persons.isIn(key) || persons.isIn(value)) {
            count.mentions++;
        }
    }

    private void raw(String operator, OperatorSubtaskState subtask) throws IOException {
        for (OperatorStateHandle handle : subtask.getRawOperatorState()) {
            whole(operator + "/(raw)", handle);
        }
        for (KeyedStateHandle handle : subtask.getRawKeyedState()) {
            if (handle instanceof StreamStateHandle stream) {
                whole(operator + "/(raw, by key)", stream);
            } else {
                count(operator + "/(raw, by key)").unread += handle.getStateSize();
            }
        }
        long underWay = Stream.of(
                        subtask.getInputChannelState(),
                        subtask.getUpstreamOutputBufferState(),
                        subtask.getResultSubpartitionState())
                .flatMap(Collection::stream)
                .mapToLong(StateObject::getStateSize)
                .sum();
        if (underWay > 0) {
            count(operator + "/(under way)").unread += underWay;
        }
    }

    /** Bytes of which nobody says what they are. */
    private void whole(String place, @Nullable StreamStateHandle handle) throws IOException {
        if (handle != null) {
            try (InputStream stream = handle.openInputStream()) {
                byte[] bytes = stream.readAllBytes();
                entry(place, bytes, bytes);
            }
        }
    }

    private Count count(String place) {
        return counts.computeIfAbsent(place, name -> new Count());
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
