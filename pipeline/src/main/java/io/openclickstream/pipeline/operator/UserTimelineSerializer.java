package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.session.StateReader;
import io.openclickstream.schemas.session.StateWriter;
import io.openclickstream.schemas.session.UserTimeline;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Hands timelines to Flink's state backends as the bytes that {@link UserTimeline} says. The number of their format
 * stands in the bytes, so that a backend can hold those of several releases side by side.
 */
public final class UserTimelineSerializer extends TypeSerializer<UserTimeline> {
    private static final long serialVersionUID = 1L;

    private transient @Nullable StateWriter writer;

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public TypeSerializer<UserTimeline> duplicate() {
        return new UserTimelineSerializer(); // it writes into an array of its own
    }

    @Override
    public UserTimeline createInstance() {
        return new UserTimeline();
    }

    @Override
    public UserTimeline copy(UserTimeline from) {
        return from.copy();
    }

    @Override
    public UserTimeline copy(UserTimeline from, UserTimeline reuse) {
        return from.copy();
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        int length = source.readInt();
        target.writeInt(length);
        target.write(source, length);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(UserTimeline timeline, DataOutputView target) throws IOException {
        StateWriter out = writer;
        if (out == null) {
            out = new StateWriter();
            writer = out;
        }
        out.reset();
        timeline.write(out);
        target.writeInt(out.length());
        target.write(out.bytes(), 0, out.length());
    }

    @Override
    public UserTimeline deserialize(DataInputView source) throws IOException {
        byte[] bytes = new byte[source.readInt()];
        source.readFully(bytes);
        return UserTimeline.read(new StateReader(bytes));
    }

    @Override
    public UserTimeline deserialize(UserTimeline reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UserTimelineSerializer;
    }

    @Override
    public int hashCode() {
        return UserTimelineSerializer.class.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<UserTimeline> snapshotConfiguration() {
        return new Snapshot();
    }

    /** All releases read all formats before theirs, so no state needs to be migrated. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<UserTimeline> {
        public Snapshot() {
            super(UserTimelineSerializer::new);
        }
    }
}
