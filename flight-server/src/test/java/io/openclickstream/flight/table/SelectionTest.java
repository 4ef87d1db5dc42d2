package io.openclickstream.flight.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.flight.table.Selection.Order;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a selection lets through, against a filter over a plain list. Closing the allocator fails on a leak. */
class SelectionTest {
    private static final long HOUR = Clicks.HOUR;

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    @AfterProperty
    void nothingIsLeft() {
        allocator.close();
    }

    @Test
    void rowsAreChosenByTextNumberAndTime() throws Exception {
        assertThat(read(all -> all.where("key", List.of("b", "nobody")))).containsExactly("b@1=2");
        assertThat(read(all -> all.where("value", List.of("2", "4")))).containsExactly("b@1=2", "d@7200000=4");
        assertThat(read(all -> all.where("value", Arrays.asList("1", null))))
                .containsExactly("a@0=1", "n@3600000=null");
        assertThat(read(all -> all.where("key", List.of()))).isEmpty();
        assertThat(read(all -> all.where("time", List.of("1970-01-01T01:00:00Z", "1"))))
                .containsExactly("b@1=2", "n@3600000=null");
        assertThat(read(all -> all.between(1L, HOUR))).containsExactly("b@1=2");
        assertThat(read(all -> all.between(HOUR, null))).containsExactly("n@3600000=null", "d@7200000=4");
        assertThat(read(all -> all.between(null, HOUR).where("key", List.of("a", "d"))))
                .containsExactly("a@0=1");
        assertThat(read(all -> all.between(null, null))).hasSize(4);
    }

    @Test
    void rowsComeByTimeAndTiesAsTheyAreKept() throws Exception {
        List<Clicks> rows = List.of(
                Clicks.upsert("late", HOUR + 5, 1),
                Clicks.upsert("x", 9, 1),
                Clicks.upsert("y", 3, 1),
                Clicks.upsert("z", 9, 1));
        assertThat(read(rows, all -> all.orderBy(Order.STORED)))
                .containsExactly("x@9=1", "y@3=1", "z@9=1", "late@3600005=1");
        assertThat(read(rows, all -> all.orderBy(Order.WINDOW)))
                .containsExactly("y@3=1", "x@9=1", "z@9=1", "late@3600005=1");
        assertThat(read(rows, all -> all.orderBy(Order.WINDOW_DESCENDING)))
                .containsExactly("late@3600005=1", "x@9=1", "z@9=1", "y@3=1");
    }

    @Test
    void columnsComeInTheOrderAsked() throws Exception {
        Selection chosen = Selection.everything(Clicks.schema()).columns(List.of("value", "key"));
        assertThat(chosen.fields()).extracting(Field::getName).containsExactly("value", "key");
        try (Tables tables = tables();
                TableSnapshot snapshot = put(tables, List.of(Clicks.upsert("a", 0, 7)));
                VectorSchemaRoot batch = VectorSchemaRoot.create(new Schema(chosen.fields()), allocator)) {
            assertThat(new RowCursor(snapshot, chosen, 10, 1000).next(batch)).isTrue();
            assertThat(batch.contentToTSVString()).isEqualTo("value\tkey\n7\ta\n");
        }
    }

    @Test
    void whatCannotBeAskedIsRefusedWithTheReason() throws Exception {
        Selection all = Selection.everything(Clicks.schema());
        refused(() -> all.columns(List.of("key", "no\tthing")), "no column 'no?thing'. It has: key, time, value.");
        refused(() -> all.columns(List.of("key", "key")), "Column key is asked for twice");
        refused(() -> all.where("colour", List.of("red")), "no column 'colour'");
        refused(() -> all.where("value", List.of("many")), "'many', which is not a whole number");
        refused(() -> all.where("time", List.of("yesterday")), "'yesterday', which is not a time");
        refused(() -> all.where("key", Collections.nCopies(257, "a")), "257 values, more than 256");
    }

