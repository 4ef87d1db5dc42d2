package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.source.WireSerializer;
import io.openclickstream.pipeline.source.WireType;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.metric.PanePart;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Writes a part of a pane on its way to the pane's owner. It has no version, since no state holds a part. */
final class PanePartSerializer extends WireSerializer<PanePart> {
    private static final long serialVersionUID = 1L;

    /** Parts of panes between the two phases of the metrics. */
    static final TypeInformation<PanePart> TYPE = new WireType<>(PanePart.class, new PanePartSerializer());

    /** The last metric that was read: most parts come in runs of one metric. */
    private transient String lastMetric;

    @SuppressWarnings("NullAway.Init") // filled with the first element read
    PanePartSerializer() {}

    @Override
    public TypeSerializer<PanePart> duplicate() {
        return new PanePartSerializer();
    }

    @Override
    public void serialize(PanePart part, DataOutputView target) throws IOException {
        PaneBucket bucket = part.bucket();
        String metric = bucket.metric();
        target.writeByte(metric.length()); // at most 63 characters, all of them ASCII
        for (int i = 0; i < metric.length(); i++) { // Flink's writeBytes(String) moves on twice as far as it writes
            target.writeByte(metric.charAt(i));
        }
        target.writeLong(bucket.windowStartMillis());
        target.writeByte(bucket.share());
        StringValue.writeString(part.dimensions(), target);
        target.writeLong(part.pane().ingestionTimeMillis());
        writeBytes(part.pane().measures(), target);
    }

    @Override
    public PanePart deserialize(DataInputView source) throws IOException {
        var bucket = new PaneBucket(metric(source), source.readLong(), source.readUnsignedByte());
        String dimensions = StringValue.readString(source);
        long ingestionTimeMillis = source.readLong();
        return new PanePart(bucket, dimensions, new Pane(readBytes(source), ingestionTimeMillis));
    }

    private String metric(DataInputView source) throws IOException {
        int length = source.readUnsignedByte();
        String last = lastMetric;
        boolean isLast = last != null && last.length() == length;
        char[] name = new char[length];
        for (int i = 0; i < length; i++) {
            name[i] = (char) source.readUnsignedByte();
            isLast = isLast && last.charAt(i) == name[i];
        }
        if (!isLast) {
            lastMetric = new String(name);
        }
        return lastMetric;
    }

    @Override
    public TypeSerializerSnapshot<PanePart> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Needed by Flink; no state holds parts. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<PanePart> {
        public Snapshot() {
            super(PanePartSerializer::new);
        }
    }
}
