package io.openclickstream.pipeline.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Utf8Test {
    @Test
    void everyCharacterIsWellFormedAndEverySurrogateIsNot() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            boolean isSurrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            byte[] bytes = isSurrogate
                    ? new byte[] {(byte) 0xED, (byte) (0x80 | ((c >> 6) & 0x3F)), (byte) (0x80 | (c & 0x3F))}
                    : Character.toString(c).getBytes(StandardCharsets.UTF_8);
            if (Utf8.isWellFormed(bytes, 0, bytes.length) == isSurrogate) {
                throw new AssertionError("U+%04X".formatted(c));
            }
        }
    }

    /** Bytes that are mostly the beginnings and ends of characters, in and around texts of every length. */
    @Property(tries = 20_000)
    void isWellFormedWhatJavaDecodes(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(24)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(4) > 0 ? 'a' : 0x80 + random.nextInt(0x80));
            if (random.nextInt(3) == 0) {
                byte[] whole = Character.toString(
                                random.nextBoolean() ? 0x10000 + random.nextInt(0x100000) : random.nextInt(0xD800))
                        .getBytes(StandardCharsets.UTF_8);
                System.arraycopy(whole, 0, bytes, i, Math.min(whole.length, bytes.length - i));
                i += whole.length - 1;
            }
        }
        int start = random.nextInt(bytes.length + 1);
        int end = start + random.nextInt(bytes.length - start + 1);
        assertThat(Utf8.isWellFormed(bytes, start, end)).isEqualTo(javaDecodes(bytes, start, end));
    }

    private static boolean javaDecodes(byte[] bytes, int start, int end) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, end - start));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
