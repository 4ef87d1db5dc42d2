package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.LiveMetadata;
import io.openclickstream.schemas.live.PersonsToErase;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** A small table for tests: a key, a time that assigns the window, a value, and whether the row deletes its key. */
public record Clicks(String key, long timeMillis, Long value, boolean delete) {
    public static final long HOUR = 3_600_000;
    public static final String LINEAGE = new UUID(0, 1).toString();
    public static final String WRITER = "test-clicks";

    public static final Schema PUT = new Schema(
            List.of(
                    field("key", ArrowType.Utf8.INSTANCE, false),
                    field("time", new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC"), false),
                    field("value", new ArrowType.Int(64, true), true),
                    field(LiveMetadata.OP_COLUMN, new ArrowType.Int(8, true), false)),
            Map.of(LiveMetadata.PRIMARY_KEY, "key", LiveMetadata.WINDOW_COLUMN, "time"));

    /** The same columns, and those that say whose a row is: that follows from its key. */
    public static final Schema PERSONS_PUT = new Schema(
            List.of(
                    PUT.getFields().get(0),
                    PUT.getFields().get(1),
                    PUT.getFields().get(2),
                    field("site_id", ArrowType.Utf8.INSTANCE, false),
                    field("user_id", ArrowType.Utf8.INSTANCE, false),
                    PUT.getFields().get(3)),
            PUT.getCustomMetadata());

    public static final String SITE = "shop";
    public static final int PERSONS = 7;

    /** Whose the row with this key is; no other text has this one in it. */
    public static String user(String key) {
        return user(Math.floorMod(key.hashCode(), PERSONS));
    }

    public static String user(int person) {
        return "<person %d>".formatted(person);
    }

    public static PersonsToErase toErase(String... users) {
        return new PersonsToErase(
                PersonsToErase.VERSION,
                Stream.of(users)
                        .map(user -> new PersonsToErase.Person(SITE, user))
                        .toList());
    }

    /** The names of the files in a folder that hold a text. */
    public static List<String> filesWith(String text, Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> found = new ArrayList<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try {
                    if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                        found.add(file.getFileName().toString());
                    }
                } catch (NoSuchFileException e) {
                    // deleted since it was listed
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Clicks upsert(String key, long timeMillis, long value) {
        return new Clicks(key, timeMillis, value, false);
    }

    public static Clicks delete(String key) {
        return new Clicks(key, 0, null, true);
    }

    public static Field field(String name, ArrowType type, boolean nullable) {
        return new Field(name, new FieldType(nullable, type, null), null);
    }

    /** Of the first writer that opens, in epoch 3, without a digest. */
    public static PutHeader header(long seq, Long watermarkMillis) {
        return new PutHeader(PutHeader.VERSION, "clicks", LINEAGE, WRITER, 0, 1, 1, 3, seq, 0, watermarkMillis);
    }

    /** The same header with the digest of a batch. */
    public static PutHeader digested(PutHeader header, VectorSchemaRoot batch) {
        return new PutHeader(
                header.version(),
                header.table(),
                header.lineage(),
                header.writer(),
                header.subtask(),
                header.parallelism(),
                header.token(),
                header.epoch(),
                header.seq(),
                RowDigest.of(batch),
                header.watermarkMillis());
    }

    /** Opens a writer that begins without state. */
    public static WriterOpening opening(int subtask, int parallelism) {
        return new WriterOpening(WriterOpening.VERSION, LINEAGE, WRITER, subtask, parallelism, 0, "job");
    }

    /** Tables for the first writer, which is open. */
    static Tables tables(long maxBytes, Duration retention, BufferAllocator allocator) {
        Tables tables = new Tables(new Tables.Limits(maxBytes, retention, 3), allocator);
        tables.open(opening(0, 1));
        return tables;
    }

    static Table table(Tables tables) {
        return tables.find(LINEAGE).find("clicks");
    }

    /** The live view of the table now. */
    static TableSnapshot live(Tables tables) {
        return table(tables).snapshot(tables.find(LINEAGE).liveFacts());
    }

    public static TableSchema schema() {
        try {
            return TableSchema.of(PUT);
        } catch (Refused e) {
            throw new AssertionError(e);
        }
    }

    public static VectorSchemaRoot batch(List<Clicks> rows, BufferAllocator allocator) {
        return batch(PUT, rows, allocator);
    }

    /** Rows of {@link #PERSONS_PUT}. */
    public static VectorSchemaRoot personsBatch(List<Clicks> rows, BufferAllocator allocator) {
        VectorSchemaRoot batch = batch(PERSONS_PUT, rows, allocator);
        for (int i = 0; i < rows.size(); i++) {
            ((VarCharVector) batch.getVector("site_id")).setSafe(i, SITE.getBytes(StandardCharsets.UTF_8));
            ((VarCharVector) batch.getVector("user_id"))
                    .setSafe(i, user(rows.get(i).key).getBytes(StandardCharsets.UTF_8));
        }
        batch.setRowCount(rows.size());
        return batch;
    }

    private static VectorSchemaRoot batch(Schema schema, List<Clicks> rows, BufferAllocator allocator) {
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
        for (int i = 0; i < rows.size(); i++) {
            Clicks row = rows.get(i);
            ((VarCharVector) root.getVector(0)).setSafe(i, row.key.getBytes(StandardCharsets.UTF_8));
            ((TimeStampMilliTZVector) root.getVector(1)).setSafe(i, row.timeMillis);
            if (row.value == null) {
                ((BigIntVector) root.getVector(2)).setNull(i);
            } else {
                ((BigIntVector) root.getVector(2)).setSafe(i, row.value);
            }
            ((TinyIntVector) root.getVector(LiveMetadata.OP_COLUMN)).setSafe(i, row.delete ? 1 : 0);
        }
        root.setRowCount(rows.size());
        return root;
    }

    public static PreparedPut prepared(List<Clicks> rows, BufferAllocator allocator) throws Refused {
        try (VectorSchemaRoot batch = batch(rows, allocator)) {
            return PreparedPut.of(schema(), batch, allocator);
        }
    }

    /** A put that a careless client has spoilt. */
    static PreparedPut prepared(List<Clicks> rows, BufferAllocator allocator, Consumer<VectorSchemaRoot> spoil)
            throws Refused {
        try (VectorSchemaRoot batch = batch(rows, allocator)) {
            spoil.accept(batch);
            return PreparedPut.of(schema(), batch, allocator);
        }
    }

    /** Every row of a snapshot in its order, each as {@code key@time=value}. */
    public static List<String> read(TableSnapshot snapshot, BufferAllocator allocator) {
        return read(snapshot, allocator, 700);
    }

    static List<String> read(TableSnapshot snapshot, BufferAllocator allocator, int batchRows) {
        return read(snapshot, Selection.everything(snapshot.tableSchema()), allocator, batchRows);
    }

    static List<String> read(TableSnapshot snapshot, Selection selection, BufferAllocator allocator, int batchRows) {
        List<String> rows = new ArrayList<>();
        try (VectorSchemaRoot batch = VectorSchemaRoot.create(snapshot.schema(), allocator)) {
            RowCursor cursor = new RowCursor(snapshot, selection, batchRows, 1 << 20);
            while (cursor.next(batch)) {
                for (int i = 0; i < batch.getRowCount(); i++) {
                    StringBuilder row = new StringBuilder();
                    row.append(batch.getVector(0).getObject(i)).append('@');
                    row.append(((TimeStampMilliTZVector) batch.getVector(1)).get(i));
                    for (FieldVector column : batch.getFieldVectors()
                            .subList(2, batch.getFieldVectors().size())) {
                        if (!column.getName().endsWith("_id")) {
                            row.append('=').append(column.getObject(i));
                        }
                    }
                    rows.add(row.toString());
                }
            }
        }
        return rows;
    }

    /** What a table should be: per window the rows in the order of their last change. */
    static final class Model {
        final Map<Long, Map<String, Clicks>> windows = new TreeMap<>();
        long keptFrom = Long.MIN_VALUE;

        void put(List<Clicks> rows) {
            Map<String, Clicks> last = new LinkedHashMap<>();
            for (Clicks row : rows) {
                last.remove(row.key());
                last.put(row.key(), row);
            }
            for (Clicks row : last.values()) {
                windows.values().forEach(window -> window.remove(row.key()));
                long window = Math.floorDiv(row.timeMillis(), HOUR) * HOUR;
                if (!row.delete() && window >= keptFrom) {
                    windows.computeIfAbsent(window, w -> new LinkedHashMap<>()).put(row.key(), row);
                }
            }
            windows.values().removeIf(Map::isEmpty);
        }

        void evict(long keepFrom) {
            keptFrom = Math.max(keptFrom, keepFrom);
            windows.keySet().removeIf(window -> window < keptFrom);
        }

        List<String> rows() {
            return windows.values().stream()
                    .flatMap(window -> window.values().stream())
                    .map(row -> row.key() + "@" + row.timeMillis() + "=" + row.value())
                    .toList();
        }
    }
}
