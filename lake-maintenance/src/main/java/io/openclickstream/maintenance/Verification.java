package io.openclickstream.maintenance;

import io.openclickstream.lake.ErasedPersons;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.Traces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;

/**
 * Looks for persons in every file of a lake, whoever refers to it: in all values of Parquet and Avro files, which are
 * compressed, in the footers of the former, which hold bounds, and in the bytes of all others.
 */
final class Verification {
    private final LakeCatalog catalog;
    private final List<Person> persons;
    private final Traces traces;
    private final Path scratch;

    /** @param scratch an empty folder */
    Verification(LakeCatalog catalog, List<Person> persons, Path scratch) {
        this.catalog = catalog;
        this.persons = persons;
        this.traces = Traces.of(persons.stream().map(Person::user).toList());
        this.scratch = scratch;
    }

    /** A line for each file in which something was found; empty when nothing was. */
    List<String> findings() throws IOException {
        List<String> findings = new ArrayList<>();
        // It holds hashes, by design, and numbers that might be somebody's id.
        String list = catalog.settings().location(ErasedPersons.FOLDER + "/");
        for (FileInfo file :
                catalog.storage().io().listPrefix(catalog.settings().root() + "/")) {
            if (!file.location().startsWith(list)) {
                look(file.location(), findings);
            }
        }
        return findings;
    }

    private void look(String location, List<String> findings) throws IOException {
        try {
            if (location.endsWith(".parquet")) {
                inParquet(location, findings);
            } else if (isInOther(location)) {
                findings.add("%s: holds an id".formatted(location));
            }
        } catch (NotFoundException e) { // the job lets old metadata go with each commit, and this was listed before
            if (catalog.storage().io().newInputFile(location).exists()) {
                throw e;
            }
        }
    }

    private void inParquet(String location, List<String> findings) throws IOException {
        Path file = scratch.resolve("verified.parquet");
        try (InputStream stream = open(location)) {
            Files.copy(stream, file, StandardCopyOption.REPLACE_EXISTING);
        }
        Schema schema;
        long rowsEnd;
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
            schema = ParquetSchemaUtil.convert(reader.getFileMetaData().getSchema());
            rowsEnd = reader.getRowGroups().stream()
                    .flatMap(rows -> rows.getColumns().stream())
                    .mapToLong(column -> column.getStartingPos() + column.getTotalSize())
                    .max()
                    .orElse(0);
        }
        long rows = 0;
        long mentions = 0;
        Optional<PersonRows> theirs = PersonRows.of(schema, persons);
        try (CloseableIterable<Record> records = SortedRewrite.read(schema, file)) {
            for (Record row : records) {
                if (theirs.isPresent() && theirs.get().test(row)) {
                    rows++;
                } else if (isIn(row)) {
                    mentions++;
                }
            }
        }
        boolean isInFooter = isInRest(file, rowsEnd);
        Files.delete(file);
        if (rows + mentions > 0 || isInFooter) {
            findings.add("%s: %d rows of them, %d other rows that hold an id%s"
                    .formatted(location, rows, mentions, isInFooter ? ", and a bound in the footer" : ""));
        }
    }

    private boolean isInRest(Path file, long from) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            stream.skipNBytes(from);
            return traces.isIn(stream.readAllBytes());
        }
    }

    private boolean isInOther(String location) throws IOException {
        byte[] bytes;
        try (InputStream stream = open(location)) {
            bytes = stream.readAllBytes();
        }
        if (!location.endsWith(".avro")) {
            return traces.isIn(bytes);
        }
        try (var rows = new DataFileStream<IndexedRecord>(
                new ByteArrayInputStream(bytes), new GenericDatumReader<IndexedRecord>())) {
            for (IndexedRecord row : rows) {
                if (isIn(row)) {
                    return true;
                }
            }
        }
        return false;
    }

    private InputStream open(String location) {
        return catalog.storage().io().newInputFile(location).newStream();
    }

    /** In a value of Parquet's or Avro's, however deep. */
    private boolean isIn(Object value) {
        if (value instanceof StructLike row) {
            for (int i = 0; i < row.size(); i++) {
                if (isIn(row.get(i, Object.class))) {
                    return true;
                }
            }
            return false;
        }
        if (value instanceof IndexedRecord row) {
            for (int i = 0; i < row.getSchema().getFields().size(); i++) {
                if (isIn(row.get(i))) {
                    return true;
                }
            }
            return false;
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream().anyMatch(entry -> isIn(entry.getKey()) || isIn(entry.getValue()));
        }
        if (value instanceof Collection<?> all) {
            return all.stream().anyMatch(this::isIn);
        }
        return (value instanceof CharSequence || value instanceof ByteBuffer) && traces.isIn(PersonRows.bytes(value));
    }
}
