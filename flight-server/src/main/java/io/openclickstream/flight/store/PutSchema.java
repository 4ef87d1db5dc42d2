package io.openclickstream.flight.store;

import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.TableSchema;
import java.nio.ByteBuffer;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The schema of a stream of puts, checked once and ready for the log.
 *
 * @param put the columns of every batch, with {@code _op}
 * @param table the columns that remain in the table
 * @param bytes {@code put} as an Arrow IPC message
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content where it matters
public record PutSchema(Schema put, TableSchema table, byte[] bytes) {

    /**
     * Checks a schema.
     *
     * @throws Refused INVALID when no live table can have it
     */
    public static PutSchema of(Schema put) throws Refused {
        return new PutSchema(put, TableSchema.of(put), put.serializeAsMessage());
    }

    /** Reads back what {@link #bytes} holds. */
    static PutSchema fromBytes(byte[] bytes) throws Refused {
        Schema put = Schema.deserializeMessage(ByteBuffer.wrap(bytes));
        return new PutSchema(put, TableSchema.of(put), bytes);
    }
}
