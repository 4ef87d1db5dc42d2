package io.openclickstream.flight.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VarCharVector;

/**
 * Checks a column of text that a client sent: offsets within the bytes that came, and every text in UTF-8. Most text is
 * ASCII, which is seen at once for many rows; only where it is not each text is looked at by itself.
 */
final class TextCheck {
    private static final int PIECE = 8192;
    private static final int OFFSET = VarCharVector.OFFSET_WIDTH;

    private TextCheck() {}

    static void check(VarCharVector column) throws Refused {
        int rows = column.getValueCount();
        if (rows == 0) {
            return;
        }
        IntBuffer offsets = column.getOffsetBuffer()
                .nioBuffer(0, (rows + 1) * OFFSET)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        int first = offsets.get(0);
        int end = first;
        boolean isAscending = first >= 0;
        for (int row = 1; row <= rows; row++) {
            int next = offsets.get(row);
            isAscending &= next >= end;
            end = next;
        }
        if (!isAscending || end > column.getDataBuffer().capacity()) {
            throw Refused.invalid(
                    "Cannot read this batch: the offsets of column %s do not fit its bytes.", column.getName());
        }
        if (!isAscii(column.getDataBuffer(), first, end)) {
            checkEach(column, rows);
        }
    }

    private static boolean isAscii(ArrowBuf bytes, int first, int end) {
        byte[] piece = new byte[Math.min(PIECE, end - first)];
        for (int at = first; at < end; at += piece.length) {
            int length = Math.min(piece.length, end - at);
            bytes.getBytes(at, piece, 0, length);
            int highBits = 0;
            for (int i = 0; i < length; i++) {
                highBits |= piece[i];
            }
            if (highBits < 0) {
                return false;
            }
        }
        return true;
    }

    private static void checkEach(VarCharVector column, int rows) throws Refused {
        // Not Arrow's own check, which lets half a character at the end of a text pass.
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        for (int row = 0; row < rows; row++) {
            byte[] text = column.get(row);
            try {
                if (text != null) {
                    decoder.decode(ByteBuffer.wrap(text));
                }
            } catch (CharacterCodingException e) {
                throw Refused.invalid(
                        "Cannot read this batch: Non-UTF-8 text in column %s, row %d.", column.getName(), row);
            }
        }
    }
}
