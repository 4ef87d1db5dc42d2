package io.openclickstream.pipeline.savepoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.jobgraph.JobVertexID;
import org.apache.flink.runtime.query.KvStateRegistry;
import org.apache.flink.runtime.query.TaskKvStateRegistry;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.FullSnapshotResources;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyValueStateIterator;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.UncompressedStreamCompressionDecorator;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackendBuilder;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSetFactory;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metrics.LatencyTrackingStateConfig;
import org.apache.flink.runtime.state.metrics.SizeTrackingStateConfig;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.state.rocksdb.RocksDBKeyedStateBackendBuilder;
import org.apache.flink.state.rocksdb.RocksDBPriorityQueueConfig;
import org.apache.flink.state.rocksdb.RocksDBResourceContainer;

/**
 * Reads every entry of the state with keys that one subtask has in a savepoint or checkpoint: those of all states and
 * timers. They are restored by the backend that wrote them, as when a job starts, and then written as in a canonical
 * savepoint; so an entry is there exactly when a restored job would have it, whatever the files look like.
 */
final class KeyedEntries {
    private static final int SMALL_QUEUE = 128;

    private final ClassLoader loader = KeyedEntries.class.getClassLoader();
    private final int maxParallelism;
    private final Path scratch;

    /** Takes an entry. */
    @FunctionalInterface
    interface Reader {
        /**
         * One entry.
         *
         * @param state its name
         * @param key the key group, the key and, of a map, the key in the map; of a timer all that it is
         * @param value empty of a timer
         */
        void take(String state, byte[] key, byte[] value) throws IOException;
    }

    /**
     * Of one operator.
     *
     * @param maxParallelism of the operator
     * @param scratch folder on a disk for what is fetched; the caller deletes it
     */
    KeyedEntries(int maxParallelism, Path scratch) {
        this.maxParallelism = maxParallelism;
        this.scratch = scratch;
    }

    /** @throws IOException when it cannot be read, or is in a form that this program does not know */
    void read(KeyedStateHandle handle, Reader reader) throws IOException {
        if (handle instanceof KeyGroupsStateHandle groups) {
            TypeSerializer<Object> keys = keySerializer(groups);
            for (int group : groups.getKeyGroupRange()) { // one at a time, since they go through memory
                KeyGroupRange one = new KeyGroupRange(group, group);
                KeyGroupsStateHandle part = groups.getIntersection(one);
                if (part != null) {
                    restored(() -> onHeap(keys, one, part), reader);
                }
            }
        } else if (handle instanceof IncrementalRemoteKeyedStateHandle incremental) {
            TypeSerializer<Object> keys = keySerializer(incremental.getMetaDataStateHandle());
            try (var rocks = new RocksDBResourceContainer()) {
                restored(() -> inRocks(keys, incremental, rocks), reader);
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException("RocksDB cannot be closed: " + e.getMessage(), e);
            }
        } else {
            throw new IOException(
                    "State in the form of %s cannot be looked into. Take a canonical savepoint and look into that."
                            .formatted(handle.getClass().getSimpleName()));
        }
    }

    /** Restores a backend. */
    @FunctionalInterface
    private interface Restore {
        CheckpointableKeyedStateBackend<Object> run() throws Exception;
    }

    private static void restored(Restore restore, Reader reader) throws IOException {
        try {
            CheckpointableKeyedStateBackend<Object> backend = restore.run();
            try {
                FullSnapshotResources<Object> all = backend.savepoint().getSnapshotResources();
                try (KeyValueStateIterator entries = all.createKVStateIterator()) {
                    List<StateMetaInfoSnapshot> states = all.getMetaInfoSnapshots();
                    for (; entries.isValid(); entries.next()) {
                        reader.take(states.get(entries.kvStateId()).getName(), entries.key(), entries.value());
                    }
                } finally {
                    all.release();
                }
            } finally {
                backend.dispose();
                backend.close();
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("State with keys cannot be restored: " + e.getMessage(), e);
        }
    }

    private TypeSerializer<Object> keySerializer(StreamStateHandle head) throws IOException {
        try (InputStream stream = head.openInputStream()) {
            var proxy = new KeyedBackendSerializationProxy<>(loader);
            proxy.read(new DataInputViewStreamWrapper(stream));
            return proxy.getKeySerializerSnapshot().restoreSerializer();
        }
    }

    private CheckpointableKeyedStateBackend<Object> onHeap(
            TypeSerializer<Object> keys, KeyGroupRange range, KeyedStateHandle handle) throws Exception {
        return new HeapKeyedStateBackendBuilder<>(
                        nobody(),
                        keys,
                        loader,
                        maxParallelism,
                        range,
                        new ExecutionConfig(),
                        TtlTimeProvider.DEFAULT,
                        LatencyTrackingStateConfig.disabled(),
                        SizeTrackingStateConfig.disabled(),
                        List.of(handle),
                        UncompressedStreamCompressionDecorator.INSTANCE,
                        LocalRecoveryConfig.BACKUP_AND_RECOVERY_DISABLED,
                        new HeapPriorityQueueSetFactory(range, maxParallelism, SMALL_QUEUE),
                        false,
                        new CloseableRegistry())
                .build();
    }

    private CheckpointableKeyedStateBackend<Object> inRocks(
            TypeSerializer<Object> keys, IncrementalRemoteKeyedStateHandle handle, RocksDBResourceContainer rocks)
            throws Exception {
        return new RocksDBKeyedStateBackendBuilder<>(
                        "looked-into",
                        loader,
                        Files.createTempDirectory(scratch, "rocksdb").toFile(),
                        rocks,
                        state -> rocks.getColumnOptions(),
                        nobody(),
                        keys,
                        maxParallelism,
                        handle.getKeyGroupRange(),
                        new ExecutionConfig(),
                        LocalRecoveryConfig.BACKUP_AND_RECOVERY_DISABLED,
                        new RocksDBPriorityQueueConfig(),
                        TtlTimeProvider.DEFAULT,
                        LatencyTrackingStateConfig.disabled(),
                        SizeTrackingStateConfig.disabled(),
                        new UnregisteredMetricsGroup(),
                        (name, value) -> {},
                        List.of(handle),
                        UncompressedStreamCompressionDecorator.INSTANCE,
                        new CloseableRegistry())
                .build();
    }

    private static TaskKvStateRegistry nobody() {
        return new KvStateRegistry().createTaskRegistry(new JobID(), new JobVertexID());
    }
}
