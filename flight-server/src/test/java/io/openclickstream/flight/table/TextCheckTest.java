package io.openclickstream.flight.table;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.VarCharVector;
import org.junit.jupiter.api.Test;

class TextCheckTest {
    private static final byte[] UMLAUT = "ü".getBytes(StandardCharsets.UTF_8);

    private static final byte[] NOTHING = {};

    @Test
    void textInUtf8Passes() {
        assertThatCode(() -> check("größer".getBytes(StandardCharsets.UTF_8), UMLAUT, texts -> {}))
                .doesNotThrowAnyException();
        assertThatCode(() -> check(new byte[20_000], NOTHING, texts -> {})).doesNotThrowAnyException();
    }

    @Test
    void characterThatIsCutInTwoIsRefusedThoughBothHalvesTogetherAreOne() {
        assertThatThrownBy(() -> check(new byte[] {UMLAUT[0]}, new byte[] {UMLAUT[1]}, texts -> {}))
                .hasMessageContaining("Non-UTF-8 text in column page, row 0");
        assertThatThrownBy(() -> check(new byte[20_000], new byte[] {'a', (byte) 0xff}, texts -> {}))
                .hasMessageContaining("row 1");
    }

    @Test
    void whatStandsUnderANullIsNoText() {
        assertThatCode(() -> check(
                        new byte[] {(byte) 0xff},
                        UMLAUT,
                        texts -> BitVectorHelper.unsetBit(texts.getValidityBuffer(), 0)))
                .doesNotThrowAnyException();
    }

    @Test
    void offsetsThatDoNotFitAreRefused() {
        for (int[] offsets : new int[][] {{-1, 0, 0}, {0, 3, 2}, {0, 1, 1 << 30}, {5, 4, 6}}) {
            assertThatThrownBy(() -> check(new byte[9], NOTHING, texts -> {
                        for (int i = 0; i < offsets.length; i++) {
                            texts.getOffsetBuffer().setInt(4L * i, offsets[i]);
                        }
                    }))
                    .hasMessageContaining("offsets of column page");
        }
    }

    private static void check(byte[] first, byte[] second, Consumer<VarCharVector> change) throws Refused {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector texts = new VarCharVector("page", allocator)) {
            texts.allocateNew(30_000, 2);
            texts.set(0, first);
            texts.set(1, second);
            texts.setValueCount(2);
            change.accept(texts);
            TextCheck.check(texts);
        }
    }
}
