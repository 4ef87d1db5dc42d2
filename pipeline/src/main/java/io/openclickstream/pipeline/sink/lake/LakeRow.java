package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.schemas.session.Money;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
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
    private static final int AMOUNT_BYTES = 16;

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
        int length = schema.getType(column).asPrimitiveType().getTypeLength();
        return binary(column, fixed(value, scale, length));
    }

    private static Binary fixed(BigDecimal value, int scale, int length) {
        byte[] unscaled = value.setScale(scale).unscaledValue().toByteArray();
        byte[] fixed = new byte[length];
        Arrays.fill(fixed, (byte) (value.signum() < 0 ? -1 : 0));
        System.arraycopy(unscaled, 0, fixed, length - unscaled.length, unscaled.length);
        return Binary.fromConstantByteArray(fixed);
    }

    LakeRow bool(String column, boolean value) {
        start(column);
        consumer.addBoolean(value);
        return end(column);
    }

    LakeRow float64(String column, double value) {
        start(column);
        consumer.addDouble(value);
        return end(column);
    }

    LakeRow texts(String column, Map<String, String> values) {
        startMap(column, values.isEmpty());
        values.forEach((key, value) -> entry(Binary.fromString(key), Binary.fromString(value)));
        return endMap(column, values.isEmpty());
    }

    /** A map from currency to exact amount. */
    LakeRow amounts(String column, List<Money> amounts) {
        startMap(column, amounts.isEmpty());
        for (Money money : amounts) {
            entry(Binary.fromString(money.currency()), fixed(money.amount(), Money.SCALE, AMOUNT_BYTES));
        }
        return endMap(column, amounts.isEmpty());
    }

    private void startMap(String column, boolean isEmpty) {
        start(column);
        consumer.startGroup();
        if (!isEmpty) {
            consumer.startField(MAP_ENTRY, 0);
        }
    }

    private LakeRow endMap(String column, boolean isEmpty) {
        if (!isEmpty) {
            consumer.endField(MAP_ENTRY, 0);
        }
        consumer.endGroup();
        return end(column);
    }

    private void entry(Binary key, Binary value) {
        consumer.startGroup();
        consumer.startField("key", 0);
        consumer.addBinary(key);
        consumer.endField("key", 0);
        consumer.startField("value", 1);
        consumer.addBinary(value);
        consumer.endField("value", 1);
        consumer.endGroup();
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
