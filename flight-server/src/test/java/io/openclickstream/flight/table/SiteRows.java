package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.LiveMetadata;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Rows of a small table that knows sites, for tests. */
public record SiteRows(String key, String site, long timeMillis, Long value) {
    public static final Schema PUT = new Schema(
            List.of(
                    Clicks.field("key", ArrowType.Utf8.INSTANCE, false),
                    Clicks.field("site_id", ArrowType.Utf8.INSTANCE, false),
                    Clicks.field("time", new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC"), false),
                    Clicks.field("value", new ArrowType.Int(64, true), true),
                    Clicks.field(LiveMetadata.OP_COLUMN, new ArrowType.Int(8, true), false)),
            Map.of(LiveMetadata.PRIMARY_KEY, "key", LiveMetadata.WINDOW_COLUMN, "time"));

    public static VectorSchemaRoot batch(List<SiteRows> rows, BufferAllocator allocator) {
        VectorSchemaRoot root = VectorSchemaRoot.create(PUT, allocator);
        for (int i = 0; i < rows.size(); i++) {
            SiteRows row = rows.get(i);
            ((VarCharVector) root.getVector(0)).setSafe(i, row.key.getBytes(StandardCharsets.UTF_8));
            ((VarCharVector) root.getVector(1)).setSafe(i, row.site.getBytes(StandardCharsets.UTF_8));
            ((TimeStampMilliTZVector) root.getVector(2)).setSafe(i, row.timeMillis);
            if (row.value == null) {
                ((BigIntVector) root.getVector(3)).setNull(i);
            } else {
                ((BigIntVector) root.getVector(3)).setSafe(i, row.value);
            }
            ((TinyIntVector) root.getVector(4)).setSafe(i, 0);
        }
        root.setRowCount(rows.size());
        return root;
    }
}
