package io.openclickstream.flight.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.live.RowHashes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.Test;

class RowHashesTest {
    private static final int ROWS = 30;
    private static final int MOST_BYTES = 40;
    private static final List<Function<BufferAllocator, FieldVector>> TYPES = List.of(
            allocator -> new VarBinaryVector("text", allocator),
            allocator -> new LargeVarBinaryVector("large", allocator),
            allocator -> new BitVector("bit", allocator),
            allocator -> new TinyIntVector("1 byte", allocator),
            allocator -> new SmallIntVector("2 bytes", allocator),
            allocator -> new IntVector("4 bytes", allocator),
            allocator -> new BigIntVector("8 bytes", allocator),
            allocator -> new FixedSizeBinaryVector("11 bytes", allocator, 11),
            allocator -> new DecimalVector("16 bytes", allocator, 38, 2));

    @Property(tries = 100)
    void oneBitOfAnyValueCountsAndItsRowAlone(@ForAll long seed) {
        Random random = new Random(seed);
        try (BufferAllocator allocator = new RootAllocator()) {
            for (Function<BufferAllocator, FieldVector> type : TYPES) {
                byte[][] values = values(random);
                int row = random.nextInt(ROWS);
                values[row] = new byte[1 + random.nextInt(MOST_BYTES)];
                byte[][] others = values.clone();
                others[row] = values[row].clone();
                int width = width(type, allocator);
                int bit = random.nextInt(width == 0 ? 1 : Byte.SIZE * Math.min(width, others[row].length));
                others[row][bit >> 3] ^= (byte) (1 << (bit & 7));

                long[] hashes = hashes(type, allocator, values);
                long[] changed = hashes(type, allocator, others);

                for (int i = 0; i < ROWS; i++) {
                    assertThat(changed[i] == hashes[i])
                            .as("row %d, bit %d of row %d", i, bit, row)
                            .isEqualTo(i != row);
                }
            }
        }
    }

    @Property(tries = 100)
    void aRowHasTheSameHashWhereverItStandsAndWhateverIsUnderItsNulls(@ForAll long seed) {
        Random random = new Random(seed);
        try (BufferAllocator allocator = new RootAllocator()) {
            for (Function<BufferAllocator, FieldVector> type : TYPES) {
                byte[][] values = values(random);
                long[] hashes = hashes(type, allocator, values);
                byte[][] longer = new byte[ROWS + 3][];
                System.arraycopy(values, 0, longer, 3, ROWS);
                try (FieldVector column = filled(type.apply(allocator), longer, random)) {
                    assertThat(RowHashes.of(List.of(column), ROWS + 3)).endsWith(hashes);
                    for (int row = 0; row < ROWS; row++) {
                        assertThat(RowHashes.ofRow(List.of(column), 1, row + 3)).isEqualTo(hashes[row]);
                    }
                    TransferPair part = column.getTransferPair(allocator);
                    part.splitAndTransfer(3, ROWS);
                    try (ValueVector shared = part.getTo()) {
                        assertThat(RowHashes.of(List.of((FieldVector) shared), ROWS))
                                .isEqualTo(hashes);
                    }
                }
            }
        }
    }

