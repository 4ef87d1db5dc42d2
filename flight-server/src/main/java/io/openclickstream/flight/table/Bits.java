package io.openclickstream.flight.table;

import org.apache.arrow.memory.ArrowBuf;

/** Bits in Arrow's order, the lowest of a byte first. */
final class Bits {
    private Bits() {}

    /** Whether a bit is one. */
    static boolean isOne(ArrowBuf bits, long at) {
        return ((bits.getByte(at >> 3) >> (at & 7)) & 1) != 0;
    }

    /**
     * Copies bits to where all are zero.
     *
     * @return whether all of them are ones
     */
    static boolean copy(ArrowBuf from, long fromBit, ArrowBuf to, long toBit, int count) {
        if (areOnes(from, fromBit, count)) {
            setOnes(to, toBit, count);
            return true;
        }
        if ((fromBit & 7) == 0 && (toBit & 7) == 0) {
            copyFromWholeByte(from, fromBit >> 3, to, toBit >> 3, count);
            return false;
        }
        byte[] given = bytes(from, fromBit, count);
        byte[] made = bytes(to, toBit, count);
        int source = (int) (fromBit & 7);
        int target = (int) (toBit & 7);
        for (int done = 0; done < count; ) {
            int shift = (target + done) & 7;
            int bits = Math.min(8 - shift, count - done);
            made[(target + done) >> 3] |= (byte) (read(given, source + done, bits) << shift);
            done += bits;
        }
        to.setBytes(toBit >> 3, made, 0, made.length);
        return false;
    }

    private static void copyFromWholeByte(ArrowBuf from, long fromByte, ArrowBuf to, long toByte, int count) {
        int whole = count >> 3;
        int rest = count & 7;
        to.setBytes(toByte, from, fromByte, whole);
        if (rest > 0) {
            to.setByte(toByte + whole, from.getByte(fromByte + whole) & ((1 << rest) - 1));
        }
    }

    /** The bytes in which some bits stand, at once: each look into an Arrow buffer is checked. */
    private static byte[] bytes(ArrowBuf bits, long first, int count) {
        byte[] bytes = new byte[(int) (((first + count + 7) >> 3) - (first >> 3))];
        bits.getBytes(first >> 3, bytes, 0, bytes.length);
        return bytes;
    }

    private static int read(byte[] bits, int first, int count) {
        int shift = first & 7;
        int value = (bits[first >> 3] & 0xff) >>> shift;
        if (shift + count > 8) {
            value |= (bits[(first >> 3) + 1] & 0xff) << (8 - shift);
        }
        return value & ((1 << count) - 1);
    }

    private static boolean areOnes(ArrowBuf bits, long first, int count) {
        long at = first;
        long end = first + count;
        while (at < end) {
            if ((at & 7) == 0 && end - at >= Long.SIZE) {
                if (bits.getLong(at >> 3) != -1L) {
                    return false;
                }
                at += Long.SIZE;
            } else {
                int some = (int) Math.min(8 - (at & 7), end - at);
                if (read(bits, at, some) != (1 << some) - 1) {
                    return false;
                }
                at += some;
            }
        }
        return true;
    }

    private static void setOnes(ArrowBuf bits, long first, int count) {
        long at = first;
        long end = first + count;
        while (at < end) {
            long bytes = (end - at) >> 3;
            if ((at & 7) == 0 && bytes > 0) {
                bits.setOne(at >> 3, bytes);
                at += bytes << 3;
            } else {
                int shift = (int) (at & 7);
                int some = (int) Math.min(8 - shift, end - at);
                bits.setByte(at >> 3, bits.getByte(at >> 3) | (((1 << some) - 1) << shift));
                at += some;
            }
        }
    }

    /** At most eight bits, the first one lowest. */
    private static int read(ArrowBuf bits, long first, int count) {
        long at = first >> 3;
        int shift = (int) (first & 7);
        int value = (bits.getByte(at) & 0xff) >>> shift;
        if (shift + count > 8) {
            value |= (bits.getByte(at + 1) & 0xff) << (8 - shift);
        }
        return value & ((1 << count) - 1);
    }
}
