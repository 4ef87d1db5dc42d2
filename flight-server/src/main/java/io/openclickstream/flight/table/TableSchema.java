package io.openclickstream.flight.table;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.openclickstream.schemas.live.LiveMetadata;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a live table, its primary key and its window column, read from the schema of a put and checked.
 *
 * <p>A table takes flat columns. Key columns are text, binary, integer, date, time or timestamp; the window column is a
 * timestamp. A later put may add nullable columns after the known ones; it may change nothing else.
 */
public final class TableSchema {
    private static final int MAX_COLUMNS = 256;
    private static final Set<ArrowType.ArrowTypeID> FLAT = Set.of(
            ArrowType.ArrowTypeID.Int,
            ArrowType.ArrowTypeID.FloatingPoint,
            ArrowType.ArrowTypeID.Bool,
            ArrowType.ArrowTypeID.Utf8,
            ArrowType.ArrowTypeID.LargeUtf8,
            ArrowType.ArrowTypeID.Binary,
            ArrowType.ArrowTypeID.LargeBinary,
            ArrowType.ArrowTypeID.FixedSizeBinary,
            ArrowType.ArrowTypeID.Decimal,
            ArrowType.ArrowTypeID.Date,
            ArrowType.ArrowTypeID.Time,
            ArrowType.ArrowTypeID.Timestamp,
            ArrowType.ArrowTypeID.Duration);
    private static final Set<ArrowType.ArrowTypeID> KEYS = Set.of(
            ArrowType.ArrowTypeID.Int,
            ArrowType.ArrowTypeID.Utf8,
            ArrowType.ArrowTypeID.Binary,
            ArrowType.ArrowTypeID.FixedSizeBinary,
            ArrowType.ArrowTypeID.Date,
            ArrowType.ArrowTypeID.Time,
            ArrowType.ArrowTypeID.Timestamp);

    private final Schema schema;
    private final List<String> primaryKey;
    private final List<Integer> keyColumns;
    private final int windowColumn;

    private TableSchema(Schema schema, List<String> primaryKey, @Nullable String windowColumn) {
        this.schema = schema;
        this.primaryKey = primaryKey;
        this.keyColumns = primaryKey.stream().map(name -> indexOf(schema, name)).toList();
        this.windowColumn = windowColumn == null ? -1 : indexOf(schema, windowColumn);
    }

    /**
     * Reads the schema of a put, or of a table (which has no {@code _op} column).
     *
     * @throws Refused INVALID when a table cannot have this schema
     */
    public static TableSchema of(Schema put) throws Refused {
        List<Field> columns = new ArrayList<>();
        Set<String> names = new HashSet<>();
        require(put.getFields().size() <= MAX_COLUMNS, "it has more than " + MAX_COLUMNS + " columns");
        for (Field field : put.getFields()) {
            require(
                    field.getName() != null && !field.getName().isEmpty() && names.add(field.getName()),
                    "column name '%s' is empty or occurs twice".formatted(field.getName()));
            if (field.getName().equals(LiveMetadata.OP_COLUMN)) {
                require(
                        field.getType().equals(new ArrowType.Int(8, true)) && field.getDictionary() == null,
                        "column _op has type %s, not an 8-bit integer".formatted(field.getType()));
            } else {
                require(
                        FLAT.contains(field.getType().getTypeID()) && field.getDictionary() == null,
                        "column %s has type %s; a live table takes flat columns without dictionary"
                                .formatted(field.getName(), field.getType()));
                columns.add(field);
            }
        }
        Map<String, String> metadata = metadataOf(put);
        String key = metadata.get(LiveMetadata.PRIMARY_KEY);
        require(key != null, "its metadata lacks " + LiveMetadata.PRIMARY_KEY + ", the columns that identify a row");
        Schema schema = new Schema(columns, metadata);
        List<String> primaryKey = List.of(String.valueOf(key).split(",", -1));
        for (String name : primaryKey) {
            int index = indexOf(schema, name);
            require(index >= 0, "primary key column '%s' is missing".formatted(name));
            require(
                    KEYS.contains(columns.get(index).getType().getTypeID()),
                    "primary key column %s has type %s, which cannot be compared"
                            .formatted(name, columns.get(index).getType()));
        }
        String window = metadata.get(LiveMetadata.WINDOW_COLUMN);
        if (window != null) {
            int index = indexOf(schema, window);
            require(
                    index >= 0 && columns.get(index).getType() instanceof ArrowType.Timestamp,
                    "window column '%s' is missing or no timestamp".formatted(window));
        }
        return new TableSchema(schema, primaryKey, window);
    }

