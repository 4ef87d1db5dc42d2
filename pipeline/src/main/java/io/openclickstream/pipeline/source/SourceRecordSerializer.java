package io.openclickstream.pipeline.source;

import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.session.UserKey;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Source and router run in one task, so this is only used should somebody separate them. */
final class SourceRecordSerializer extends WireSerializer<SourceRecord> {
    private static final long serialVersionUID = 1L;

    private final TypeSerializer<ReceivedClick> clicks = new ReceivedClickSerializer();

    @Override
    public TypeSerializer<SourceRecord> duplicate() {
        return new SourceRecordSerializer();
    }

    @Override
    public void serialize(SourceRecord record, DataOutputView target) throws IOException {
        ReceivedClick click = record.click();
        Rejected rejected = record.rejected();
        target.writeBoolean(click != null);
        if (click != null) {
            clicks.serialize(click, target);
        } else if (rejected != null) {
            SourcePosition source = rejected.source();
            target.writeUTF(rejected.reason().name());
            target.writeUTF(rejected.detail());
            target.writeUTF(source.topic());
            target.writeInt(source.partition());
            target.writeLong(source.offset());
            target.writeLong(source.ingestionTimeMillis());
            Long eventTime = rejected.eventTimeMillis();
            target.writeBoolean(eventTime != null);
            target.writeLong(eventTime == null ? 0 : eventTime);
            writeBytes(rejected.rawKey(), target);
            writeBytes(rejected.rawValue(), target);
            UserKey user = record.user();
            target.writeBoolean(user != null);
            if (user != null) {
                target.writeUTF(user.siteId());
                target.writeUTF(user.userId());
            }
        }
    }

    @Override
    public SourceRecord deserialize(DataInputView source) throws IOException {
        if (source.readBoolean()) {
            return new SourceRecord(clicks.deserialize(source), null);
        }
        Reason reason = Reason.valueOf(source.readUTF());
        String detail = source.readUTF();
        SourcePosition position =
                new SourcePosition(source.readUTF(), source.readInt(), source.readLong(), source.readLong());
        boolean isTimed = source.readBoolean();
        long millis = source.readLong();
        @Nullable Long eventTime = isTimed ? Long.valueOf(millis) : null;
        byte[] rawKey = readNullableBytes(source);
        var rejected = new Rejected(reason, detail, position, eventTime, rawKey, readNullableBytes(source));
        return new SourceRecord(
                null, rejected, source.readBoolean() ? new UserKey(source.readUTF(), source.readUTF()) : null);
    }

    @Override
    public TypeSerializerSnapshot<SourceRecord> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Needed by Flink; no state holds records. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<SourceRecord> {
        public Snapshot() {
            super(SourceRecordSerializer::new);
        }
    }
}
