package io.openclickstream.maintenance;

import io.openclickstream.lake.Traces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/**
 * Which rows of a table are some persons': those under their ids, or, where a table keeps what was refused, those whose
 * bytes hold an id.
 */
final class PersonRows implements Predicate<Record> {
    private static final String SITE = "site_id";
    private static final String USER = "user_id";
    private static final List<String> RAW = List.of("raw_key", "raw_value", "detail");

    /** Of clicks and sessions: metrics count both by them. */
    private static final Set<String> TIMES = Set.of("event_time", "start_time", "end_time");

    private final Set<Person> persons;
    private final Schema schema;
    private final boolean isRaw;
    private final Schema columns;
    private final Expression filter;
    private final Traces traces;

    private PersonRows(List<Person> persons, Schema schema, boolean isRaw) {
        this.persons = new HashSet<>(persons);
        this.schema = schema;
        this.isRaw = isRaw;
        this.columns = schema.select(Stream.of(isRaw ? RAW : List.of(SITE, USER), TIMES)
                .flatMap(Collection::stream)
                .toList());
        this.filter = isRaw
                ? Expressions.alwaysTrue()
                : Expressions.in(
                        USER, persons.stream().map(Person::user).distinct().toArray());
        this.traces = Traces.of(persons.stream().map(Person::user).toList());
    }

    /** Empty for a table that has nothing of a single person. */
    static Optional<PersonRows> of(Schema schema, List<Person> persons) {
        if (schema.findField(SITE) != null && schema.findField(USER) != null) {
            return Optional.of(new PersonRows(persons, schema, false));
        }
        return schema.findField("raw_value") == null
                ? Optional.empty()
                : Optional.of(new PersonRows(persons, schema, true));
    }

    @Override
    public boolean test(Record row) {
        if (!isRaw) {
            return persons.contains(new Person(String.valueOf(row.getField(SITE)), String.valueOf(row.getField(USER))));
        }
        return RAW.stream()
                .anyMatch(column -> row.getField(column) != null && traces.isIn(bytes(row.getField(column))));
    }

    static byte[] bytes(Object value) {
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        return String.valueOf(value).getBytes(StandardCharsets.UTF_8);
    }

    private void addHours(Record row, Set<Instant> hours) {
        for (Types.NestedField column : columns.columns()) {
            if (TIMES.contains(column.name()) && row.getField(column.name()) instanceof OffsetDateTime time) {
                hours.add(time.toInstant().truncatedTo(ChronoUnit.HOURS));
            }
        }
    }

    /** Whether the manifest allows that the file has such rows. */
    boolean mayBeIn(DataFile file) {
        return isRaw || new InclusiveMetricsEvaluator(schema, filter).eval(file);
    }

    /** How many such rows a file has; reads only row groups whose bloom filter, or bounds, allow any. */
    long count(InputFile file) throws IOException {
        return count(file, new HashSet<>());
    }

    /**
     * The same.
     *
     * @param hours gets the beginnings of the hours of event time that the rows lie in, where they say
     */
    long count(InputFile file, Set<Instant> hours) throws IOException {
        long count = 0;
        try (CloseableIterable<Record> rows = Parquet.read(file)
                .project(columns)
                .filter(filter)
                .createReaderFunc(type -> GenericParquetReaders.buildReader(columns, type))
                .build()) {
            for (Record row : rows) {
                if (test(row)) {
                    count++;
                    addHours(row, hours);
                }
            }
        }
        return count;
    }
}
