package io.openclickstream.flight.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.live.LiveMetadata;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Schema;

class KeysTest {
    private static final int ROWS = 20;
    private static final Schema COLUMNS = new Schema(
            List.of(
                    Clicks.field("other", ArrowType.Utf8.INSTANCE, true),
                    Clicks.field("page", ArrowType.Utf8.INSTANCE, false),
                    Clicks.field("time", new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC"), false),
                    Clicks.field("code", new ArrowType.Int(32, true), false)),
            Map.of(LiveMetadata.PRIMARY_KEY, "page,time,code"));

    @Property(tries = 200)
    void rowsHaveTheSameKeyWhenAllPartsOfItAreTheSame(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        Keys keys = new Keys(TableSchema.of(COLUMNS));
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot a = batch(random, allocator);
                VectorSchemaRoot b = batch(random, allocator)) {
            int[] hashesOfA = keys.hashes(a.getFieldVectors(), ROWS);
            int[] hashesOfB = keys.hashes(b.getFieldVectors(), ROWS);
            for (int i = 0; i < ROWS; i++) {
                for (int j = 0; j < ROWS; j++) {
                    boolean same = key(a, i).equals(key(b, j));
                    assertThat(keys.same(a.getFieldVectors(), i, b.getFieldVectors(), j))
                            .isEqualTo(same);
                    assertThat(hashesOfA[i] == hashesOfB[j])
                            .as("%s and %s", key(a, i), key(b, j))
                            .isEqualTo(same);
                }
            }
        }
    }

    private static List<Object> key(VectorSchemaRoot batch, int row) {
        return batch.getFieldVectors().subList(1, 4).stream()
                .map(column -> column.getObject(row))
                .toList();
    }

    private static VectorSchemaRoot batch(Random random, BufferAllocator allocator) {
        VectorSchemaRoot batch = VectorSchemaRoot.create(COLUMNS, allocator);
        List<FieldVector> columns = batch.getFieldVectors();
        for (int row = 0; row < ROWS; row++) {
            String page = "/p".repeat(random.nextInt(3)) + random.nextInt(3) + "x".repeat(random.nextInt(2));
            ((VarCharVector) columns.get(0)).setSafe(row, new byte[random.nextInt(5)]);
            ((VarCharVector) columns.get(1)).setSafe(row, page.getBytes(StandardCharsets.UTF_8));
            ((TimeStampMilliTZVector) columns.get(2)).setSafe(row, random.nextInt(2));
            ((IntVector) columns.get(3)).setSafe(row, random.nextInt(2) << 24);
        }
        batch.setRowCount(ROWS);
        return batch;
    }
}
