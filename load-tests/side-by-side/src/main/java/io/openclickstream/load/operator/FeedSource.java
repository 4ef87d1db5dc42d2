package io.openclickstream.load.operator;

import io.openclickstream.schemas.click.ReceivedClick;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Hands a part of a feed to one subtask.
 *
 * @param from position of the first click
 * @param to position behind the last one; event time ends there
 * @param stops positions at which it waits to be let on, ascending, none of them {@code to}
 */
record FeedSource(Feed feed, long from, long to, List<Long> stops) implements Source<ReceivedClick, FeedSplit, Void> {
    private static final long serialVersionUID = 1L;

    /** Where reading on from a position is interrupted. */
    long nextStop(long position) {
        for (long stop : stops) {
            if (stop > position) {
                return stop;
            }
        }
        return to;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<ReceivedClick, FeedSplit> createReader(SourceReaderContext context) {
        return new FeedReader(this);
    }

    @Override
    public SplitEnumerator<FeedSplit, Void> createEnumerator(SplitEnumeratorContext<FeedSplit> context) {
        return new NothingToAssign();
    }

    @Override
    public SplitEnumerator<FeedSplit, Void> restoreEnumerator(
            SplitEnumeratorContext<FeedSplit> context, @Nullable Void checkpoint) {
        return new NothingToAssign();
    }

    @Override
    public SimpleVersionedSerializer<FeedSplit> getSplitSerializer() {
        return new FeedSplit.Serializer();
    }

    @Override
    public SimpleVersionedSerializer<Void> getEnumeratorCheckpointSerializer() {
        return new NothingToKeep();
    }

    /** The only reader knows by itself what to read. */
    private static final class NothingToAssign implements SplitEnumerator<FeedSplit, Void> {
        @Override
        public void start() {}

        @Override
        public void handleSplitRequest(int subtask, @Nullable String host) {}

        @Override
        public void addSplitsBack(List<FeedSplit> splits, int subtask) {}

        @Override
        public void addReader(int subtask) {}

        @Override
        public @Nullable Void snapshotState(long checkpointId) {
            return null;
        }

        @Override
        public void close() {}
    }

    private static final class NothingToKeep implements SimpleVersionedSerializer<Void> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(@Nullable Void nothing) {
            return new byte[0];
        }

        @Override
        public @Nullable Void deserialize(int version, byte[] serialized) throws IOException {
            return null;
        }
    }
}
