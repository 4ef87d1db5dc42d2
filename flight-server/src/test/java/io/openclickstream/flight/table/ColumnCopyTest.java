package io.openclickstream.flight.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarCharVector;

/** Whatever rows are copied, each value is the one that stood there, and under a null there is nothing. */
class ColumnCopyTest {
    private static final int ROWS = 200;
    private static final List<Function<BufferAllocator, FieldVector>> TYPES = List.of(
            allocator -> new VarCharVector("text", allocator),
            allocator -> new BigIntVector("number", allocator),
            allocator -> new BitVector("bit", allocator),
            allocator -> new LargeVarCharVector("large", allocator));

    @Property
    void everyValueIsTheOneOfItsRow(@ForAll long seed) {
        Random random = new Random(seed);
        try (BufferAllocator allocator = new RootAllocator()) {
            for (Function<BufferAllocator, FieldVector> type : TYPES) {
                List<FieldVector> columns = new ArrayList<>();
                List<Rows> sources = new ArrayList<>();
                List<Object> expected = new ArrayList<>();
                for (int source = random.nextInt(4); source >= 0; source--) {
                    FieldVector column = filled(type.apply(allocator), random);
                    columns.add(column);
                    int[] rows = rows(random);
                    boolean lacksColumn = random.nextInt(5) == 0;
                    sources.add(Rows.ofBatch(lacksColumn ? List.of() : List.of(column), rows));
                    IntStream.of(rows).forEach(row -> expected.add(lacksColumn ? null : column.getObject(row)));
                }
                try (FieldVector copy = type.apply(allocator)) {
                    Rows.copyColumn(sources, 0, copy);
                    assertHolds(copy, expected);
                }
                columns.forEach(FieldVector::close);
            }
        }
    }

    /** Chunks are copies, and are copied again: together when they are small, and into batches that are read. */
    @Property
    void aCopyOfCopiesIsLikeACopyOfTheirSources(@ForAll long seed) {
        Random random = new Random(seed);
        try (BufferAllocator allocator = new RootAllocator()) {
            for (Function<BufferAllocator, FieldVector> type : TYPES) {
                List<FieldVector> chunks = new ArrayList<>();
                List<Rows> sources = new ArrayList<>();
                List<Object> expected = new ArrayList<>();
                for (int source = random.nextInt(4); source >= 0; source--) {
                    FieldVector chunk = type.apply(allocator);
                    chunks.add(chunk);
                    try (FieldVector batch = filled(type.apply(allocator), random)) {
                        int[] all = IntStream.range(0, ROWS).toArray();
                        Rows.copyColumn(List.of(Rows.ofBatch(List.of(batch), all)), 0, chunk);
                        int[] rows = random.nextBoolean() ? all : rows(random);
                        sources.add(new Rows(List.of(chunk), rows, rows.length));
                        IntStream.of(rows).forEach(row -> expected.add(batch.getObject(row)));
                    }
                }
                try (FieldVector copy = type.apply(allocator)) {
                    Rows.copyColumn(sources, 0, copy);
                    assertHolds(copy, expected);
                }
                chunks.forEach(FieldVector::close);
            }
        }
    }

    /** The values, and nothing under a null. */
    private static void assertHolds(FieldVector copy, List<Object> expected) {
        assertThat(copy.getValueCount()).isEqualTo(expected.size());
        for (int row = 0; row < expected.size(); row++) {
            assertThat(copy.getObject(row)).isEqualTo(expected.get(row));
            assertThat(copy.isNull(row) && holdsSomething(copy, row)).isFalse();
        }
    }

    /** Some runs of neighbours, some single rows, in any order. */
    private static int[] rows(Random random) {
        IntStream.Builder rows = IntStream.builder();
        for (int run = random.nextInt(6); run > 0; run--) {
            int first = random.nextInt(ROWS);
            int count = 1 + random.nextInt(random.nextBoolean() ? 2 : ROWS - first);
            IntStream.range(first, Math.min(ROWS, first + count)).forEach(rows::add);
        }
        return rows.build().toArray();
    }

    /** As a client may send it: with nulls here, everywhere or nowhere, and values left under them. */
    private static FieldVector filled(FieldVector column, Random random) {
        int nulls = random.nextInt(3);
        for (int row = 0; row < ROWS; row++) {
            if (column instanceof VarCharVector text) {
                text.setSafe(row, "v".repeat(random.nextInt(9)).getBytes(StandardCharsets.UTF_8));
            } else if (column instanceof LargeVarCharVector text) {
                text.setSafe(row, "v".repeat(random.nextInt(9)).getBytes(StandardCharsets.UTF_8));
            } else if (column instanceof BigIntVector number) {
                number.setSafe(row, random.nextLong());
            } else {
                ((BitVector) column).setSafe(row, random.nextInt(2));
            }
        }
        column.setValueCount(ROWS);
        int from = random.nextInt(ROWS);
        for (int row = 0; row < ROWS; row++) {
            if (nulls == 1 ? random.nextInt(3) == 0 : nulls == 2 && row >= from) {
                BitVectorHelper.unsetBit(column.getValidityBuffer(), row);
            }
        }
        return column;
    }

    private static boolean holdsSomething(FieldVector column, int row) {
        if (column instanceof BaseVariableWidthVector text) {
            return text.getEndOffset(row) != text.getStartOffset(row);
        }
        ArrowBuf values = column.getDataBuffer();
        if (column instanceof BitVector) {
            return Bits.isOne(values, row);
        }
        return column instanceof BaseFixedWidthVector && values.getLong(8L * row) != 0;
    }
}
