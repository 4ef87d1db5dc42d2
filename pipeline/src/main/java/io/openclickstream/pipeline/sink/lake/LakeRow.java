package io.openclickstream.pipeline.sink.lake;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Map;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.jspecify.annotations.Nullable;

/**
 * Writes the columns of one row, in any order, by name. A null is a column left out, which Parquet allows only where
 * the schema says {@code optional}.
 */
final class LakeRow {
    private static final String MAP_ENTRY = "key_value";

    private final GroupType schema;
    private final RecordConsumer consumer;

    LakeRow(GroupType schema, RecordConsumer consumer) {
        this.schema = schema;
        this.consumer = consumer;
    }

    LakeRow text(String column, @Nullable String value) {
        return value == null ? this : binary(column, Binary.fromString(value));
    }

    LakeRow bytes(String column, byte @Nullable [] value) {
        return value == null ? this : binary(column, Binary.fromConstantByteArray(value));
    }

    LakeRow int32(String column, int value) {
        start(column);
        consumer.addInteger(value);
        return end(column);
    }

    LakeRow int64(String column, long value) {
        start(column);
        consumer.addLong(value);
        return end(column);
    }

    /** A moment given in milliseconds, stored in microseconds. */
    LakeRow time(String column, @Nullable Long millis) {
        return millis == null ? this : int64(column, Math.multiplyExact(millis, 1_000L));
    }

    /** An exact decimal, stored big-endian in the column's fixed length. */
    LakeRow decimal(String column, @Nullable BigDecimal value, int scale) {
        if (value == null) {
            return this;
        }
        byte[] unscaled = value.setScale(scale).unscaledValue().toByteArray();
        int length = schema.getType(column).asPrimitiveType().getTypeLength();
        byte[] fixed = new byte[length];
        Arrays.fill(fixed, (byte) (value.signum() < 0 ? -1 : 0));
        System.arraycopy(unscaled, 0, fixed, length - unscaled.length, unscaled.length);
        return binary(column, Binary.fromConstantByteArray(fixed));
    }

    LakeRow texts(String column, Map<String, String> values) {
        start(column);
        consumer.startGroup();
        if (!values.isEmpty()) {
            consumer.startField(MAP_ENTRY, 0);
            values.forEach((key, value) -> {
                consumer.startGroup();
                entry("key", 0, key);
                entry("value", 1, value);
                consumer.endGroup();
            });
            consumer.endField(MAP_ENTRY, 0);
        }
        consumer.endGroup();
        return end(column);
    }

    private void entry(String name, int index, String value) {
        consumer.startField(name, index);
        consumer.addBinary(Binary.fromString(value));
        consumer.endField(name, index);
    }

    private LakeRow binary(String column, Binary value) {
        start(column);
        consumer.addBinary(value);
        return end(column);
    }

    private void start(String column) {
        consumer.startField(column, schema.getFieldIndex(column));
    }

    private LakeRow end(String column) {
        consumer.endField(column, schema.getFieldIndex(column));
        return this;
    }
}
