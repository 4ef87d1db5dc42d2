package io.openclickstream.flight.store;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.log.LogRecord;
import io.openclickstream.flight.table.Persons;
import io.openclickstream.flight.table.Piece;
import io.openclickstream.flight.table.PreparedPut;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.TableSchema;
import io.openclickstream.flight.table.Tables;
import io.openclickstream.flight.table.Tables.Eviction;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PersonsFound;
import io.openclickstream.schemas.live.PersonsToErase;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * What the records of log and checkpoint mean, and how they become tables again. Kinds are never reused.
 *
 * <ul>
 *   <li>SCHEMA, in the log: header is {@code lineage/table}, body the schema of the puts that follow in this file
 *   <li>PUT, in the log: header is a {@link LoggedPut}, body an Arrow record batch
 *   <li>OPEN, in the log: header is a {@link WriterOpening}
 *   <li>COMMIT, in the log: header is a list of {@link Eviction}s made before, body an {@link EpochCommit}
 *   <li>PROMOTE, in the log: header is the lineage
 *   <li>ERASE, in the log: header is {@link PersonsToErase}. It names them, and a checkpoint after it makes it go
 *   <li>TERM, in the log: header is a {@link LoggedTerm}; a server has opened the log to write
 *   <li>TERMS, in a checkpoint: header is the {@link Terms} so far
 *   <li>SCHEMA, at the end of a checkpoint: as in the log, for puts that follow there
 *   <li>the others, in a checkpoint: header is a {@link Piece}, body its rows or the table's schema
 * </ul>
 */
final class Entries {
    static final byte SCHEMA = 1;
    static final byte PUT = 2;
    static final byte OPEN = 6;
    static final byte COMMIT = 7;
    static final byte PROMOTE = 8;
    static final byte SERVER = 9;
    static final byte LINEAGE = 10;
    static final byte TABLE = 11;
    static final byte BASE_ROWS = 12;
    static final byte DELTA_ROWS = 13;
    static final byte EPOCH_END = 14;
    static final byte TABLE_END = 15;
    static final byte TERM = 16;
    static final byte TERMS = 17;
    static final byte COMMITTED_END = 18;
    static final byte ERASE = 19;

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Tables tables;
    private final BufferAllocator allocator;
    private final Map<String, PutSchema> schemas = new HashMap<>();
    private Terms terms = Terms.NONE;
    private @Nullable LoggedTerm lastTerm;
    private boolean strayed;
    private long lastErasure;

    /**
     * A server has opened the log to write.
     *
     * @param goesOn whether its tables are those that the records before lead to
     * @param retentionMillis how long its tables keep rows, which with the next decides what becomes of the same records
     */
    record LoggedTerm(String term, boolean goesOn, long retentionMillis, int epochsKept) {}

    /** The terms of a log up to a checkpoint, and how the last one began. */
    record LoggedTerms(Terms terms, @Nullable LoggedTerm last) {}

    /** A record without its numbers. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Content(byte kind, byte[] header, byte[] body) {}

    /**
     * A put and what had to leave for it, so that a replay ends in the same tables.
     *
     * @param evictions made before the put was applied
     */
    record LoggedPut(PutHeader put, List<Eviction> evictions) {}

    /** What had to leave for a commit. */
    record LoggedCommit(List<Eviction> evictions) {}

    /** A {@link Piece.TableBegin} without its schema. */
    record LoggedTable(String lineage, String table, String writer) {}

    /** @param tables to put what is read into */
    Entries(Tables tables, BufferAllocator allocator) {
        this.tables = tables;
        this.allocator = allocator;
    }

    /** Applies one record of the log or the checkpoint, in the order in which they were written. */
    void replay(LogRecord record) throws IOException {
        byte[] header = record.header();
        try {
            switch (record.kind()) {
                case SCHEMA -> schemas.put(text(header), PutSchema.fromBytes(record.body()));
                case PUT -> replayPut(JSON.readValue(header, LoggedPut.class), record.body());
                case OPEN -> tables.open(WriterOpening.fromBytes(header));
                case COMMIT -> replayCommit(JSON.readValue(header, LoggedCommit.class), record.body());
                case PROMOTE -> tables.promote(text(header));
                case ERASE -> erase(PersonsToErase.fromBytes(header), record.sequence());
                case TERM -> begin(JSON.readValue(header, LoggedTerm.class), record.sequence());
                case TERMS -> {
                    LoggedTerms logged = JSON.readValue(header, LoggedTerms.class);
                    terms = logged.terms();
                    lastTerm = logged.last();
                }
                case SERVER -> tables.restore(JSON.readValue(header, Piece.Server.class), null);
                case LINEAGE -> tables.restore(JSON.readValue(header, Piece.OfLineage.class), null);
                case TABLE -> restoreTable(JSON.readValue(header, LoggedTable.class), record.body());
                case BASE_ROWS -> {
                    Piece.BaseRows piece = JSON.readValue(header, Piece.BaseRows.class);
                    restoreRows(piece, key(piece.lineage(), piece.table()), false, record.body());
                }
                case DELTA_ROWS -> {
                    Piece.DeltaRows piece = JSON.readValue(header, Piece.DeltaRows.class);
                    restoreRows(piece, key(piece.lineage(), piece.table()), piece.areDeletes(), record.body());
                }
                case EPOCH_END -> tables.restore(JSON.readValue(header, Piece.EpochEnd.class), null);
                case TABLE_END -> tables.restore(JSON.readValue(header, Piece.TableEnd.class), null);
                case COMMITTED_END -> tables.restore(JSON.readValue(header, Piece.CommittedEnd.class), null);
                default -> throw new IOException("unknown kind of record: %d".formatted(record.kind()));
            }
        } catch (Refused | IllegalArgumentException | IllegalStateException e) {
            throw new IOException("record %d cannot be applied: %s".formatted(record.sequence(), e.getMessage()), e);
        }
    }

