package io.openclickstream.load.operator;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * How far a feed has been read.
 *
 * @param position of the next click
 * @param latestMillis the latest event time so far
 */
record FeedSplit(long position, long latestMillis) implements SourceSplit {

    @Override
    public String splitId() {
        return "feed";
    }

    /** Two numbers. */
    static final class Serializer implements SimpleVersionedSerializer<FeedSplit> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(FeedSplit split) {
            return ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(split.position)
                    .putLong(split.latestMillis)
                    .array();
        }

        @Override
        public FeedSplit deserialize(int version, byte[] serialized) throws IOException {
            if (version != 1) {
                throw new IOException("Cannot read version " + version + " of a feed's position; 1 is the only one.");
            }
            ByteBuffer bytes = ByteBuffer.wrap(serialized);
            return new FeedSplit(bytes.getLong(), bytes.getLong());
        }
    }
}
