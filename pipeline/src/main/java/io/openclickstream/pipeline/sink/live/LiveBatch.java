package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.LiveMetadata;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** One Arrow record batch that is filled row by row, again and again with the same buffers. */
final class LiveBatch implements AutoCloseable {
    private static final int MAX_TEXT_BYTES = 4 << 20;

    private final VectorSchemaRoot root;
    private int row;
    private int textBytes;

    LiveBatch(LiveRows<?> rows, BufferAllocator allocator) {
        root = VectorSchemaRoot.create(rows.table().putSchema(), allocator);
    }

    /**
     * Replaces the batch's content with the next of these values: all that are left, or as many as fit into about
     * {@value #MAX_TEXT_BYTES} bytes of text, since a row may hold long texts and a server refuses what is too large.
     */
    <T> void fill(LiveRows<T> rows, Iterator<T> values) {
        root.clear();
        row = 0;
        textBytes = 0;
        while (values.hasNext() && textBytes < MAX_TEXT_BYTES) {
            T value = values.next();
            rows.write().accept(value, this);
            ((TinyIntVector) column(LiveMetadata.OP_COLUMN))
                    .setSafe(row, rows.change().apply(value).code());
            row++;
        }
        root.setRowCount(row);
    }

    VectorSchemaRoot root() {
        return root;
    }

    LiveBatch text(String column, @Nullable String value) {
        VarCharVector vector = (VarCharVector) column(column);
        if (value == null) {
            vector.setNull(row);
        } else {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            vector.setSafe(row, bytes);
            textBytes += bytes.length;
        }
        return this;
    }

    LiveBatch millis(String column, long value) {
        ((TimeStampMilliTZVector) column(column)).setSafe(row, value);
        return this;
    }

    LiveBatch int32(String column, int value) {
        ((IntVector) column(column)).setSafe(row, value);
        return this;
    }

    LiveBatch int64(String column, long value) {
        ((BigIntVector) column(column)).setSafe(row, value);
        return this;
    }

    LiveBatch decimal(String column, BigDecimal value) {
        ((DecimalVector) column(column)).setSafe(row, value);
        return this;
    }

    LiveBatch bool(String column, boolean value) {
        ((BitVector) column(column)).setSafe(row, value ? 1 : 0);
        return this;
    }

    private FieldVector column(String name) {
        FieldVector vector = root.getVector(name);
        if (vector == null) {
            throw new IllegalArgumentException("The live table has no column " + name + ".");
        }
        return vector;
    }

    @Override
    public void close() {
        root.close();
    }
}