    /** Removes persons, as the record of this number says. */
    PersonsFound erase(PersonsToErase persons, long sequence) {
        lastErasure = sequence;
        return tables.erase(new Persons(persons));
    }

    /** The last record that erased persons: up to it, files hold them; 0 when there was none since the checkpoint. */
    long lastErasure() {
        return lastErasure;
    }

    /** Who has written the log so far. */
    Terms terms() {
        return terms;
    }

    /** The term that a server begins who writes from here on; to be logged and then {@link #begin}. */
    LoggedTerm nextTerm(String id, LiveStore.Limits limits) {
        LoggedTerm last = lastTerm;
        long retentionMillis = limits.retention().toMillis();
        boolean goesOn = !strayed
                && last != null
                && last.retentionMillis() == retentionMillis
                && last.epochsKept() == limits.epochsKept();
        return new LoggedTerm(id, goesOn, retentionMillis, limits.epochsKept());
    }

    /** Whether more had to leave for want of memory than the records say, so that they lead to other tables than these. */
    boolean hasStrayed() {
        return strayed;
    }

    /** A term begins with the record of this number. */
    void begin(LoggedTerm term, long sequence) {
        terms = terms.then(term.term(), sequence, term.goesOn());
        lastTerm = term;
    }

    /** What a checkpoint needs beside the tables. */
    List<Content> beside() throws IOException {
        List<Content> contents = new ArrayList<>();
        contents.add(new Content(TERMS, json(new LoggedTerms(terms, lastTerm)), new byte[0]));
        schemas.keySet().removeIf(key -> tables.find(key.substring(0, key.indexOf('/'))) == null);
        schemas.forEach((key, schema) -> contents.add(new Content(SCHEMA, bytes(key), schema.bytes())));
        return contents;
    }

    private void replayPut(LoggedPut logged, byte[] body) throws IOException, Refused {
        PutHeader header = logged.put();
        PutSchema schema = schemaOf(key(header.lineage(), header.table()));
        try (VectorSchemaRoot batch = Batches.decode(body, schema.put(), allocator);
                PreparedPut put = PreparedPut.of(schema.table(), batch, allocator)) {
            logged.evictions().forEach(tables::evict);
            // Beyond what was logged, something leaves when this start has less memory than the last, or little was
            // left.
            List<Eviction> more = tables.admitLogged(header, put);
            if (more == null) {
                throw new IOException("a put was logged twice");
            }
            more.forEach(tables::evict);
            strayed |= !more.isEmpty();
            tables.apply(header, put);
        }
    }

    private void replayCommit(LoggedCommit logged, byte[] body) {
        logged.evictions().forEach(tables::evict);
        tables.commit(EpochCommit.fromBytes(body));
    }

    private void restoreTable(LoggedTable logged, byte[] body) throws Refused {
        PutSchema schema = PutSchema.fromBytes(body);
        schemas.put(key(logged.lineage(), logged.table()), schema);
        tables.restore(new Piece.TableBegin(logged.lineage(), logged.table(), logged.writer(), schema.table()), null);
    }

    private void restoreRows(Piece piece, String key, boolean areDeletes, byte[] body) throws IOException, Refused {
        PutSchema schema = schemaOf(key);
        try (VectorSchemaRoot batch = Batches.decode(body, schema.put(), allocator);
                PreparedPut rows = areDeletes
                        ? PreparedPut.ofDeletes(schema.table(), batch, allocator)
                        : PreparedPut.of(schema.table(), batch, allocator)) {
            tables.restore(piece, rows);
        }
    }

    private PutSchema schemaOf(String key) throws IOException {
        PutSchema schema = schemas.get(key);
        if (schema == null) {
            throw new IOException("rows of table %s without a schema before them".formatted(key));
        }
        return schema;
    }

    /** How a table's schema is found again. */
    static String key(String lineage, String table) {
        return lineage + "/" + table;
    }

    /** The kind of a piece's record. */
    static byte kind(Piece piece) {
        if (piece instanceof Piece.Server) {
            return SERVER;
        } else if (piece instanceof Piece.OfLineage) {
            return LINEAGE;
        } else if (piece instanceof Piece.TableBegin) {
            return TABLE;
        } else if (piece instanceof Piece.BaseRows) {
            return BASE_ROWS;
        } else if (piece instanceof Piece.DeltaRows) {
            return DELTA_ROWS;
        }
        if (piece instanceof Piece.EpochEnd) {
            return EPOCH_END;
        }
        return piece instanceof Piece.CommittedEnd ? COMMITTED_END : TABLE_END;
    }

    /** The header of a piece's record. */
    static byte[] header(Piece piece) throws IOException {
        return piece instanceof Piece.TableBegin table
                ? json(new LoggedTable(table.lineage(), table.table(), table.writer()))
                : json(piece);
    }

    /** The schema that stands in a piece's record; null for most. */
    static @Nullable TableSchema schema(Piece piece) {
        return piece instanceof Piece.TableBegin table ? table.schema() : null;
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

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
