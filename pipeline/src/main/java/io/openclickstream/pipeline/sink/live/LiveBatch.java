package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.LiveMetadata;
import io.openclickstream.schemas.live.LiveTableSchema;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** One Arrow record batch that is filled row by row, again and again with the same buffers. */
final class LiveBatch implements AutoCloseable {
    private static final int MAX_BYTES = 4 << 20;

    private final VectorSchemaRoot root;
    private int row;
    private int bytes;

    LiveBatch(LiveTableSchema table, BufferAllocator allocator) {
        root = VectorSchemaRoot.create(table.putSchema(), allocator);
    }

    /**
     * Replaces the batch's content with the next of these values: all that are left, or as many as fit into about
     * {@value #MAX_BYTES} bytes of texts and sketches, since a row may hold long ones and a server refuses what is too large.
     */
    <T> void fill(LiveRows<T> rows, Iterator<T> values) {
        root.clear();
        row = 0;
        bytes = 0;
        while (values.hasNext() && bytes < MAX_BYTES) {
            T value = values.next();
            rows.write(value, this);
            ((TinyIntVector) column(LiveMetadata.OP_COLUMN))
                    .setSafe(row, rows.change(value).code());
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
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            vector.setSafe(row, utf8);
            bytes += utf8.length;
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

    LiveBatch bool(String column, boolean value) {
        ((BitVector) column(column)).setSafe(row, value ? 1 : 0);
        return this;
    }

    /** A value of the class that its column's vector takes, or null. */
    LiveBatch value(String column, @Nullable Object value) {
        FieldVector vector = column(column);
        if (value == null) {
            vector.setNull(row);
        } else if (vector instanceof VarCharVector) {
            text(column, (String) value);
        } else if (vector instanceof BigIntVector) {
            int64(column, (Long) value);
        } else if (vector instanceof TimeStampMilliTZVector) {
            millis(column, (Long) value);
        } else if (vector instanceof BitVector) {
            bool(column, (Boolean) value);
        } else if (vector instanceof DecimalVector decimals) {
            decimals.setSafe(row, (BigDecimal) value);
        } else if (vector instanceof Float8Vector doubles) {
            doubles.setSafe(row, (Double) value);
        } else {
            byte[] given = (byte[]) value;
            ((VarBinaryVector) vector).setSafe(row, given);
            bytes += given.length;
        }
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
