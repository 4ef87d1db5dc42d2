package io.openclickstream.pipeline.source;

/** Knows well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
final class Utf8 {
    private Utf8() {}

    /**
     * How many bytes the character beyond ASCII has that begins here; 0 when it is not well-formed or does not end before
     * {@code end}.
     */
    static int length(byte[] bytes, int at, int end) {
        int first = bytes[at] & 0xFF;
        if (first >= 0xC2 && first <= 0xDF) {
            return isContinued(bytes, at, 2, end) ? 2 : 0;
        }
        if (first >= 0xE0 && first <= 0xEF) {
            int lowest = first == 0xE0 ? 0xA0 : 0x80;
            int highest = first == 0xED ? 0x9F : 0xBF;
            return isContinued(bytes, at, 3, end) && isBetween(bytes[at + 1], lowest, highest) ? 3 : 0;
        }
        if (first >= 0xF0 && first <= 0xF4) {
            int lowest = first == 0xF0 ? 0x90 : 0x80;
            int highest = first == 0xF4 ? 0x8F : 0xBF;
            return isContinued(bytes, at, 4, end) && isBetween(bytes[at + 1], lowest, highest) ? 4 : 0;
        }
        return 0;
    }

    /** Whether all these bytes are well-formed. */
    static boolean isWellFormed(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end) {
            int ascii = Math.min(end - at, EightBytes.first(EightBytes.notAscii(EightBytes.orZeros(bytes, at))));
            at += ascii;
            if (ascii < 8 && at < end) {
                int length = length(bytes, at, end);
                if (length == 0) {
                    return false;
                }
                at += length;
            }
        }
        return true;
    }

    private static boolean isContinued(byte[] bytes, int at, int length, int end) {
        if (at + length > end) {
            return false;
        }
        for (int i = 1; i < length; i++) {
            if ((bytes[at + i] & 0xC0) != 0x80) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBetween(byte b, int lowest, int highest) {
        return (b & 0xFF) >= lowest && (b & 0xFF) <= highest;
    }
}