    @Test
    void nullNothingAndZerosAreThreeThings() {
        try (BufferAllocator allocator = new RootAllocator()) {
            byte[][] values = {null, {}, {0}, {0, 0}, new byte[8], new byte[9]};
            for (Function<BufferAllocator, FieldVector> type : TYPES.subList(0, 2)) {
                assertThat(hashes(type, allocator, values)).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void aColumnThatIsNotThereIsNull() {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector there = filled(TYPES.get(0).apply(allocator), new byte[][] {{1}}, new Random(1));
                FieldVector isNull = filled(TYPES.get(6).apply(allocator), new byte[][] {null}, new Random(1))) {
            assertThat(RowHashes.ofRow(List.of(there), 2, 0))
                    .isEqualTo(RowHashes.ofRow(List.of(there, isNull), 2, 0))
                    .isNotEqualTo(RowHashes.ofRow(List.of(there), 1, 0));
        }
    }

    @Test
    void columnsWithoutAnyByteNeedNoMemoryForBytes() {
        try (BufferAllocator allocator = new RootAllocator();
                VarBinaryVector texts = new VarBinaryVector("text", allocator);
                ArrowBuf validity = allocator.buffer(1);
                ArrowBuf offsets = allocator.buffer(3 * VarBinaryVector.OFFSET_WIDTH)) {
            validity.setZero(0, validity.capacity());
            offsets.setZero(0, offsets.capacity());
            texts.loadFieldBuffers(new ArrowFieldNode(2, 2), List.of(validity, offsets, allocator.getEmpty()));
            assertThat(RowHashes.of(List.of(texts), 2))
                    .isEqualTo(hashes(TYPES.get(0), allocator, new byte[][] {null, null}));
        }
    }

    @Test
    void orderOfColumnsCountsAndWhereATextEnds() {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector a = filled(TYPES.get(0).apply(allocator), new byte[][] {{1, 2}}, new Random(1));
                FieldVector b = filled(TYPES.get(0).apply(allocator), new byte[][] {{3}}, new Random(1));
                FieldVector c = filled(TYPES.get(0).apply(allocator), new byte[][] {{1}}, new Random(1));
                FieldVector d = filled(TYPES.get(0).apply(allocator), new byte[][] {{2, 3}}, new Random(1))) {
            assertThat(List.of(
                            RowHashes.of(List.of(a, b), 1)[0],
                            RowHashes.of(List.of(b, a), 1)[0],
                            RowHashes.of(List.of(c, d), 1)[0]))
                    .doesNotHaveDuplicates();
            assertThat(RowHashes.ofRow(List.of(a, b), 2, 0)).isEqualTo(RowHashes.of(List.of(a, b), 1)[0]);
            assertThat(RowHashes.of(List.of(), 2)).hasSize(2);
            assertThat(RowHashes.of(List.of(a), 0)).isEmpty();
        }
    }

    private static byte[][] values(Random random) {
        List<byte[]> values = new ArrayList<>();
        int nulls = random.nextInt(3);
        for (int row = 0; row < ROWS; row++) {
            byte[] value = new byte[random.nextInt(MOST_BYTES)];
            random.nextBytes(value);
            values.add(nulls == 2 || (nulls == 1 && random.nextBoolean()) ? null : value);
        }
        return values.toArray(byte[][]::new);
    }

    private static long[] hashes(
            Function<BufferAllocator, FieldVector> type, BufferAllocator allocator, byte[][] rows) {
        try (FieldVector column = filled(type.apply(allocator), rows, new Random(rows.length))) {
            return RowHashes.of(List.of(column), rows.length);
        }
    }

    /** How many bytes a value of a type may have; 0 when it is a bit. */
    private static int width(Function<BufferAllocator, FieldVector> type, BufferAllocator allocator) {
        try (FieldVector column = type.apply(allocator)) {
            return column instanceof BaseFixedWidthVector fixed ? fixed.getTypeWidth() : MOST_BYTES;
        }
    }

    private static FieldVector filled(FieldVector column, byte[][] rows, Random random) {
        column.setInitialCapacity(rows.length);
        column.allocateNew();
        for (int row = 0; row < rows.length; row++) {
            byte[] value = rows[row] == null ? new byte[3] : rows[row];
            if (rows[row] == null) {
                random.nextBytes(value);
            }
            if (column instanceof VarBinaryVector text) {
                text.setSafe(row, value);
            } else if (column instanceof LargeVarBinaryVector text) {
                text.setSafe(row, value);
            } else if (column instanceof BitVector bits) {
                bits.setSafe(row, value.length == 0 ? 0 : value[0] & 1);
            } else {
                BaseFixedWidthVector fixed = (BaseFixedWidthVector) column;
                fixed.setIndexDefined(row);
                for (int i = 0; i < fixed.getTypeWidth(); i++) {
                    fixed.getDataBuffer()
                            .setByte((long) row * fixed.getTypeWidth() + i, i < value.length ? value[i] : 0);
                }
            }
            if (rows[row] == null) {
                column.setNull(row);
                if (column instanceof BaseFixedWidthVector fixed && fixed.getTypeWidth() > 0) {
                    fixed.getDataBuffer().setByte((long) row * fixed.getTypeWidth(), random.nextInt());
                }
            }
        }
        column.setValueCount(rows.length);
        return column;
    }
}
