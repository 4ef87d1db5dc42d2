package io.openclickstream.flight.store;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.log.LogRecord;
import io.openclickstream.flight.table.PreparedPut;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.TableSchema;
import io.openclickstream.flight.table.TableState;
import io.openclickstream.flight.table.Tables;
import io.openclickstream.flight.table.Tables.Eviction;
import io.openclickstream.schemas.live.PutHeader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;

/**
 * What the records of log and checkpoint mean, and how they become tables again. Kinds are never reused.
 *
 * <ul>
 *   <li>SCHEMA, in the log: header is a table's name, body the schema of the puts that follow in this file
 *   <li>PUT, in the log: header is a {@link LoggedPut}, body an Arrow record batch
 *   <li>TABLE, in a checkpoint: header is a {@link TableState}, body the table's schema
 *   <li>ROWS, in a checkpoint: header is a table's name, body an Arrow record batch of its rows
 *   <li>TABLE_END, in a checkpoint: header as in TABLE
 * </ul>
 */
final class Entries {
    static final byte SCHEMA = 1;
    static final byte PUT = 2;
    static final byte TABLE = 3;
    static final byte ROWS = 4;
    static final byte TABLE_END = 5;

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Tables tables;
    private final BufferAllocator allocator;
    private final Map<String, PutSchema> schemas = new HashMap<>();

    /**
     * A put and what had to leave for it, so that a replay ends in the same tables.
     *
     * @param evictions made before the put was applied
     */
    record LoggedPut(PutHeader put, List<Eviction> evictions) {}

    /** @param tables to put what is read into */
    Entries(Tables tables, BufferAllocator allocator) {
        this.tables = tables;
        this.allocator = allocator;
    }

    /** Applies one record of the log or the checkpoint, in the order in which they were written. */
    void replay(LogRecord record) throws IOException {
        try {
            switch (record.kind()) {
                case SCHEMA -> schemas.put(text(record.header()), PutSchema.fromBytes(record.body()));
                case PUT -> replayPut(JSON.readValue(record.header(), LoggedPut.class), record.body());
                case TABLE -> {
                    TableState state = JSON.readValue(record.header(), TableState.class);
                    PutSchema schema = PutSchema.fromBytes(record.body());
                    schemas.put(state.name(), schema);
                    tables.restore(schema.table(), state);
                }
                case ROWS -> {
                    String table = text(record.header());
                    try (PreparedPut rows = prepare(schemaOf(table), record.body())) {
                        tables.load(table, rows);
                    }
                }
                case TABLE_END -> tables.restored(JSON.readValue(record.header(), TableState.class));
                default -> throw new IOException("unknown kind of record: %d".formatted(record.kind()));
            }
        } catch (Refused e) {
            throw new IOException("record %d cannot be applied: %s".formatted(record.sequence(), e.getMessage()), e);
        }
    }

    private void replayPut(LoggedPut logged, byte[] body) throws IOException, Refused {
        try (PreparedPut put = prepare(schemaOf(logged.put().table()), body)) {
            logged.evictions().forEach(tables::evict);
            // Beyond what was logged, something leaves only when this start has less memory than the last.
            tables.admit(logged.put(), put).forEach(tables::evict);
            tables.apply(logged.put(), put);
        }
    }

    private PreparedPut prepare(PutSchema schema, byte[] body) throws IOException, Refused {
        try (VectorSchemaRoot batch = VectorSchemaRoot.create(schema.put(), allocator)) {
            decode(body, batch, allocator);
            return PreparedPut.of(schema.table(), batch, allocator);
        }
    }

    private PutSchema schemaOf(String table) throws IOException {
        PutSchema schema = schemas.get(table);
        if (schema == null) {
            throw new IOException("rows of table %s without a schema before them".formatted(table));
        }
        return schema;
    }

    static byte[] json(Object value) throws IOException {
        return JSON.writeValueAsBytes(value);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] schemaBytes(TableSchema schema) {
        return schema.schema().serializeAsMessage();
    }

    static byte[] encode(VectorSchemaRoot batch) throws IOException {
        try (ArrowRecordBatch unloaded = new VectorUnloader(batch).getRecordBatch()) {
            var out = new ByteArrayOutputStream((int) Math.min(1 << 30, unloaded.computeBodyLength() + 4096));
            MessageSerializer.serialize(new WriteChannel(Channels.newChannel(out)), unloaded);
            return out.toByteArray();
        }
    }

    private static void decode(byte[] body, VectorSchemaRoot into, BufferAllocator allocator) throws IOException {
        try (ReadChannel in = new ReadChannel(Channels.newChannel(new ByteArrayInputStream(body)));
                ArrowRecordBatch loaded = MessageSerializer.deserializeRecordBatch(in, allocator)) {
            new VectorLoader(into).load(loaded);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