    /**
     * The schema a table has after a put with {@code later}; this very object when the columns stay the same.
     *
     * @throws Refused INVALID when a column is gone, moved or of another type, a new one is not nullable, or key or
     *     window column differ
     */
    TableSchema evolve(TableSchema later, String table) throws Refused {
        List<Field> known = schema.getFields();
        List<Field> next = later.schema.getFields();
        for (int i = 0; i < known.size(); i++) {
            Field column = known.get(i);
            int position = indexOf(later.schema, column.getName());
            refuseUnless(position >= 0, table, "column %s is gone", column.getName());
            Field again = next.get(position);
            refuseUnless(
                    again.getType().equals(column.getType()) && again.isNullable() == column.isNullable(),
                    table,
                    "column %s was %s and is now %s",
                    column.getName(),
                    shown(column),
                    shown(again));
            refuseUnless(position == i, table, "column %s has moved; new columns come last", column.getName());
        }
        for (Field added : next.subList(known.size(), next.size())) {
            refuseUnless(added.isNullable(), table, "new column %s is not nullable", added.getName());
        }
        refuseUnless(primaryKey.equals(later.primaryKey), table, "the primary key was %s", primaryKey);
        refuseUnless(windowColumn == later.windowColumn, table, "the window column has changed");
        return next.size() == known.size() ? this : later;
    }

    /** The columns that readers see, in order, with the metadata of the put but nothing of the table's state. */
    public Schema schema() {
        return schema;
    }

    /** Positions of the primary key's columns. */
    List<Integer> keyColumns() {
        return keyColumns;
    }

    /** Names of the primary key's columns. */
    public List<String> primaryKey() {
        return primaryKey;
    }

    /** Position of the column that assigns a row to a window; -1 when the table has one window for all rows. */
    int windowColumn() {
        return windowColumn;
    }

    /** Position of a column; -1 when there is none of this name. */
    public int indexOf(String column) {
        return indexOf(schema, column);
    }

    /** Whether there is such a column, and it holds text. */
    public boolean isText(String column) {
        int position = indexOf(column);
        return position >= 0 && schema.getFields().get(position).getType() instanceof ArrowType.Utf8;
    }

    private static String shown(Field field) {
        return field.getType() + (field.isNullable() ? " nullable" : " not null");
    }

    private static Map<String, String> metadataOf(Schema schema) {
        return schema.getCustomMetadata() == null ? Map.of() : new LinkedHashMap<>(schema.getCustomMetadata());
    }

    private static int indexOf(Schema schema, String name) {
        for (int i = 0; i < schema.getFields().size(); i++) {
            if (schema.getFields().get(i).getName().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static void require(boolean holds, String otherwise) throws Refused {
        if (!holds) {
            throw Refused.invalid("Cannot use the schema of this put: %s.", otherwise);
        }
    }

    @FormatMethod
    private static void refuseUnless(boolean holds, String table, @FormatString String otherwise, Object... facts)
            throws Refused {
        if (!holds) {
            throw Refused.invalid(
                    "Cannot put to table %s: %s. Within a lineage a table only gains nullable columns at the end; "
                            + "a stateless start of the job (a new lineage) may change everything.",
                    table, otherwise.formatted(facts));
        }
    }
}
