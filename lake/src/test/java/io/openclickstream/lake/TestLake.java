package io.openclickstream.lake;

import io.openclickstream.lake.storage.LakeStorage;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakeProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;

/** A lake on a disk with two tables, and files that hold nothing. */
final class TestLake implements AutoCloseable {
    static final String LINEAGE = "00000000-0000-0001-0000-000000000001";
    static final String OTHER_LINEAGE = "00000000-0000-0001-0000-000000000002";
    private static final Schema SCHEMA = new Schema(
            Types.NestedField.required(3, "event_id", Types.StringType.get()),
            Types.NestedField.required(7, LakeTable.INGESTION_TIME, Types.TimestampType.withZone()));
    static final List<LakeTable> TABLES = List.of(
            new LakeTable("clicks", "clicks", SCHEMA, List.of("event_id")),
            new LakeTable("page_metrics", "metrics/page_metrics", SCHEMA, List.of()));

    private final Path folder;
    final FaultyStorage storage;
    final LakeCatalog catalog;

    TestLake(Path folder) throws IOException {
        this(folder, LakeSettings.EMBEDDED);
    }

    TestLake(Path folder, String catalogName) throws IOException {
        this(folder, catalogName, Map.of());
    }

    TestLake(Path folder, String catalogName, Map<String, String> catalogProperties) throws IOException {
        this.folder = folder;
        var settings = new LakeSettings("file:" + folder, catalogName, catalogProperties, S3Access.DEFAULT);
        storage = new FaultyStorage(LakeStorage.of(settings.rootUri(), settings.s3()));
        catalog = LakeCatalog.open(settings, storage);
    }

    /** A job that begins to write. */
    LakeCommitter job(String submission) {
        return new LakeCommitter(catalog, TABLES, submission);
    }

    /** An epoch with a file for each table; a file's name is different at every call with another writer. */
    LakeEpoch epoch(String lineage, long epoch, String writer) {
        Map<String, List<LakeFile>> files = TABLES.stream()
                .collect(Collectors.toMap(LakeTable::name, table -> List.of(file(table, lineage, epoch, writer))));
        return new LakeEpoch(lineage, epoch, files, List.of(new LakeProgress("topic", 1, 100 * epoch, 1_000 * epoch)));
    }

    LakeFile file(LakeTable table, String lineage, long epoch, String writer) {
        String name = EpochFile.of(table.name(), epoch, lineage, writer).fileName();
        String location = catalog.settings().location(table.folder() + "/ingestion_hour=2026-01-01-00/" + name);
        return new LakeFile(table.name(), location, 490_896, 1, 1, List.of(), new byte[0], 1);
    }

    /** Makes an empty file of that name. */
    void upload(LakeFile file) throws IOException {
        Path path = Path.of(file.location().substring("file:".length()));
        Files.createDirectories(path.getParent());
        Files.write(path, new byte[1]);
    }

    /** Names of the files that readers of the Iceberg table see; one that is there twice is named twice. */
    List<String> inTable(String name) {
        Table table = catalog.load(name).orElseThrow();
        List<String> names = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> names.add(nameOf(task.file().location())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names.stream().sorted().toList();
    }

    /** Names of the files that readers of the folder see. */
    List<String> inFolder(LakeTable table) throws IOException {
        Path start = folder.resolve(table.folder());
        if (!Files.isDirectory(start)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(start)) {
            return List.copyOf(files.filter(Files::isRegularFile)
                    .map(file -> nameOf(file.toString()))
                    .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    EpochMark mark(String name) {
        return EpochMark.of(catalog.load(name).orElseThrow().properties());
    }

    private static String nameOf(String location) {
        return location.substring(location.lastIndexOf('/') + 1);
    }

    @Override
    public void close() {
        catalog.close();
    }
}
