package io.openclickstream.maintenance;

import io.openclickstream.lake.EpochFile;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeCommitter;
import io.openclickstream.lake.LakeEpoch;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.LakeTable;
import io.openclickstream.schemas.SchemaText;
import io.openclickstream.schemas.lake.LakeColumn;
import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakeProgress;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.schema.MessageTypeParser;

/** A lake as the job makes it: files under the names of its epochs, committed by its committer. */
final class TestLake implements AutoCloseable {
    static final String LINEAGE = "6f0c2f0e-4d3a-4f0e-9d55-0a63d2b5a001";

    static final LakeTable CLICKS = table("clicks", SchemaText.LAKE_CLICKS, "site_id", "user_id", "event_time");
    static final LakeTable SESSIONS = table("sessions", SchemaText.LAKE_SESSIONS, "site_id", "user_id", "start_time");
    static final LakeTable REJECTED =
            table("rejected", SchemaText.LAKE_REJECTED, "kafka_topic", "kafka_partition", "kafka_offset");

    final LakeCatalog catalog;
    final Instant start = Instant.now();
    private final Path local;
    private final List<LakeTable> tables;
    private LakeCommitter committer;
    private long offset;

    TestLake(LakeSettings settings, Path local, LakeTable... tables) throws IOException, InterruptedException {
        this(settings, local, 0, "first", tables);
    }

    TestLake(LakeSettings settings, Path local, long epoch, String submission, LakeTable... tables)
            throws IOException, InterruptedException {
        this.catalog = LakeCatalog.open(settings);
        this.local = Files.createDirectories(local);
        this.tables = List.of(tables);
        restore(LINEAGE, epoch, submission);
    }

    /** The job starts, from an epoch or from nothing. */
    final void restore(String lineage, long epoch, String submission) throws IOException, InterruptedException {
        committer = new LakeCommitter(catalog, tables, submission);
        committer.open(lineage, epoch);
    }

    static LakeTable table(String name, SchemaText schema, String... sortedBy) {
        return table(name, schema.text(), sortedBy);
    }

    static LakeTable table(String name, String schema, String... sortedBy) {
        Schema columns = ParquetSchemaUtil.convert(MessageTypeParser.parseMessageType(schema));
        return new LakeTable(name, name, columns, List.of(sortedBy));
    }

    /** The hour so long ago, in hours since 1970. */
    long hoursAgo(int hours) {
        return start.getEpochSecond() / 3_600 - hours;
    }

    /** A click of the shop; everything that can be null is, or not, as its number says. */
    Record click(String user, long hour, int number) {
        GenericRecord row = GenericRecord.create(CLICKS.schema());
        Instant time = Instant.EPOCH.plus(hour, ChronoUnit.HOURS).plusSeconds(number % 3_600);
        row.setField("event_id", "event-" + user + "-" + number);
        row.setField("site_id", "shop");
        row.setField("user_id", user);
        row.setField("event_time", time.plusNanos(1_000).atOffset(ZoneOffset.UTC));
        row.setField("event_type", "page_view");
        row.setField("url", number % 3 == 0 ? null : "https://shop.example/ü?n=" + number);
        row.setField("amount", number % 2 == 0 ? null : new BigDecimal("-123456789012345678.000000001"));
        row.setField("properties", number % 4 == 0 ? Map.of() : new TreeMap<>(Map.of("a", "1", "b", "" + number)));
        row.setField("ingestion_time", time.atOffset(ZoneOffset.UTC));
        row.setField("kafka_topic", "clicks");
        row.setField("kafka_partition", 0);
        row.setField("kafka_offset", offset++);
        return row;
    }

