package io.openclickstream.schemas.live;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A live table's name and columns.
 *
 * @param name in Flight paths and put headers
 * @param schema the columns that readers see, with key, window and descriptions in the metadata
 */
public record LiveTableSchema(String name, Schema schema) {

    /**
     * Puts a table's schema together.
     *
     * @param description what a row is, in one sentence
     * @param primaryKey names of the columns that identify a row
     * @param windowColumn the timestamp that assigns a row to a window of event time; null when there is none
     */
    public static LiveTableSchema of(
            String name,
            String description,
            List<String> primaryKey,
            @Nullable String windowColumn,
            List<Field> columns) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(LiveMetadata.DESCRIPTION, description);
        metadata.put(LiveMetadata.PRIMARY_KEY, String.join(",", primaryKey));
        if (windowColumn != null) {
            metadata.put(LiveMetadata.WINDOW_COLUMN, windowColumn);
        }
        return new LiveTableSchema(name, new Schema(columns, metadata));
    }

    /** The columns that a writer puts: those of the table and {@code _op} after them. */
    public Schema putSchema() {
        List<Field> columns = new ArrayList<>(schema.getFields());
        columns.add(LiveColumns.column(
                LiveMetadata.OP_COLUMN,
                new org.apache.arrow.vector.types.pojo.ArrowType.Int(8, true),
                false,
                "0 upsert, 1 delete"));
        return new Schema(columns, schema.getCustomMetadata());
    }
}
