package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.live.LiveMetadata;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.util.ValueVectorUtility;
import org.apache.arrow.vector.validate.ValidateUtil.ValidateException;
import org.jspecify.annotations.Nullable;

/**
 * Checks the content of a batch that a client sent, so that nothing later can fail on it and no reader gets a value it
 * cannot decode: offsets within bounds, text in UTF-8, no null where none may be, known codes in {@code _op}.
 */
final class BatchCheck {
    private BatchCheck() {}

    static void check(TableSchema schema, VectorSchemaRoot batch) throws Refused {
        try {
            for (FieldVector column : batch.getFieldVectors()) {
                if (column.getValueCount() != batch.getRowCount()) {
                    throw Refused.invalid(
                            "Cannot read this batch: it has %d rows, but column %s has %d.",
                            batch.getRowCount(), column.getName(), column.getValueCount());
                }
                if (column instanceof VarCharVector text) {
                    ValueVectorUtility.validate(text);
                    TextCheck.check(text);
                } else {
                    ValueVectorUtility.validateFull(column); // offsets, decimals, and that text is UTF-8
                }
            }
        } catch (ValidateException | IndexOutOfBoundsException e) {
            throw Refused.invalid("Cannot read this batch: %s.", String.valueOf(e.getMessage()));
        }
        for (FieldVector column : batch.getFieldVectors()) {
            if (!column.getField().isNullable() || schema.primaryKey().contains(column.getName())) {
                checkNoNulls(column);
            }
        }
        TinyIntVector codes = codes(batch);
        for (int row = 0; codes != null && row < batch.getRowCount(); row++) {
            try {
                Change.ofCode(codes.get(row));
            } catch (IllegalArgumentException e) {
                throw Refused.invalid("Cannot use row %d of this batch: %s", row, String.valueOf(e.getMessage()));
            }
        }
    }

    /** The columns of the table in a batch: all but {@code _op}. */
    static List<FieldVector> columns(VectorSchemaRoot batch) {
        return batch.getFieldVectors().stream()
                .filter(column -> !column.getName().equals(LiveMetadata.OP_COLUMN))
                .toList();
    }

    /** The {@code _op} column; null when there is none, and then every row is an upsert. */
    static @Nullable TinyIntVector codes(VectorSchemaRoot batch) {
        return (TinyIntVector) batch.getVector(LiveMetadata.OP_COLUMN);
    }

    private static void checkNoNulls(FieldVector column) throws Refused {
        for (int row = 0; column.getNullCount() > 0 && row < column.getValueCount(); row++) {
            if (column.isNull(row)) {
                throw Refused.invalid(
                        "Cannot use row %d of this batch: column %s is null, but is part of the key or not nullable.",
                        row, column.getName());
            }
        }
    }
}
