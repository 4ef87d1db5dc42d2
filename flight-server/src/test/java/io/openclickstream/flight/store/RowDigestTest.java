package io.openclickstream.flight.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.live.LiveColumns;
import io.openclickstream.schemas.live.RowDigest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;

class RowDigestTest {
    private static final Schema COLUMNS = new Schema(List.of(
            LiveColumns.column("name", LiveColumns.utf8(), true, ""),
            LiveColumns.column("number", LiveColumns.int64(), true, ""),
            LiveColumns.column("flag", LiveColumns.bool(), true, "")));

    /** A row; null is null in all columns. */
    private static long digest(int startCapacity, String... names) {
        try (var allocator = new RootAllocator();
                var batch = VectorSchemaRoot.create(COLUMNS, allocator)) {
            batch.getFieldVectors().forEach(vector -> vector.setInitialCapacity(startCapacity));
            batch.allocateNew();
            for (int row = 0; row < names.length; row++) {
                if (names[row] != null) {
                    ((VarCharVector) batch.getVector(0)).setSafe(row, names[row].getBytes(StandardCharsets.UTF_8));
                    ((BigIntVector) batch.getVector(1)).setSafe(row, names[row].length());
                    ((BitVector) batch.getVector(2)).setSafe(row, names[row].length() % 2);
                }
            }
            batch.setRowCount(names.length);
            return RowDigest.of(batch);
        }
    }

    @Property(tries = 200)
    void sameRowsHaveTheSameDigestHoweverTheyAreLaidOutAndOthersAnother(@ForAll @Size(max = 20) List<Integer> numbers) {
        String[] names = numbers.stream().map(n -> n % 7 == 0 ? null : "n" + n).toArray(String[]::new);
        long digest = digest(1, names);
        assertThat(digest(5000, names)).isEqualTo(digest);
        String[] longer = Arrays.copyOf(names, names.length + 1);
        assertThat(digest(1, longer)).isNotEqualTo(digest);
        if (names.length > 0) {
            String[] other = names.clone();
            other[names.length / 2] = "another";
            assertThat(digest(1, other)).isNotEqualTo(digest);
        }
    }

    @Test
    void orderOfRowsAndBatchesCounts() {
        assertThat(digest(1, "a", "b")).isNotEqualTo(digest(1, "b", "a"));
        long a = digest(1, "a");
        long b = digest(1, "b");
        assertThat(RowDigest.then(RowDigest.then(RowDigest.NOTHING, a), b))
                .isNotEqualTo(RowDigest.then(RowDigest.then(RowDigest.NOTHING, b), a));
        assertThat(RowDigest.then(a, digest(1))).as("an empty batch counts").isNotEqualTo(a);
    }
}
