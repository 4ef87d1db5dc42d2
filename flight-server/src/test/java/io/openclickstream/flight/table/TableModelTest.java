package io.openclickstream.flight.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.flight.table.Tables.Eviction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** A table does what a map per window would do, and a snapshot stays what it was. */
class TableModelTest {

    @Property(tries = 150)
    void tableEqualsModelAndSnapshotsNeverChange(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 30) int steps,
            @ForAll @IntRange(min = 1, max = 4000) int keys,
            @ForAll @IntRange(min = 1, max = 3000) int mostRows)
            throws Refused {
        Random random = new Random(seed);
        Clicks.Model model = new Clicks.Model();
        Map<TableSnapshot, List<String>> held = new LinkedHashMap<>();
        try (BufferAllocator allocator = new RootAllocator();
                Tables tables = Clicks.tables(Long.MAX_VALUE, Duration.ofDays(1000), allocator)) {
            for (int step = 0; step < steps; step++) {
                List<Clicks> rows = randomRows(random, keys, 1 + random.nextInt(mostRows));
                put(tables, rows, step, allocator);
                model.put(rows);
                if (random.nextInt(8) == 0) { // sent again
                    repeat(tables, rows, step, allocator);
                }
                if (random.nextInt(6) == 0) {
                    long keepFrom = random.nextInt(8) * Clicks.HOUR;
                    tables.evict(new Eviction(Clicks.LINEAGE, "clicks", keepFrom));
                    model.evict(keepFrom);
                }
                TableSnapshot snapshot = Clicks.live(tables);
                held.put(snapshot, model.rows());
                if (random.nextInt(3) == 0) {
                    held.remove(snapshot);
                    snapshot.close();
                }
                assertThat(table(tables).rows().rows()).isEqualTo(model.rows().size());
            }
            for (Map.Entry<TableSnapshot, List<String>> snapshot : held.entrySet()) {
                assertThat(Clicks.read(snapshot.getKey(), allocator, 1 + random.nextInt(3000)))
                        .isEqualTo(snapshot.getValue());
                assertThat(snapshot.getKey().rows())
                        .isEqualTo(snapshot.getValue().size());
                snapshot.getKey().close();
            }
            assertThat(tables.bufferBytes()).isEqualTo(allocator.getAllocatedMemory());
        }
    }

    @Property(tries = 100)
    void deadRowsCostNoMoreThanTheLiveOnes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int puts)
            throws Refused {
        Random random = new Random(seed);
        try (BufferAllocator allocator = new RootAllocator();
                Tables tables = Clicks.tables(Long.MAX_VALUE, Duration.ofDays(1000), allocator)) {
            for (int i = 0; i < puts; i++) {
                List<Clicks> rows = new ArrayList<>();
                for (int row = 0; row < 50; row++) {
                    rows.add(Clicks.upsert("key" + random.nextInt(3000), 0, i));
                }
                put(tables, rows, i, allocator);
            }
            RowStore rows = table(tables).rows();
            List<Slot> slots = rows.windows().get(0L);
            assertThat(slots).allSatisfy(slot -> assertThat(slot.live() * 2).isGreaterThan(slot.chunk.rows()));
            for (int i = 0; i + 1 < slots.size(); i++) {
                assertThat(slots.get(i).live() + slots.get(i + 1).live()).isGreaterThan(Chunk.MAX_ROWS);
            }
        }
    }

    private static void put(Tables tables, List<Clicks> rows, int seq, BufferAllocator allocator) throws Refused {
        try (PreparedPut put = Clicks.prepared(rows, allocator)) {
            assertThat(tables.admit(Clicks.header(seq, null), put)).isEmpty();
            tables.apply(Clicks.header(seq, null), put);
        }
    }

    private static void repeat(Tables tables, List<Clicks> rows, int seq, BufferAllocator allocator) throws Refused {
        try (PreparedPut put = Clicks.prepared(rows, allocator)) {
            assertThat(tables.admit(Clicks.header(seq, null), put))
                    .as("known already")
                    .isNull();
        }
    }

    private static Table table(Tables tables) {
        return Clicks.table(tables);
    }

    private static List<Clicks> randomRows(Random random, int keys, int count) {
        List<Clicks> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = "key" + random.nextInt(keys);
            rows.add(
                    random.nextInt(5) == 0
                            ? Clicks.delete(key)
                            : Clicks.upsert(key, (long) (random.nextDouble() * 8 * Clicks.HOUR), random.nextInt(100)));
        }
        return rows;
    }
}
