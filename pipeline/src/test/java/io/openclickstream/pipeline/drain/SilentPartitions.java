package io.openclickstream.pipeline.drain;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;

import io.openclickstream.pipeline.source.SourceRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Partitions with a click each, of a user of its own and an hour after that of the one before, and silent afterwards. A
 * subtask may have several of them. A restored source reads nothing again.
 */
record SilentPartitions(int partitions) implements Source<SourceRecord, SilentPartitions.Partition, Boolean> {
    private static final long serialVersionUID = 1L;
    /** A midnight. */
    private static final long START_MILLIS = 1_699_920_000_000L;

    private static final long HOUR_MILLIS = 3_600_000;

    /** The user whose click a partition holds. */
    static String user(int partition) {
        return "user-" + partition;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<SourceRecord, Partition> createReader(SourceReaderContext context) {
        return new Reader();
    }

    @Override
    public SplitEnumerator<Partition, Boolean> createEnumerator(SplitEnumeratorContext<Partition> context) {
        return new Enumerator(context, false);
    }

    @Override
    public SplitEnumerator<Partition, Boolean> restoreEnumerator(
            SplitEnumeratorContext<Partition> context, Boolean isAssigned) {
        return new Enumerator(context, isAssigned);
    }

    @Override
    public SimpleVersionedSerializer<Partition> getSplitSerializer() {
        return new PartitionSerializer();
    }

    @Override
    public SimpleVersionedSerializer<Boolean> getEnumeratorCheckpointSerializer() {
        return new FlagSerializer();
    }

    /**
     * A partition.
     *
     * @param isRead whether its click was put out
     */
    record Partition(int number, boolean isRead) implements SourceSplit {
        @Override
        public String splitId() {
            return Integer.toString(number);
        }

        SourceRecord onlyRecord() {
            return new SourceRecord(received(click("e" + number, user(number), eventTimeMillis())), null);
        }

        long eventTimeMillis() {
            return START_MILLIS + number * HOUR_MILLIS;
        }
    }

    /** Deals all partitions out as soon as every subtask is there; those of a restored one come out of its state. */
    private final class Enumerator implements SplitEnumerator<Partition, Boolean> {
        private final SplitEnumeratorContext<Partition> context;
        private boolean isAssigned;

        Enumerator(SplitEnumeratorContext<Partition> context, boolean isAssigned) {
            this.context = context;
            this.isAssigned = isAssigned;
        }

        @Override
        public void addReader(int subtask) {
            int subtasks = context.currentParallelism();
            if (!isAssigned && context.registeredReaders().size() == subtasks) {
                for (int number = 0; number < partitions; number++) {
                    context.assignSplit(new Partition(number, false), number % subtasks);
                }
                isAssigned = true;
            }
        }

        @Override
        public Boolean snapshotState(long checkpointId) {
            return isAssigned;
        }

        @Override
        public void addSplitsBack(List<Partition> splits, int subtask) {
            throw new IllegalStateException("Subtask " + subtask + " has failed, and no test expects that.");
        }

        @Override
        public void start() {}

        @Override
        public void handleSplitRequest(int subtask, @Nullable String host) {}

        @Override
        public void close() {}
    }

    private static final class Reader implements SourceReader<SourceRecord, Partition> {
        private final List<Partition> silent = new ArrayList<>();
        private final List<Partition> unread = new ArrayList<>();
        private CompletableFuture<Void> available = new CompletableFuture<>();

        @Override
        public InputStatus pollNext(ReaderOutput<SourceRecord> output) {
            if (!unread.isEmpty()) {
                Partition partition = unread.remove(0);
                output.createOutputForSplit(partition.splitId())
                        .collect(partition.onlyRecord(), partition.eventTimeMillis());
                silent.add(new Partition(partition.number(), true));
            }
            if (unread.isEmpty()) {
                available = new CompletableFuture<>();
                return InputStatus.NOTHING_AVAILABLE;
            }
            return InputStatus.MORE_AVAILABLE;
        }

        @Override
        public void addSplits(List<Partition> partitions) {
            for (Partition partition : partitions) {
                (partition.isRead() ? silent : unread).add(partition);
            }
            available.complete(null);
        }

        @Override
        public List<Partition> snapshotState(long checkpointId) {
            List<Partition> all = new ArrayList<>(silent);
            all.addAll(unread);
            return all;
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return available;
        }

        @Override
        public void start() {}

        @Override
        public void notifyNoMoreSplits() {}

        @Override
        public void close() {}
    }

    private static final class PartitionSerializer implements SimpleVersionedSerializer<Partition> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Partition partition) {
            return ByteBuffer.allocate(5)
                    .putInt(partition.number())
                    .put((byte) (partition.isRead() ? 1 : 0))
                    .array();
        }

        @Override
        public Partition deserialize(int version, byte[] serialized) {
            ByteBuffer bytes = ByteBuffer.wrap(serialized);
            return new Partition(bytes.getInt(), bytes.get() == 1);
        }
    }

    private static final class FlagSerializer implements SimpleVersionedSerializer<Boolean> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Boolean flag) {
            return new byte[] {(byte) (flag ? 1 : 0)};
        }

        @Override
        public Boolean deserialize(int version, byte[] serialized) throws IOException {
            return serialized[0] == 1;
        }
    }
}
