package io.openclickstream.pipeline.source.lake;

import io.openclickstream.pipeline.source.Coverage;
import io.openclickstream.pipeline.source.SourceRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceSplit;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * One file of clicks, read by one subtask.
 *
 * @param earliestMillis no click in it is earlier in event time; {@code Long.MIN_VALUE} when the file does not say
 * @param rowsTaken how many of its rows were read already
 */
record LakeClickSplit(String path, long earliestMillis, long rowsTaken, Coverage coverage)
        implements IteratorSourceSplit<SourceRecord, ClickRows> {
    @Override
    public String splitId() {
        return path;
    }

    @Override
    public ClickRows getIterator() {
        try {
            return new ClickRows(new LakeFile(new Path(path)), coverage, rowsTaken);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException("Cannot read the clicks of %s: %s".formatted(path, e.getMessage()), e));
        }
    }

    @Override
    public LakeClickSplit getUpdatedSplitForIterator(ClickRows rows) {
        return new LakeClickSplit(path, earliestMillis, rows.rowsTaken(), coverage);
    }

    /** Writes splits; what is covered is the same for all and comes from the source. */
    record Serializer(Coverage coverage) implements SimpleVersionedSerializer<Collection<LakeClickSplit>> {
        private static final int VERSION = 1;

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(Collection<LakeClickSplit> splits) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(splits.size());
            for (LakeClickSplit split : splits) {
                out.writeUTF(split.path());
                out.writeLong(split.earliestMillis());
                out.writeLong(split.rowsTaken());
            }
            return bytes.toByteArray();
        }

        @Override
        public List<LakeClickSplit> deserialize(int version, byte[] serialized) throws IOException {
            if (version != VERSION) {
                throw new IOException("Unknown version " + version + " of splits; this is version " + VERSION + ".");
            }
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
            int count = in.readInt();
            List<LakeClickSplit> splits = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                splits.add(new LakeClickSplit(in.readUTF(), in.readLong(), in.readLong(), coverage));
            }
            return splits;
        }
    }

    /** Writes one split. */
    record SingleSerializer(Serializer all) implements SimpleVersionedSerializer<LakeClickSplit> {
        @Override
        public int getVersion() {
            return all.getVersion();
        }

        @Override
        public byte[] serialize(LakeClickSplit split) throws IOException {
            return all.serialize(List.of(split));
        }

        @Override
        public LakeClickSplit deserialize(int version, byte[] serialized) throws IOException {
            return all.deserialize(version, serialized).get(0);
        }
    }
}
