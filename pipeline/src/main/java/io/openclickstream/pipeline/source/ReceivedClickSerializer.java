package io.openclickstream.pipeline.source;

import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.ReceivedClickBytes;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Writes a click as the bytes it consists of; see {@link ReceivedClickBytes}. */
final class ReceivedClickSerializer extends WireSerializer<ReceivedClick> {
    private static final long serialVersionUID = 1L;

    private transient @Nullable ReceivedClickBytes written;
    private transient @Nullable ReceivedClickBytes read;

    @Override
    public TypeSerializer<ReceivedClick> duplicate() {
        return new ReceivedClickSerializer(); // it remembers the last topic, so tasks cannot share one
    }

    @Override
    public void serialize(ReceivedClick received, DataOutputView target) throws IOException {
        if (written == null) {
            written = new ReceivedClickBytes();
        }
        written.write(received, target);
    }

    @Override
    public ReceivedClick deserialize(DataInputView source) throws IOException {
        if (read == null) {
            read = new ReceivedClickBytes();
        }
        return read.read(source);
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
