package io.openclickstream.pipeline.savepoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.DefaultOperatorStateBackend;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.OperatorBackendSerializationProxy;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/** Reads every entry of the lists without keys that one subtask has in a savepoint or checkpoint. */
final class ListEntries {
    private final ClassLoader loader = ListEntries.class.getClassLoader();

    /** Takes an entry. */
    @FunctionalInterface
    interface Reader {
        void take(String state, byte[] value) throws IOException;
    }

    /** @throws IOException when it cannot be read */
    void read(OperatorStateHandle handle, Reader reader) throws IOException {
        List<StateMetaInfoSnapshot> lists = new ArrayList<>();
        try (InputStream stream = handle.openInputStream()) {
            var proxy = new OperatorBackendSerializationProxy(loader);
            proxy.read(new DataInputViewStreamWrapper(stream));
            if (!proxy.getBroadcastStateMetaInfoSnapshots().isEmpty()) {
                throw new IOException("Broadcast state cannot be looked into, and the job of this release has none.");
            }
            lists.addAll(proxy.getOperatorStateMetaInfoSnapshots());
        }
        try (var closed = new CloseableRegistry()) {
            DefaultOperatorStateBackend backend = new DefaultOperatorStateBackendBuilder(
                            loader, new ExecutionConfig(), false, Set.of(handle), closed)
                    .build();
            try {
                for (StateMetaInfoSnapshot list : lists) {
                    read(backend, list, reader);
                }
            } finally {
                backend.dispose();
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("State without keys cannot be restored: " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked") // it writes what it has read
    private static void read(DefaultOperatorStateBackend backend, StateMetaInfoSnapshot list, Reader reader)
            throws Exception {
        TypeSerializer<Object> serializer = (TypeSerializer<Object>) Objects.requireNonNull(
                        list.getTypeSerializerSnapshot(StateMetaInfoSnapshot.CommonSerializerKeys.VALUE_SERIALIZER),
                        () -> "state " + list.getName() + " does not say how its values are written")
                .restoreSerializer();
        String mode = list.getOption(StateMetaInfoSnapshot.CommonOptionsKeys.OPERATOR_STATE_DISTRIBUTION_MODE);
        var descriptor = new ListStateDescriptor<>(list.getName(), serializer);
        Iterable<Object> values = OperatorStateHandle.Mode.UNION.toString().equals(mode)
                ? backend.getUnionListState(descriptor).get()
                : backend.getListState(descriptor).get();
        for (Object value : values) {
            var bytes = new DataOutputSerializer(256);
            serializer.serialize(value, bytes);
            reader.take(list.getName(), bytes.getCopyOfBuffer());
        }
    }
}
