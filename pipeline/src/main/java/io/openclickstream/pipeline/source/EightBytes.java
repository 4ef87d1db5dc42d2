package io.openclickstream.pipeline.source;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Looks at eight bytes at a time, as one number whose lowest byte comes first. What a test finds it marks in the highest
 * bit of the byte; the lowest mark is always right, the ones above it may be false.
 */
final class EightBytes {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    private EightBytes() {}

    /** The eight bytes from here on, all of which the array holds. */
    static long whole(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    /** The eight bytes from here on, with zeros where the array has ended. */
    static long orZeros(byte[] bytes, int at) {
        if (at + 8 <= bytes.length) {
            return whole(bytes, at);
        }
        long eight = 0;
        for (int i = bytes.length - 1; i >= at; i--) {
            eight = (eight << 8) | (bytes[i] & 0xFF);
        }
        return eight;
    }

    /** Marks bytes of this value, which is ASCII. */
    static long equal(long eight, int value) {
        long zeroWhereEqual = eight ^ ONES * value;
        return (zeroWhereEqual - ONES) & ~zeroWhereEqual & HIGHEST_BITS;
    }

    /** Marks ASCII bytes below this value, which is ASCII. */
    static long below(long eight, int value) {
        return (eight - ONES * value) & ~eight & HIGHEST_BITS;
    }

    /** Marks bytes that are not ASCII. */
    static long notAscii(long eight) {
        return eight & HIGHEST_BITS;
    }

    /** How many bytes come before the first mark; 8 when there is none. */
    static int first(long marks) {
        return Long.numberOfTrailingZeros(marks) >>> 3;
    }
}
