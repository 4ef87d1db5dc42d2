package io.openclickstream.pipeline.source.record;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * One file of records, read by one subtask.
 *
 * @param topic that its records are said to come from
 * @param taken how many of them were read already
 */
record RecordFileSplit(String path, String topic, long taken)
        implements IteratorSourceSplit<ConsumerRecord<byte[], byte[]>, RecordFile> {
    @Override
    public String splitId() {
        return path;
    }

    @Override
    public RecordFile getIterator() {
        return new RecordFile(path, topic, taken);
    }

    @Override
    public RecordFileSplit getUpdatedSplitForIterator(RecordFile records) {
        return new RecordFileSplit(path, topic, records.taken());
    }

    /** Writes splits. */
    record AllSerializer() implements SimpleVersionedSerializer<Collection<RecordFileSplit>> {
        private static final int VERSION = 1;

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(Collection<RecordFileSplit> splits) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(splits.size());
            for (RecordFileSplit split : splits) {
                out.writeUTF(split.path());
                out.writeUTF(split.topic());
                out.writeLong(split.taken());
            }
            return bytes.toByteArray();
        }

        @Override
        public List<RecordFileSplit> deserialize(int version, byte[] serialized) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
            int count = in.readInt();
            List<RecordFileSplit> splits = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                splits.add(new RecordFileSplit(in.readUTF(), in.readUTF(), in.readLong()));
            }
            return splits;
        }
    }

    /** Writes one split. */
    record OneSerializer() implements SimpleVersionedSerializer<RecordFileSplit> {
        @Override
        public int getVersion() {
            return AllSerializer.VERSION;
        }

        @Override
        public byte[] serialize(RecordFileSplit split) throws IOException {
            return new AllSerializer().serialize(List.of(split));
        }

        @Override
        public RecordFileSplit deserialize(int version, byte[] serialized) throws IOException {
            return new AllSerializer().deserialize(version, serialized).get(0);
        }
    }
}
