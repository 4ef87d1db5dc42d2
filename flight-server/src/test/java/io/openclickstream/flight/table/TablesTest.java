package io.openclickstream.flight.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.flight.table.Tables.Eviction;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LiveMetadata;
import io.openclickstream.schemas.live.PersonsFound;
import io.openclickstream.schemas.live.PersonsToErase;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpening;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TablesTest {
    private final BufferAllocator allocator = new RootAllocator();
    private Tables tables = Clicks.tables(Long.MAX_VALUE, Duration.ofHours(3), allocator);

    @AfterEach
    void nothingLeaks() {
        tables.close();
        allocator.close();
    }

    @Test
    void windowsLeaveByEventTimeBehindTheWatermark() throws Refused {
        put(0, null, at(0), at(1), at(2), at(5));
        put(1, 5 * Clicks.HOUR - 1);
        assertThat(windows()).containsExactly(1L, 2L, 5L);
        put(2, 5 * Clicks.HOUR);
        assertThat(windows()).containsExactly(2L, 5L);
        assertThat(table().state().counters().windowsExpired()).isEqualTo(2);

        put(3, 5 * Clicks.HOUR, at(1), at(4)); // too old a row is no error
        assertThat(windows()).containsExactly(2L, 4L, 5L);
        assertThat(table().state().counters().rowsIgnored()).isEqualTo(1);
    }

    @Test
    void theEndOfTimeDoesNotEmptyTheTable() throws Refused {
        put(0, Long.MAX_VALUE, at(0), at(7), at(10));
        assertThat(windows()).containsExactly(10L);
        put(1, Long.MAX_VALUE);
        assertThat(windows()).containsExactly(10L);
    }

    @Test
    void aRowThatMovesToAWindowThatHasLeftIsGone() throws Refused {
        put(0, 9 * Clicks.HOUR, Clicks.upsert("a", 9 * Clicks.HOUR, 1));
        put(1, 9 * Clicks.HOUR, Clicks.upsert("a", 0, 2));
        assertThat(rows()).isEmpty();
    }

    @Test
    void watermarkIsUnknownUntilEverySubtaskOfThisParallelismHasSaidOne() throws Refused {
        long first = open(0, 2);
        long second = open(1, 2);
        put(header(0, 2, first, 7, 0, 100L), Clicks.upsert("a", 0, 1));
        assertThat(table().state().progress().watermarkMillis()).isEmpty();
        assertThat(table().state().progress().epoch()).isEmpty();
        put(header(1, 2, second, 6, 0, null));
        assertThat(table().state().progress().watermarkMillis()).isEmpty();
        assertThat(table().state().progress().epoch()).isEqualTo(OptionalLong.of(6));
        put(header(1, 2, second, 6, 1, 50L));
        assertThat(table().state().progress().watermarkMillis()).isEqualTo(OptionalLong.of(50));

        put(header(0, 1, open(0, 1), 8, 0, 200L)); // scaled in: subtask 1 is no more
        assertThat(table().state().progress().watermarkMillis()).isEqualTo(OptionalLong.of(200));
        put(header(1, 3, open(1, 3), 8, 0, 300L)); // scaled out: the others have not spoken
        assertThat(table().state().progress().watermarkMillis()).isEmpty();
        put(header(2, 3, open(2, 3), 8, 0, 250L));
        put(header(0, 3, open(0, 3), 8, 0, 200L));
        put(header(1, 3, 5, 8, 1, 300L));
        put(header(2, 3, 6, 8, 1, 250L));
        assertThat(table().state().progress().watermarkMillis()).isEqualTo(OptionalLong.of(200));
    }

    @Test
    void versionCountsChangesOnly() throws Refused {
        put(0, null, at(1));
        long before = table().state().version();
        put(1, 5L);
        assertThat(table().state().version()).isEqualTo(before);
        put(2, 5L, at(1));
        assertThat(table().state().version()).isEqualTo(before + 1);
    }

    @Test
    void memoryIsMadeByTheOldestWindowsOfAnyTable() throws Refused {
        reopen(400_000);
        for (int hour = 0; hour < 40; hour++) {
            List<Eviction> evictions = put(header("clicks", hour), many(hour, 300));
            List<Eviction> others = put(header("others", hour), many(hour, 300));
            assertThat(tables.bytes()).isLessThanOrEqualTo(400_000);
            if (!evictions.isEmpty() && !others.isEmpty()) {
                assertThat(Math.abs(keptFrom("clicks") - keptFrom("others"))).isLessThanOrEqualTo(Clicks.HOUR);
            }
        }
        assertThat(table().state().counters().windowsEvicted()).isGreaterThan(20);
        assertThat(windows()).contains(39L).doesNotContain(0L);
        put(header("clicks", 40), at(0));
        assertThat(windows()).doesNotContain(0L); // what has left does not come back in part
    }

    @Test
    void whatWasTakenBackIsRememberedForReadersUntilItsEpochIsOldOrMemoryIsFull() throws Refused {
        reopen(130_000);
        put(0, null, many(0, 300));
        commit(3);
        Table table = table();
        for (int attempt = 0; attempt < 20; attempt++) { // a job that fails again and again costs no more each time
            long token = tables.open(opening(3, "job")).token();
            put(header(0, 1, token, 4, 0, null), many(1, 300));
        }
        tables.open(opening(3, "job"));
        assertThat(table.touchedAfter(3, facts())).satisfies(touched -> {
            assertThat(touched.stream().mapToLong(TableSnapshot::rows).sum()).isEqualTo(300);
            touched.forEach(TableSnapshot::close);
        });
        long token = tables.open(opening(3, "job")).token();
        List<Eviction> evictions = put(header(0, 1, token, 4, 0, null), many(1, 700));
        assertThat(evictions).contains(new Eviction(Clicks.LINEAGE, "clicks", Long.MIN_VALUE));
        assertThat(table.takenBackBytes()).isZero();
        assertThat(table.state().counters().forgotten()).isEqualTo(1);
        assertThat(table.state().counters().windowsEvicted()).isZero();
        assertThat(tables.bytes()).isLessThanOrEqualTo(130_000);
    }

    @Test
    void anEpochKeepsTheWindowsThatHaveLeftSince() throws Refused {
        put(0, null, at(0), at(5));
        commit(3);
        put(header(0, 1, 1, 4, 1, 9 * Clicks.HOUR), at(9));
        assertThat(windows()).containsExactly(9L);
        assertThat(Clicks.read(table().committed().get(3L), allocator)).hasSize(2);
        commit(4);
        assertThat(Clicks.read(table().committed().get(4L), allocator)).containsExactly("row9@32400000=1");
        tables.open(opening(3, "another")); // back to when they were here: they do not come again
        assertThat(windows()).isEmpty();
        tables.evict(new Eviction(Clicks.LINEAGE, "clicks", Clicks.HOUR));
        assertThat(Clicks.read(table().committed().get(3L), allocator)).containsExactly("row5@18000000=1");
    }

    @Test
    void whatCannotFitIsRefusedAndChangesNothing() throws Refused {
        reopen(200_000);
        put(0, null, many(3, 500));
        put(1, null, many(4, 500));
        List<String> before = rows();
        assertThatThrownBy(() -> put(2, null, many(5, 9_000)))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_ROOM))
                .hasMessageContaining("memory.max");
        assertThat(rows()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            key:utf8, time:ts, _op:int8                              | column value is gone
            key:utf8, time:ts, value:utf8?, _op:int8                 | column value was Int(64, true) nullable and is now Utf8
            key:utf8, time:ts, value:int64, _op:int8                 | column value was Int(64, true) nullable and is now Int(64, true) not
            key:utf8, value:int64?, time:ts, _op:int8                | has moved
            key:utf8, time:ts, value:int64?, extra:int64, _op:int8   | new column extra is not nullable
            key:utf8, time:ts, value:int64?, extra:list?, _op:int8   | takes flat columns
            key:utf8, time:ts, value:int64?, value:int64?, _op:int8  | occurs twice
            time:ts, value:int64?, _op:int8                          | primary key column 'key' is missing
            key:utf8, time:int64, value:int64?, _op:int8             | window column 'time' is missing or no timestamp
            key:utf8, time:ts, value:int64?, _op:int64               | column _op has type
            key:float, time:ts, value:int64?, _op:int8               | cannot be compared
            """)
    void anIncompatibleSchemaIsRefusedWithTheReason(String columns, String reason) throws Refused {
        put(0, null, at(1));
        assertThatThrownBy(() -> putEmpty(columns))
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID))
                .hasMessageContaining(reason);
        assertThat(rows()).hasSize(1);
    }

    @Test
    void aNewNullableColumnIsNullInOlderRows() throws Refused {
        put(0, null, at(1));
        Schema extended = schema("key:utf8, time:ts, value:int64?, extra:int64?, _op:int8");
        try (VectorSchemaRoot batch = VectorSchemaRoot.create(extended, allocator)) {
            batch.allocateNew();
            ((VarCharVector) batch.getVector("key")).setSafe(0, "b".getBytes(StandardCharsets.UTF_8));
            ((TimeStampMilliTZVector) batch.getVector("time")).setSafe(0, 0);
            ((TinyIntVector) batch.getVector("_op")).setSafe(0, 0);
            ((BigIntVector) batch.getVector("extra")).setSafe(0, 9);
            batch.setRowCount(1);
            apply(Clicks.header(1, null), PreparedPut.of(TableSchema.of(extended), batch, allocator));
        }
        assertThat(rows()).containsExactly("b@0=null=9", "row1@3600000=1=null");
        try (TableSnapshot snapshot = Clicks.live(tables)) {
            assertThat(snapshot.schema().getFields())
                    .extracting(Field::getName)
                    .containsExactly("key", "time", "value", "extra");
        }
    }

    @Test
    void aPutWithoutTheColumnsOfTheContractIsRefusedRowByRow() {
        assertThatThrownBy(() ->
                        Clicks.prepared(List.of(new Clicks("a", 0, 1L, false)), allocator, root -> root.getVector(0)
                                .setNull(0)))
                .hasMessageContaining("row 0")
                .hasMessageContaining("key is null");
        assertThatThrownBy(() -> Clicks.prepared(List.of(at(1)), allocator, root -> ((VarCharVector) root.getVector(0))
                        .setSafe(0, new byte[] {(byte) 0xc3, 0x28})))
                .hasMessageContaining("Non-UTF-8");
        assertThatThrownBy(() -> Clicks.prepared(
                        List.of(at(1)), allocator, root -> ((TinyIntVector) root.getVector(3)).setSafe(0, 7)))
                .hasMessageContaining("Unknown _op 7");
    }

    @Test
    void anErasedRowTakesAllVersionsOfItsKeyAlongSoThatNoneComesBack() throws Refused {
        putOf("ben", 0, 3, "k", "l");
        commit(3);
        putOf("ada", 1, 4, "k");
        putOf("ada", 2, 5, "m");
        putOf("ben", 3, 5, "k");
        assertThat(tables.find(new Persons(Clicks.toErase("ada")))
                        .tables()
                        .get(0)
                        .rows())
                .isEqualTo(2);
        long version = table().state().version();

        assertThat(tables.erase(new Persons(Clicks.toErase("ada"))).tables())
                .containsExactly(new PersonsFound.Rows(Clicks.LINEAGE, "clicks", 2));
        assertThat(rows()).containsExactly("l@0=1");
        assertThat(table().state().version()).isEqualTo(version + 1);
        assertThat(table().state().counters().erasures()).isEqualTo(1);
        assertThat(Clicks.read(table().committed().get(3L), allocator)).containsExactly("l@0=1");
        commit(5);
        assertThat(Clicks.read(table().committed().get(5L), allocator)).containsExactly("l@0=1");
        tables.open(opening(3, "other"));
        assertThat(rows()).containsExactly("l@0=1");
    }

    @Test
    void onlyUsersOfTheNamedSiteAreErased() throws Refused {
        putOf("ada", 0, 3, "k");
        var elsewhere =
                new PersonsToErase(PersonsToErase.VERSION, List.of(new PersonsToErase.Person("other", "ada"), ben()));
        assertThat(tables.erase(new Persons(elsewhere)).tables().get(0).rows()).isZero();
        assertThat(rows()).containsExactly("k@0=1");
    }

    @Test
    void tableThatDoesNotSayWhoseItsRowsAreIsLeftAlone() throws Refused {
        put(0, null, at(1));
        assertThat(tables.erase(new Persons(Clicks.toErase("ada"))).tables()).isEmpty();
        assertThat(table().state().counters().erasures()).isZero();
    }

    private static PersonsToErase.Person ben() {
        return new PersonsToErase.Person(Clicks.SITE, "ben");
    }

    /** Rows of one user with these keys. */
    private void putOf(String user, long seq, long epoch, String... keys) throws Refused {
        List<Clicks> rows = Stream.of(keys).map(key -> Clicks.upsert(key, 0, 1)).toList();
        try (VectorSchemaRoot batch = Clicks.personsBatch(rows, allocator)) {
            for (int i = 0; i < keys.length; i++) {
                ((VarCharVector) batch.getVector("user_id")).setSafe(i, user.getBytes(StandardCharsets.UTF_8));
            }
            apply(
                    new PutHeader(
                            PutHeader.VERSION, "clicks", Clicks.LINEAGE, Clicks.WRITER, 0, 1, 1, epoch, seq, 0, null),
                    PreparedPut.of(TableSchema.of(Clicks.PERSONS_PUT), batch, allocator));
        }
    }

    /** Commits what the first writer has put. */
    private void commit(long epoch) {
        var lane = new EpochCommit.Lane(Clicks.WRITER, 0, 1, "clicks", 1, 1, 0);
        tables.commit(new EpochCommit(EpochCommit.VERSION, Clicks.LINEAGE, epoch, List.of(lane)));
    }

    private static WriterOpening opening(long restoredEpoch, String job) {
        return new WriterOpening(WriterOpening.VERSION, Clicks.LINEAGE, Clicks.WRITER, 0, 1, restoredEpoch, job);
    }

    private ViewFacts facts() {
        return tables.find(Clicks.LINEAGE).liveFacts();
    }

    private static Clicks at(int hour) {
        return Clicks.upsert("row" + hour, hour * Clicks.HOUR, 1);
    }

    private static Clicks[] many(int hour, int count) {
        List<Clicks> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Clicks.upsert("row" + hour + "-" + i, hour * Clicks.HOUR, i));
        }
        return rows.toArray(Clicks[]::new);
    }

    private static PutHeader header(int subtask, int parallelism, long token, long epoch, long seq, Long watermark) {
        return new PutHeader(
                PutHeader.VERSION,
                "clicks",
                Clicks.LINEAGE,
                Clicks.WRITER,
                subtask,
                parallelism,
                token,
                epoch,
                seq,
                0,
                watermark);
    }

    private static PutHeader header(String table, long seq) {
        return new PutHeader(PutHeader.VERSION, table, Clicks.LINEAGE, Clicks.WRITER, 0, 1, 1, 3, seq, 0, null);
    }

    private long open(int subtask, int parallelism) {
        return tables.open(Clicks.opening(subtask, parallelism)).token();
    }

    private void reopen(long maxBytes) {
        tables.close();
        tables = Clicks.tables(maxBytes, Duration.ofDays(9), allocator);
    }

    private void put(long seq, Long watermark, Clicks... rows) throws Refused {
        put(Clicks.header(seq, watermark), rows);
    }

    private List<Eviction> put(PutHeader header, Clicks... rows) throws Refused {
        return apply(header, Clicks.prepared(List.of(rows), allocator));
    }

    private void putEmpty(String columns) throws Refused {
        Schema schema = schema(columns);
        try (VectorSchemaRoot batch = VectorSchemaRoot.create(schema, allocator)) {
            apply(Clicks.header(1, null), PreparedPut.of(TableSchema.of(schema), batch, allocator));
        }
    }

    private List<Eviction> apply(PutHeader header, PreparedPut prepared) throws Refused {
        try (prepared) {
            List<Eviction> evictions = tables.admit(header, prepared);
            evictions.forEach(tables::evict);
            tables.apply(header, prepared);
            return evictions;
        }
    }

    private Table table() {
        return Clicks.table(tables);
    }

    private long keptFrom(String table) {
        return tables.find(Clicks.LINEAGE).find(table).state().keptFromMillis();
    }

    private List<Long> windows() {
        return table().rows().windows().keySet().stream()
                .map(window -> window / Clicks.HOUR)
                .toList();
    }

    private List<String> rows() {
        try (TableSnapshot snapshot = Clicks.live(tables)) {
            return Clicks.read(snapshot, allocator);
        }
    }

    private static Schema schema(String columns) {
        List<Field> fields = new ArrayList<>();
        for (String column : columns.split(",", -1)) {
            String[] parts = column.strip().split(":", -1);
            String type = parts[1].replace("?", "");
            fields.add(new Field(
                    parts[0],
                    new FieldType(parts[1].endsWith("?"), type(type), null),
                    type.equals("list") ? List.of(Clicks.field("item", ArrowType.Utf8.INSTANCE, true)) : null));
        }
        return new Schema(fields, Map.of(LiveMetadata.PRIMARY_KEY, "key", LiveMetadata.WINDOW_COLUMN, "time"));
    }

    private static ArrowType type(String name) {
        return switch (name) {
            case "utf8" -> ArrowType.Utf8.INSTANCE;
            case "ts" -> new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC");
            case "int8" -> new ArrowType.Int(8, true);
            case "float" -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case "list" -> ArrowType.List.INSTANCE;
            default -> new ArrowType.Int(64, true);
        };
    }
}
