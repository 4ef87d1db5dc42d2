package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.schemas.lake.LakeColumn;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.UnicodeUtil;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** What a file's footer says of its columns, for those who decide whether to open it. */
final class FileColumns {
    /** Longer texts are cut: what decides is in front. */
    private static final int BOUND_CHARACTERS = 16;

    private FileColumns() {}

    /** By field id; entries of maps have no bounds. */
    static List<LakeColumn> of(ParquetMetadata footer) {
        Map<Integer, LakeColumn> columns = new TreeMap<>();
        for (BlockMetaData rows : footer.getBlocks()) {
            for (ColumnChunkMetaData chunk : rows.getColumns()) {
                LakeColumn column = column(chunk);
                columns.merge(
                        column.fieldId(), column, (first, second) -> both(chunk.getPrimitiveType(), first, second));
            }
        }
        return new ArrayList<>(columns.values());
    }

    private static LakeColumn column(ColumnChunkMetaData chunk) {
        PrimitiveType type = chunk.getPrimitiveType();
        Statistics<?> statistics = chunk.getStatistics();
        boolean isPlain = chunk.getPath().size() == 1;
        boolean isBounded = isPlain && statistics.hasNonNullValue();
        return new LakeColumn(
                IcebergSchema.id(type),
                chunk.getTotalSize(),
                chunk.getValueCount(),
                isPlain && statistics.isNumNullsSet() ? statistics.getNumNulls() : 0,
                isBounded ? bound(type, statistics.genericGetMin(), false) : null,
                isBounded ? bound(type, statistics.genericGetMax(), true) : null);
    }

    private static LakeColumn both(PrimitiveType column, LakeColumn first, LakeColumn second) {
        Type.PrimitiveType type = IcebergSchema.type(column).asPrimitiveType();
        return new LakeColumn(
                first.fieldId(),
                first.bytes() + second.bytes(),
                first.values() + second.values(),
                first.nulls() + second.nulls(),
                outer(type, first, second, first.lower(), second.lower(), -1),
                outer(type, first, second, first.upper(), second.upper(), 1));
    }

    /** The bound that holds for both; where one has nothing but nulls, the other's. */
    private static byte @Nullable [] outer(
            Type.PrimitiveType type,
            LakeColumn first,
            LakeColumn second,
            byte @Nullable [] one,
            byte @Nullable [] other,
            int direction) {
        if (one == null || other == null) {
            boolean isOneEmpty = first.values() == first.nulls();
            boolean isOtherEmpty = second.values() == second.nulls();
            return isOneEmpty ? other : isOtherEmpty ? one : null;
        }
        Object a = Conversions.fromByteBuffer(type, ByteBuffer.wrap(one));
        Object b = Conversions.fromByteBuffer(type, ByteBuffer.wrap(other));
        int compared =
                org.apache.iceberg.types.Comparators.<Object>forType(type).compare(a, b);
        return compared * direction >= 0 ? one : other;
    }

    private static byte @Nullable [] bound(PrimitiveType column, Object value, boolean isUpper) {
        Type type = IcebergSchema.type(column);
        Object converted = converted(type, value, isUpper);
        if (converted == null) {
            return null;
        }
        ByteBuffer buffer = Conversions.toByteBuffer(type, converted);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Null for what has no bound: bytes nobody looks for by, and floating point, where not-a-number has no place. */
    private static @Nullable Object converted(Type type, Object value, boolean isUpper) {
        return switch (type.typeId()) {
            case INTEGER, LONG, TIMESTAMP, BOOLEAN -> value;
            case DECIMAL ->
                new BigDecimal(new BigInteger(((Binary) value).getBytes()), ((Types.DecimalType) type).scale());
            case STRING -> text(((Binary) value).getBytes(), isUpper);
            default -> null;
        };
    }

    private static @Nullable CharSequence text(byte[] utf8, boolean isUpper) {
        Literal<CharSequence> text = Literal.of(new String(utf8, StandardCharsets.UTF_8));
        Literal<CharSequence> cut = isUpper
                ? UnicodeUtil.truncateStringMax(text, BOUND_CHARACTERS)
                : UnicodeUtil.truncateStringMin(text, BOUND_CHARACTERS);
        return cut == null ? null : cut.value();
    }
}
