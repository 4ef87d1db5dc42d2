package io.openclickstream.flight.server;

import io.openclickstream.flight.log.LogRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Records of a log as rows of a batch. */
final class LogRows {
    static final Schema SCHEMA = new Schema(List.of(
            column("sequence", new ArrowType.Int(64, true)),
            column("kind", new ArrowType.Int(8, true)),
            column("header", new ArrowType.Binary()),
            column("body", new ArrowType.Binary())));

    private LogRows() {}

    static VectorSchemaRoot batch(BufferAllocator allocator) {
        return VectorSchemaRoot.create(SCHEMA, allocator);
    }

    /** Fills a batch, whose buffers are as large as it takes and no larger. */
    static void write(List<LogRecord> records, VectorSchemaRoot batch) {
        batch.clear();
        long headers = 0;
        long bodies = 0;
        for (LogRecord record : records) {
            headers += record.header().length;
            bodies += record.body().length;
        }
        BigIntVector sequence = (BigIntVector) batch.getVector(0);
        TinyIntVector kind = (TinyIntVector) batch.getVector(1);
        VarBinaryVector header = (VarBinaryVector) batch.getVector(2);
        VarBinaryVector body = (VarBinaryVector) batch.getVector(3);
        sequence.allocateNew(records.size());
        kind.allocateNew(records.size());
        header.allocateNew(headers, records.size());
        body.allocateNew(bodies, records.size());
        for (int i = 0; i < records.size(); i++) {
            LogRecord record = records.get(i);
            sequence.set(i, record.sequence());
            kind.set(i, record.kind());
            header.setSafe(i, record.header());
            body.setSafe(i, record.body());
        }
        batch.setRowCount(records.size());
    }

    /**
     * The records in a batch.
     *
     * @throws IOException when it has other columns, or nulls
     */
    static List<LogRecord> read(VectorSchemaRoot batch) throws IOException {
        List<FieldVector> columns = batch.getFieldVectors();
        if (!batch.getSchema().getFields().equals(SCHEMA.getFields())
                || columns.stream().anyMatch(column -> column.getNullCount() > 0)) {
            throw new IOException("what comes is no log of a Flight server of this kind");
        }
        List<LogRecord> records = new ArrayList<>(batch.getRowCount());
        for (int i = 0; i < batch.getRowCount(); i++) {
            long sequence = ((BigIntVector) columns.get(0)).get(i);
            records.add(new LogRecord(
                    ((TinyIntVector) columns.get(1)).get(i),
                    sequence,
                    sequence - 1,
                    ((VarBinaryVector) columns.get(2)).get(i),
                    ((VarBinaryVector) columns.get(3)).get(i)));
        }
        return records;
    }

    private static Field column(String name, ArrowType type) {
        return new Field(name, new FieldType(false, type, null), null);
    }
}
