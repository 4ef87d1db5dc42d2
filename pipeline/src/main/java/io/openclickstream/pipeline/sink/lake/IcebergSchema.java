package io.openclickstream.pipeline.sink.lake;

import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;

/** The schema of a file as Iceberg sees it: the same columns under the same field ids. */
final class IcebergSchema {
    private IcebergSchema() {}

    /** @throws IllegalArgumentException for a column without a field id, or of a type that the lake does not have */
    static Schema of(MessageType file) {
        List<Types.NestedField> columns = new ArrayList<>();
        for (org.apache.parquet.schema.Type column : file.getFields()) {
            boolean isOptional = column.isRepetition(org.apache.parquet.schema.Type.Repetition.OPTIONAL);
            columns.add(
                    isOptional
                            ? Types.NestedField.optional(id(column), column.getName(), type(column))
                            : Types.NestedField.required(id(column), column.getName(), type(column)));
        }
        return new Schema(columns);
    }

    /** The field id of a column. */
    static int id(org.apache.parquet.schema.Type column) {
        if (column.getId() == null) {
            throw new IllegalArgumentException(
                    "The column %s has no field id. Give it one that no other has.".formatted(column));
        }
        return column.getId().intValue();
    }

    /** The type of a column. */
    static Type type(org.apache.parquet.schema.Type column) {
        return column.isPrimitive() ? primitive(column.asPrimitiveType()) : map(column.asGroupType());
    }

    private static Type map(GroupType group) {
        if (!LogicalTypeAnnotation.mapType().equals(group.getLogicalTypeAnnotation())) {
            throw new IllegalArgumentException("The lake has no columns such as %s".formatted(group));
        }
        GroupType entry = group.getType(0).asGroupType();
        var key = entry.getType(0);
        var value = entry.getType(1);
        return Types.MapType.ofRequired(id(key), id(value), type(key), type(value));
    }

    private static Type primitive(PrimitiveType column) {
        LogicalTypeAnnotation meaning = column.getLogicalTypeAnnotation();
        if (meaning instanceof TimestampLogicalTypeAnnotation) {
            return Types.TimestampType.withZone();
        }
        if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
            return Types.DecimalType.of(decimal.getPrecision(), decimal.getScale());
        }
        if (meaning instanceof StringLogicalTypeAnnotation) {
            return Types.StringType.get();
        }
        return switch (column.getPrimitiveTypeName()) {
            case INT32 -> Types.IntegerType.get();
            case INT64 -> Types.LongType.get();
            case DOUBLE -> Types.DoubleType.get();
            case BOOLEAN -> Types.BooleanType.get();
            case BINARY -> Types.BinaryType.get();
            default -> throw new IllegalArgumentException("The lake has no columns such as %s".formatted(column));
        };
    }
}
