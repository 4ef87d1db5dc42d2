package io.openclickstream.pipeline.source;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads Avro's binary encoding from bytes that may be broken in any way. Avro's own decoder believes the lengths it
 * reads and allocates up to 2 GiB for them; here nothing is allocated that the bytes do not hold.
 */
final class AvroBytes {
    /** The bytes are not what the schema says. */
    static final class BrokenException extends Exception {
        private static final long serialVersionUID = 1L;

        BrokenException(String message) {
            super(message, null, false, false);
        }
    }

    private static final int LONGEST_VARINT = 10;

    private final byte[] bytes;
    private int position;

    AvroBytes(byte[] bytes, int start) {
        this.bytes = bytes;
        this.position = start;
    }

    boolean isAtEnd() {
        return position == bytes.length;
    }

    /** A zig-zag varint. */
    long readLong() throws BrokenException {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            if (position == bytes.length) {
                throw new BrokenException("it ends inside a number at byte " + position);
            }
            byte next = bytes[position++];
            value |= (next & 0x7FL) << (7 * i);
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new BrokenException("a number is longer than 64 bits at byte " + position);
    }

    /** The branch of a union of null and one other type: whether the value is there. */
    boolean readIsPresent() throws BrokenException {
        long branch = readLong();
        if (branch != 0 && branch != 1) {
            throw new BrokenException("a union has the unknown branch " + branch + " before byte " + position);
        }
        return branch == 1;
    }

    byte[] readBytes() throws BrokenException {
        int length = readLength();
        byte[] value = new byte[length];
        System.arraycopy(bytes, position, value, 0, length);
        position += length;
        return value;
    }

    String readString() throws BrokenException {
        int length = readLength();
        try {
            String value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, position, length))
                    .toString();
            position += length;
            return value;
        } catch (CharacterCodingException e) {
            throw new BrokenException("a text is not UTF-8 at byte " + position);
        }
    }

    /** The number of entries in the next block of a map; 0 at its end. */
    long readBlockCount() throws BrokenException {
        long count = readLong();
        if (count < 0) {
            readLong(); // the block's size in bytes, for readers that skip it
            count = -count;
        }
        // An entry takes two bytes at least.
        if (count < 0 || count > (bytes.length - position) / 2) {
            throw new BrokenException("a map claims more entries than there are bytes at byte " + position);
        }
        return count;
    }

    private int readLength() throws BrokenException {
        long length = readLong();
        if (length < 0 || length > bytes.length - position) {
            throw new BrokenException("a length of " + length + " exceeds the bytes left at byte " + position);
        }
        return (int) length;
    }
}
