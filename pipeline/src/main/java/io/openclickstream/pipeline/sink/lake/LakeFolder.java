package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.lake.LakeTable;
import java.io.Serializable;
import java.util.List;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * One table of the lake as it is written.
 *
 * @param table its name
 * @param folder of its files below the lake's root
 * @param schema of its files in Parquet's notation, with field ids
 * @param sortedBy columns that the rows of a file are sorted by
 */
public record LakeFolder(String table, String folder, String schema, List<String> sortedBy) implements Serializable {
    public LakeFolder {
        sortedBy = List.copyOf(sortedBy);
    }

    /** The schema of a file. */
    MessageType fileSchema() {
        return MessageTypeParser.parseMessageType(schema);
    }

    /** The same as Iceberg sees it. */
    LakeTable lakeTable() {
        return new LakeTable(table, folder, IcebergSchema.of(fileSchema()), sortedBy);
    }
}
