package io.openclickstream.schemas.live;

import java.util.Map;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** The types that columns of live tables have, each with its Arrow form. */
public final class LiveColumns {
    private LiveColumns() {}

    /** A column that holds one value per row. */
    public static Field column(String name, ArrowType type, boolean nullable, String description) {
        return new Field(
                name, new FieldType(nullable, type, null, Map.of(LiveMetadata.COLUMN_DESCRIPTION, description)), null);
    }

    /** Text in UTF-8. */
    public static ArrowType utf8() {
        return ArrowType.Utf8.INSTANCE;
    }

    /** True or false. */
    public static ArrowType bool() {
        return ArrowType.Bool.INSTANCE;
    }

    /** A whole number of 32 bits. */
    public static ArrowType int32() {
        return new ArrowType.Int(32, true);
    }

    /** A whole number of 64 bits. */
    public static ArrowType int64() {
        return new ArrowType.Int(64, true);
    }

    /** A number of double precision. */
    public static ArrowType float64() {
        return new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
    }

    /** A moment, to the millisecond. */
    public static ArrowType millis() {
        return new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC");
    }

    /** An exact decimal of 38 digits. */
    public static ArrowType decimal(int scale) {
        return new ArrowType.Decimal(38, scale, 128);
    }

    /** Bytes. */
    public static ArrowType bytes() {
        return ArrowType.Binary.INSTANCE;
    }
}
