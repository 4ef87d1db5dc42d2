package io.openclickstream.flight.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How much a schema may tell. In a message of a few kilobytes a type can have itself as its child ten times over, or a
 * thousand fields one long name; whoever reads it makes each of them anew, until there is no memory.
 */
final class SchemaBudget {
    /** Of what is told, by the bytes of the message; names that writers share are a few times as much. */
    private static final long MOST_FOR_A_BYTE = 16;

    private static final int LEAST_FIELD_BYTES = 8;

    private long left;

    private SchemaBudget(long bytes) {
        this.left = bytes;
    }

    /**
     * Looks through the schema of a message.
     *
     * @param headerBytes size of the message
     * @throws IOException when it would become many times as large as the message
     */
    static void check(Message message, int headerBytes) throws IOException {
        SchemaBudget budget = new SchemaBudget(MOST_FOR_A_BYTE * headerBytes);
        Schema schema = (Schema) message.header(new Schema());
        if (schema == null) {
            throw new IOException("no schema");
        }
        for (int i = 0; i < schema.fieldsLength(); i++) {
            budget.take(schema.fields(i));
        }
        budget.take(schema.customMetadataLength(), schema::customMetadata);
    }

    private void take(Field field) throws IOException {
        take(LEAST_FIELD_BYTES);
        take(field.nameAsByteBuffer());
        take(field.customMetadataLength(), field::customMetadata);
        for (int i = 0; i < field.childrenLength(); i++) {
            take(field.children(i));
        }
    }

    private void take(int count, IntFunction<KeyValue> metadata) throws IOException {
        for (int i = 0; i < count; i++) {
            KeyValue entry = metadata.apply(i);
            take(LEAST_FIELD_BYTES);
            take(entry.keyAsByteBuffer());
            take(entry.valueAsByteBuffer());
        }
    }

    private void take(@Nullable ByteBuffer text) throws IOException {
        take(text == null ? 0 : text.remaining());
    }

    private void take(int bytes) throws IOException {
        left -= bytes;
        if (left < 0) {
            throw new IOException("a schema that tells the same over and over");
        }
    }
}
