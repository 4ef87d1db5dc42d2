package io.openclickstream.pipeline.source;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import java.io.IOException;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a click as the blocks of bytes it consists of. */
final class ReceivedClickSerializer extends WireSerializer<ReceivedClick> {
    private static final long serialVersionUID = 1L;

    @Override
    public TypeSerializer<ReceivedClick> duplicate() {
        return new ReceivedClickSerializer(); // it remembers the last topic, so tasks cannot share one
    }

    private transient String lastTopic;

    @SuppressWarnings("NullAway.Init") // filled with the first element read
    ReceivedClickSerializer() {}

    @Override
    public void serialize(ReceivedClick received, DataOutputView target) throws IOException {
        SourcePosition source = received.source();
        String topic = source.topic();
        target.writeByte(topic.length()); // Kafka's longest name has 249 characters, all of them ASCII
        for (int i = 0; i < topic.length(); i++) { // Flink's writeBytes(String) moves on twice as far as it writes
            target.writeByte(topic.charAt(i));
        }
        target.writeInt(source.partition());
        target.writeLong(source.offset());
        target.writeLong(source.ingestionTimeMillis());
        writeBytes(received.rawKey(), target);
        writeBytes(received.rawValue(), target);
        writeBytes(received.click().packed(), target);
    }

    @Override
    public ReceivedClick deserialize(DataInputView source) throws IOException {
        String topic = topic(source);
        SourcePosition position = new SourcePosition(topic, source.readInt(), source.readLong(), source.readLong());
        byte[] rawKey = readNullableBytes(source);
        byte[] rawValue = readBytes(source);
        return new ReceivedClick(Click.of(readBytes(source)), position, rawKey, rawValue);
    }

    /** Nearly always the one before. */
    private String topic(DataInputView source) throws IOException {
        int length = source.readUnsignedByte();
        String last = lastTopic;
        boolean isSame = last != null && last.length() == length;
        char[] read = new char[length];
        for (int i = 0; i < length; i++) {
            read[i] = (char) source.readUnsignedByte();
            isSame = isSame && read[i] == Objects.requireNonNull(last).charAt(i);
        }
        if (!isSame) {
            lastTopic = new String(read);
        }
        return lastTopic;
    }

    @Override
    public TypeSerializerSnapshot<ReceivedClick> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Needed by Flink; no state holds clicks. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ReceivedClick> {
        public Snapshot() {
            super(ReceivedClickSerializer::new);
        }
    }
}
