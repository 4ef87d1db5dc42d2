package io.openclickstream.flight.table;

import org.apache.arrow.memory.ArrowBuf;

/** Bits in Arrow's order, the lowest of a byte first. */
final class Bits {
    private Bits() {}

    /** Whether a bit is one. */
    static boolean isOne(ArrowBuf bits, long at) {
        return (bits.getByte(at >> 3) >> (at & 7) & 1) != 0;
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
        for (int done = 0; done < count; ) {
            long target = toBit + done;
            int shift = (int) (target & 7);
            int bits = Math.min(8 - shift, count - done);
            int value = read(from, fromBit + done, bits) << shift;
            to.setByte(target >> 3, to.getByte(target >> 3) | value);
            done += bits;
        }
        return false;
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
                bits.setByte(at >> 3, bits.getByte(at >> 3) | ((1 << some) - 1) << shift);
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
        return value & (1 << count) - 1;
    }
}
