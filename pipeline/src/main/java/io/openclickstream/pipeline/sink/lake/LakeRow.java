package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.session.Money;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.jspecify.annotations.Nullable;

/**
 * Writes the columns of one row by name. A null is a column left out, which Parquet allows only where the schema says
 * {@code optional}. Any order will do; in the schema's own order a column is found without looking it up.
 */
public final class LakeRow {
    private static final String MAP_ENTRY = "key_value";
    private static final int AMOUNT_BYTES = 16;

    private final GroupType schema;
    private final RecordConsumer consumer;
    private final Click.PropertyPlaces propertyEntries;
    private final String[] columns;
    private int next;
    private boolean hasEntries;
    private String repeated = "";
    private Binary repeatedBinary = Binary.EMPTY;

    LakeRow(GroupType schema, RecordConsumer consumer) {
        this.schema = schema;
        this.consumer = consumer;
        // Names in the code are interned, so that comparing these with them ends at once.
        columns = schema.getFields().stream()
                .map(field -> field.getName().intern())
                .toArray(String[]::new);
        propertyEntries = (source, keyStart, keyLength, valueStart, valueLength) -> entry(
                Binary.fromReusedByteArray(source, keyStart, keyLength),
                Binary.fromReusedByteArray(source, valueStart, valueLength));
    }

    /** Begins the next row. */
    void start() {
        consumer.startMessage();
        next = 0;
    }

    /** Ends the row. */
    void end() {
        consumer.endMessage();
    }

    LakeRow text(String column, @Nullable String value) {
        int index = index(column);
        return value == null ? this : binary(column, index, Binary.fromString(value));
    }

    /** A text that is the same one in many rows, such as a topic's name. */
    LakeRow repeatedText(String column, String value) {
        if (!value.equals(repeated)) {
            repeated = value;
            repeatedBinary = Binary.fromConstantByteArray(value.getBytes(StandardCharsets.UTF_8));
        }
        return binary(column, index(column), repeatedBinary);
    }

    /** A text of a click, as the UTF-8 that the click holds. */
    LakeRow text(String column, Click click, int field) {
        int index = index(column);
        return click.has(field)
                ? binary(
                        column,
                        index,
                        Binary.fromReusedByteArray(click.bytes(field), click.textStart(field), click.textLength(field)))
                : this;
    }

    LakeRow bytes(String column, byte @Nullable [] value) {
        int index = index(column);
        return value == null ? this : binary(column, index, Binary.fromConstantByteArray(value));
    }

    LakeRow int32(String column, int value) {
        int index = index(column);
        consumer.startField(column, index);
        consumer.addInteger(value);
        consumer.endField(column, index);
        return this;
    }

    LakeRow int64(String column, long value) {
        int index = index(column);
        consumer.startField(column, index);
        consumer.addLong(value);
        consumer.endField(column, index);
        return this;
    }

    /** A moment given in milliseconds, stored in microseconds. */
    LakeRow time(String column, @Nullable Long millis) {
        if (millis == null) {
            index(column);
            return this;
        }
        return int64(column, Math.multiplyExact(millis, 1_000L));
    }

    /** An exact decimal, stored big-endian in the column's fixed length. */
    LakeRow decimal(String column, @Nullable BigDecimal value, int scale) {
        int index = index(column);
        if (value == null) {
            return this;
        }
        int length = schema.getType(index).asPrimitiveType().getTypeLength();
        return binary(column, index, fixed(value, scale, length));
    }

    private static Binary fixed(BigDecimal value, int scale, int length) {
        byte[] unscaled = value.setScale(scale).unscaledValue().toByteArray();
        byte[] fixed = new byte[length];
        Arrays.fill(fixed, (byte) (value.signum() < 0 ? -1 : 0));
        System.arraycopy(unscaled, 0, fixed, length - unscaled.length, unscaled.length);
        return Binary.fromConstantByteArray(fixed);
    }

    LakeRow bool(String column, boolean value) {
        int index = index(column);
        consumer.startField(column, index);
        consumer.addBoolean(value);
        consumer.endField(column, index);
        return this;
    }

    LakeRow float64(String column, double value) {
        int index = index(column);
        consumer.startField(column, index);
        consumer.addDouble(value);
        consumer.endField(column, index);
        return this;
    }

    /** The properties of a click, as the UTF-8 that the click holds. */
    LakeRow properties(String column, Click click) {
        int index = startMap(column);
        click.properties(propertyEntries);
        return endMap(column, index);
    }

    /** A map from currency to exact amount. */
    LakeRow amounts(String column, List<Money> amounts) {
        int index = startMap(column);
        for (Money money : amounts) {
            entry(Binary.fromString(money.currency()), fixed(money.amount(), Money.SCALE, AMOUNT_BYTES));
        }
        return endMap(column, index);
    }

    private int startMap(String column) {
        int index = index(column);
        consumer.startField(column, index);
        consumer.startGroup();
        hasEntries = false;
        return index;
    }

    private LakeRow endMap(String column, int index) {
        if (hasEntries) {
            consumer.endField(MAP_ENTRY, 0);
        }
        consumer.endGroup();
        consumer.endField(column, index);
        return this;
    }

    /** Parquet refuses a repeated field that is begun and has no entry. */
    private void entry(Binary key, Binary value) {
        if (!hasEntries) {
            consumer.startField(MAP_ENTRY, 0);
            hasEntries = true;
        }
        consumer.startGroup();
        consumer.startField("key", 0);
        consumer.addBinary(key);
        consumer.endField("key", 0);
        consumer.startField("value", 1);
        consumer.addBinary(value);
        consumer.endField("value", 1);
        consumer.endGroup();
    }

    private LakeRow binary(String column, int index, Binary value) {
        consumer.startField(column, index);
        consumer.addBinary(value);
        consumer.endField(column, index);
        return this;
    }

    private int index(String column) {
        int index = next < columns.length && columns[next].equals(column) ? next : schema.getFieldIndex(column);
        next = index + 1;
        return index;
    }
}