    Record session(String user, long hour, int number) {
        GenericRecord row = GenericRecord.create(SESSIONS.schema());
        var time =
                Instant.EPOCH.plus(hour, ChronoUnit.HOURS).plusSeconds(number).atOffset(ZoneOffset.UTC);
        row.setField("session_id", "session-" + user + "-" + number);
        row.setField("site_id", "shop");
        row.setField("user_id", user);
        for (String column : List.of("start_time", "end_time", "ingestion_time")) {
            row.setField(column, time);
        }
        for (String column : List.of("duration_ms", "clicks", "pages", "orders", "revision")) {
            row.setField(column, (long) number);
        }
        row.setField("revenue", Map.of("EUR", new BigDecimal("12345678901234567890123456789.123456789")));
        row.setField("is_bounce", number % 2 == 0);
        row.setField("close_reason", "GAP");
        return row;
    }

    Record rejected(byte[] raw, long hour, int number) {
        GenericRecord row = GenericRecord.create(REJECTED.schema());
        row.setField("outcome", "MALFORMED");
        row.setField("reason", "NOT_JSON");
        row.setField("detail", "made to be refused");
        row.setField("kafka_topic", "clicks");
        row.setField("kafka_partition", 0);
        row.setField("kafka_offset", (long) number);
        row.setField(
                "ingestion_time",
                Instant.EPOCH.plus(hour, ChronoUnit.HOURS).plusSeconds(number).atOffset(ZoneOffset.UTC));
        row.setField("raw_value", ByteBuffer.wrap(raw));
        return row;
    }

    /** Writes rows of one hour as one file of an epoch and commits it. */
    void commit(long epoch, long hour, LakeTable table, Record... rows) throws IOException, InterruptedException {
        commit(epoch, Map.of(table, List.of(file(LINEAGE, epoch, hour, table, List.of(rows)))));
    }

    void commit(long epoch, Map<LakeTable, List<LakeFile>> files) throws IOException, InterruptedException {
        commit(LINEAGE, epoch, files);
    }

    void commit(String lineage, long epoch, Map<LakeTable, List<LakeFile>> files)
            throws IOException, InterruptedException {
        commit(lineage, epoch, files, OptionalLong.empty());
    }

    /** Commits an epoch that obeys the list of erased persons up to an entry. */
    void commitObeying(long entry, long epoch, long hour, LakeTable table, Record... rows)
            throws IOException, InterruptedException {
        var file = file(LINEAGE, epoch, hour, table, List.of(rows));
        commit(LINEAGE, epoch, Map.of(table, List.of(file)), OptionalLong.of(entry));
    }

    private void commit(String lineage, long epoch, Map<LakeTable, List<LakeFile>> files, OptionalLong erasuresApplied)
            throws IOException, InterruptedException {
        Map<String, List<LakeFile>> byName = new HashMap<>();
        files.forEach((table, all) -> byName.put(table.name(), all));
        List<LakeProgress> progress = List.of(new LakeProgress("clicks", 0, offset, epoch * 1_000));
        committer.commit(new LakeEpoch(lineage, epoch, byName, progress, erasuresApplied), file -> catalog.storage()
                .upload(local(file.location()), file.location()));
    }

    /** A file that nobody sees yet. */
    LakeFile file(String lineage, long epoch, long hour, LakeTable table, List<Record> rows) throws IOException {
        String name =
                EpochFile.of(table.name(), epoch, lineage, "w-" + offset++).fileName();
        String location =
                catalog.settings().location("%s/%s/%s".formatted(table.folder(), LakeLayout.hourFolder(hour), name));
        List<Record> sorted = new ArrayList<>(rows);
        sorted.sort(new RowOrder(table.schema(), table.order()));
        FileAppender<Record> writer = Parquet.write(
                        org.apache.iceberg.Files.localOutput(local(location).toFile()))
                .schema(table.schema())
                .createWriterFunc(type -> GenericParquetWriter.create(table.schema(), type))
                .overwrite()
                .build();
        try (writer) {
            writer.addAll(sorted);
        }
        Metrics metrics = writer.metrics();
        List<LakeColumn> columns = new ArrayList<>();
        metrics.columnSizes()
                .forEach((id, bytes) -> columns.add(new LakeColumn(
                        id,
                        bytes,
                        metrics.valueCounts().getOrDefault(id, 0L),
                        metrics.nullValueCounts().getOrDefault(id, 0L),
                        bytes(metrics.lowerBounds().get(id)),
                        bytes(metrics.upperBounds().get(id)))));
        return new LakeFile(table.name(), location, hour, rows.size(), writer.length(), columns, new byte[0], 0);
    }

