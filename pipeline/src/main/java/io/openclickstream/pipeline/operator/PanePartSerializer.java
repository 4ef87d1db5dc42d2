package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.source.WireSerializer;
import io.openclickstream.pipeline.source.WireType;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.metric.PanePart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

    private static final int LONGEST_NAME = 255;

    private final byte[] name = new byte[LONGEST_NAME];
    /** The last metric that was read: most parts come in runs of one metric, and one text does for all. */
    private String lastMetric = "";

    private final byte[] lastName = new byte[LONGEST_NAME];

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
        source.readFully(name, 0, length);
        if (lastMetric.length() != length || !Arrays.equals(name, 0, length, lastName, 0, length)) {
            lastMetric = new String(name, 0, length, StandardCharsets.US_ASCII);
            System.arraycopy(name, 0, lastName, 0, length);
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
