package io.openclickstream.flight.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

class RowStoreTest {
    private static final int KEYS = 300;

    /** Hashes are given here, few enough that rows of one chunk and of the store share them with others. */
    @Property(tries = 50)
    void holdsTheLatestRowOfEachKeyThoughKeysShareTheirHashes(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 100) int hashes) throws Exception {
        Random random = new Random(seed);
        TableSchema schema = TableSchema.of(Clicks.PUT);
        Owned owned = new Owned();
        try (BufferAllocator allocator = new RootAllocator()) {
            try (RowStore store = new RowStore(schema, allocator, owned)) {
                Map<String, Long> expected = new HashMap<>();
                for (int step = 0; step < 20; step++) {
                    List<Clicks> rows = rows(random, step);
                    Chunk chunk = chunk(rows, hashes, schema, allocator);
                    if (random.nextInt(4) == 0) {
                        store.delete(chunk);
                        rows.forEach(row -> expected.remove(row.key()));
                    } else {
                        store.upsert(random.nextInt(3) * Clicks.HOUR, chunk);
                        rows.forEach(row -> expected.put(row.key(), row.value()));
                    }
                    chunk.release();
                    store.compact();
                    assertThat(store.rows()).isEqualTo(expected.size());
                    assertThat(contentOf(store)).isEqualTo(expected);
                }
            }
            assertThat(owned.bytes()).isZero();
        }
    }

    /** Each key once. */
    private static List<Clicks> rows(Random random, long value) {
        return random.ints(1 + random.nextInt(KEYS), 0, KEYS)
                .distinct()
                .mapToObj(key -> Clicks.upsert("key-" + key, 0, value * KEYS + key))
                .toList();
    }

    private static Chunk chunk(List<Clicks> rows, int hashes, TableSchema schema, BufferAllocator allocator) {
        try (VectorSchemaRoot batch = Clicks.batch(rows, allocator)) {
            int[] all = new int[rows.size()];
            Arrays.setAll(all, row -> row);
            int[] given =
                    rows.stream().mapToInt(row -> row.key().hashCode() % hashes).toArray();
            List<FieldVector> columns = BatchCheck.columns(batch);
            return Chunk.copyOf(List.of(new Rows(columns, all, all.length)), given, schema, allocator);
        }
    }

    private static Map<String, Long> contentOf(RowStore store) {
        Map<String, Long> content = new HashMap<>();
        for (TableSnapshot.Part part : store.parts()) {
            for (int row = 0; row < part.chunk().rows(); row++) {
                if (Slot.isLive(part.dead(), row)) {
                    List<FieldVector> columns = part.chunk().columns();
                    String key = ((VarCharVector) columns.get(0)).getObject(row).toString();
                    Long before = content.put(key, ((BigIntVector) columns.get(2)).get(row));
                    assertThat(before).as("another row of %s", key).isNull();
                }
            }
        }
        return content;
    }
}