    private static byte[] bytes(ByteBuffer bound) {
        if (bound == null) {
            return null;
        }
        byte[] bytes = new byte[bound.remaining()];
        bound.duplicate().get(bytes);
        return bytes;
    }

    private Path local(String location) {
        return local.resolve(location.substring(location.lastIndexOf('/') + 1));
    }

    Table load(LakeTable table) {
        return catalog.load(table.name()).orElseThrow();
    }

    /** Every row of the table as it is now, as text, sorted. */
    List<String> rows(LakeTable table) throws Exception {
        return rows(locations(table));
    }

    /** Every row of the table as it was in a snapshot. */
    List<String> rows(LakeTable table, long snapshot) throws Exception {
        List<String> locations = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                load(table).newScan().useSnapshot(snapshot).planFiles()) {
            tasks.forEach(task -> locations.add(task.file().location()));
        }
        return rows(locations);
    }

    List<String> locations(LakeTable table) throws IOException {
        List<String> locations = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = load(table).newScan().planFiles()) {
            tasks.forEach(task -> locations.add(task.file().location()));
        }
        return locations;
    }

    /** Every row that is found by the job's folders. */
    List<String> rowsByFolder(LakeTable table) throws Exception {
        return rows(parquet(catalog.settings().location(table.folder()) + "/"));
    }

    /** Every row that is found in the folder of compacted files. */
    List<String> rowsOfCompacted(LakeTable table) throws Exception {
        return rows(parquet(new LakeLayout(catalog.settings(), table.name()).tableFolder() + "data/"));
    }

    private List<String> parquet(String folder) {
        return files(folder).stream()
                .filter(location -> location.matches(".*/ingestion_hour=[^/]+/[^/.]+\\.parquet"))
                .toList();
    }

    /** All files below a folder. */
    List<String> files(String folder) {
        List<String> files = new ArrayList<>();
        for (FileInfo file : catalog.storage().io().listPrefix(folder)) {
            files.add(file.location());
        }
        return files;
    }

    /** All rows of files, as text, sorted; read by DuckDB, which knows nothing of us. */
    List<String> rows(List<String> locations) throws Exception {
        if (locations.isEmpty()) {
            return List.of();
        }
        Path copies = Files.createTempDirectory(local, "copies");
        try {
            for (String location : locations) {
                copy(location, copies);
            }
            return query("SELECT * FROM read_parquet('%s/*.parquet', union_by_name = true)".formatted(copies));
        } finally {
            try (Stream<Path> files = Files.list(copies)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(copies);
        }
    }

    Path copy(String location, Path folder) throws IOException {
        Path copy = folder.resolve(location.substring(location.lastIndexOf('/') + 1));
        try (InputStream stream = catalog.storage().io().newInputFile(location).newStream()) {
            Files.copy(stream, copy);
        }
        return copy;
    }

    static List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            try (ResultSet result = statement.executeQuery("SELECT COLUMNS(*)::VARCHAR FROM (%s)".formatted(sql))) {
                int columns = result.getMetaData().getColumnCount();
                while (result.next()) {
                    var row = new StringBuilder();
                    for (int i = 1; i <= columns; i++) {
                        row.append(result.getString(i)).append('|');
                    }
                    rows.add(row.toString());
                }
            }
        }
        rows.sort(null);
        return rows;
    }

    /** Every file of the lake with its size and time, to see whether anything has changed. */
    Set<String> listing() {
        Set<String> all = new TreeSet<>();
        for (FileInfo file :
                catalog.storage().io().listPrefix(catalog.settings().root() + "/")) {
            all.add(file.location() + " " + file.size() + " " + file.createdAtMillis());
        }
        return all;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        catalog.close();
    }
}
