package io.openclickstream.pipeline.source;

import io.openclickstream.schemas.click.ReceivedClick;
import java.util.Objects;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.jspecify.annotations.Nullable;

/** The type of a stream whose elements have a serializer of their own. */
public final class WireType<T> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    /** Clicks on their way to their user. */
    public static final TypeInformation<ReceivedClick> RECEIVED_CLICK =
            new WireType<>(ReceivedClick.class, new ReceivedClickSerializer());

    /** Decoded records between the source and the operator after it. */
    public static final TypeInformation<SourceRecord> SOURCE_RECORD =
            new WireType<>(SourceRecord.class, new SourceRecordSerializer());

    private final Class<T> type;
    private final TypeSerializer<T> serializer;

    /**
     * @param serializer copied for everyone who needs one
     */
    public WireType(Class<T> type, TypeSerializer<T> serializer) {
        this.type = type;
        this.serializer = serializer;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
        return serializer.duplicate();
    }

    @Override
    public String toString() {
        return "Wire<" + type.getSimpleName() + ">";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WireType<?> wire && wire.type == type;
    }

    @Override
    public int hashCode() {
        return Objects.hash(type);
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof WireType;
    }
}