    @Property
    void theSameRowsAsAFilterOverAListWhateverTheBatches(
            @ForAll @IntRange(max = 3000) int count,
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 700) int batchRows,
            @ForAll @IntRange(max = 3000) int limit,
            @ForAll Order order)
            throws Exception {
        Random random = new Random(seed);
        List<Clicks> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Clicks.upsert("k" + i, random.nextInt(4 * (int) HOUR), random.nextInt(3)));
        }
        long from = random.nextInt(3 * (int) HOUR);
        long before = from + random.nextInt(3 * (int) HOUR);
        Predicate<Clicks> passes = row -> row.value() != 1 && row.timeMillis() >= from && row.timeMillis() < before;
        Comparator<Clicks> byHour = Comparator.comparingLong(row -> row.timeMillis() / HOUR);
        Comparator<Clicks> byTime = Comparator.comparingLong(Clicks::timeMillis);
        List<String> expected = rows.stream()
                .filter(passes)
                .sorted(
                        switch (order) {
                            case STORED -> byHour;
                            case WINDOW -> byTime;
                            case WINDOW_DESCENDING -> byTime.reversed();
                        })
                .map(row -> row.key() + "@" + row.timeMillis() + "=" + row.value())
                .toList();
        try (Tables tables = tables();
                TableSnapshot snapshot = put(tables, rows)) {
            Selection chosen = Selection.everything(Clicks.schema())
                    .where("value", List.of("0", "2"))
                    .between(from, before)
                    .orderBy(order);
            assertThat(Clicks.read(snapshot, chosen, allocator, batchRows)).isEqualTo(expected);
            assertThat(Measure.of(snapshot, chosen, true).rows()).isEqualTo(expected.size());
            assertThat(Measure.isAny(snapshot, chosen)).isEqualTo(!expected.isEmpty());
            List<String> first = expected.subList(0, Math.min(limit, expected.size()));
            assertThat(Clicks.read(snapshot, chosen.limit(limit), allocator, batchRows))
                    .isEqualTo(first);
            assertThat(Measure.of(snapshot, chosen.limit(limit), true).rows()).isEqualTo(first.size());
        }
    }

    @Test
    void everyByteOfATextIsInTheDigest() throws Exception {
        assertThat(List.of(digest("DE"), digest("BE"), digest("DF"), digest("abcdefg"), digest("abcdXfg")))
                .doesNotHaveDuplicates();
    }

    private long digest(String key) throws Exception {
        try (Tables tables = tables();
                TableSnapshot snapshot = put(tables, List.of(Clicks.upsert(key, 0, 1)))) {
            return Measure.of(snapshot, Selection.everything(Clicks.schema()), true)
                    .digest();
        }
    }

    @Test
    void aLimitedReadLooksAtAndHoldsNoMoreThanItNeeds() throws Exception {
        List<Clicks> rows = new ArrayList<>();
        for (int i = 0; i < 20 * Chunk.MAX_ROWS; i++) {
            rows.add(Clicks.upsert("k" + i, i % 4 * HOUR + i % 100, 1));
        }
        try (Tables tables = tables();
                TableSnapshot snapshot = put(tables, rows)) {
            List<TableSnapshot.Part> parts = snapshot.parts();
            OrderedRows latest = new OrderedRows(1, true, 5);
            parts.forEach(part -> latest.add(
                    part.chunk(), Selection.everything(Clicks.schema()).passing(part)));
            assertThat(latest.runs().stream()
                            .mapToInt(run -> run.rows().count())
                            .sum())
                    .as("places that are held")
                    .isBetween(5, 10);
            TableSnapshot.Part last = parts.get(parts.size() - 1);
            assertThat(fiveRowsOf(parts, Order.STORED, part -> part.equals(parts.get(0))))
                    .isEqualTo(5);
            assertThat(fiveRowsOf(parts, Order.WINDOW, part -> part.window() == 0))
                    .isEqualTo(5);
            assertThat(fiveRowsOf(parts, Order.WINDOW_DESCENDING, part -> part.window() == last.window()))
                    .isEqualTo(5);
        }
    }

    /** Reads where whoever looks at other parts than these fails. */
    private static int fiveRowsOf(List<TableSnapshot.Part> parts, Order order, Predicate<TableSnapshot.Part> readable)
            throws Exception {
        List<TableSnapshot.Part> trapped = parts.stream()
                .map(part -> readable.test(part) ? part : new TableSnapshot.Part(part.window(), part.chunk(), null, -1))
                .toList();
        assertThat(trapped).isNotEqualTo(parts);
        Selection five = Selection.everything(Clicks.schema()).orderBy(order).limit(5);
        PickedRows picked = new PickedRows(trapped, five);
        int rows = 0;
        while (picked.hasNext()) {
            int run = picked.run(100).count();
            rows += run;
            picked.skip(run);
        }
        return rows;
    }

    @Property
    void othersRowsChangeNeitherRowsNorBatchesNorDigest(
            @ForAll @IntRange(min = 1, max = 1500) int own, @ForAll @IntRange(max = 3000) int others, @ForAll long seed)
            throws Exception {
        Random random = new Random(seed);
        List<Clicks> mine = new ArrayList<>();
        for (int i = 0; i < own; i++) {
            mine.add(Clicks.upsert("k" + i, random.nextInt(2 * (int) HOUR), 1));
        }
        List<Clicks> both = new ArrayList<>(mine);
        for (int i = 0; i < others; i++) {
            String longer = "a rather long key that makes other rows larger ";
            both.add(random.nextInt(both.size() + 1), Clicks.upsert(longer + i, random.nextInt(2 * (int) HOUR), 2));
        }
        assertThat(batchesOfValueOne(both)).isEqualTo(batchesOfValueOne(mine));
    }

    private List<String> batchesOfValueOne(List<Clicks> rows) throws Exception {
        Selection chosen = Selection.everything(Clicks.schema()).where("value", List.of("1"));
        List<String> batches = new ArrayList<>();
        try (Tables tables = tables();
                TableSnapshot snapshot = put(tables, rows);
                VectorSchemaRoot batch = VectorSchemaRoot.create(new Schema(chosen.fields()), allocator)) {
            RowCursor cursor = new RowCursor(snapshot, chosen, 100, 1500);
            while (cursor.next(batch)) {
                batches.add(batch.contentToTSVString());
            }
            batches.add(Measure.of(snapshot, chosen, true).toString());
            batches.add(
                    Measure.of(snapshot, chosen.orderBy(Order.WINDOW_DESCENDING).limit(20), true)
                            .toString());
        }
        return batches;
    }

    private interface Choice {
        Selection of(Selection everything) throws Refused;
    }

    private List<String> read(Choice choice) throws Exception {
        return read(
                List.of(
                        Clicks.upsert("a", 0, 1),
                        Clicks.upsert("b", 1, 2),
                        new Clicks("n", HOUR, null, false),
                        Clicks.upsert("d", 2 * HOUR, 4)),
                choice);
    }

    private List<String> read(List<Clicks> rows, Choice choice) throws Exception {
        try (Tables tables = tables();
                TableSnapshot snapshot = put(tables, rows)) {
            return Clicks.read(snapshot, choice.of(Selection.everything(Clicks.schema())), allocator, 700);
        }
    }

    private Tables tables() {
        return Clicks.tables(1L << 30, Duration.ofDays(30), allocator);
    }

    /** Puts in pieces, so that there are several chunks in an hour. */
    private TableSnapshot put(Tables tables, List<Clicks> rows) throws Refused {
        for (int from = 0, seq = 0; from < Math.max(1, rows.size()); from += 1100, seq++) {
            try (PreparedPut put = Clicks.prepared(rows.subList(from, Math.min(rows.size(), from + 1100)), allocator)) {
                tables.admit(Clicks.header(seq, 0L), put);
                tables.apply(Clicks.header(seq, 0L), put);
            }
        }
        return Clicks.live(tables);
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(Refused.class).hasMessageContaining(message);
    }
}
