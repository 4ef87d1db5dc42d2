package io.openclickstream.pipeline.sink.lake;

import java.util.Arrays;
import java.util.List;

/**
 * Finds the order of many keys that mostly begin alike, as those of a site do: what all keys of a part have in common is
 * left out, the next eight bytes are sorted as numbers, and keys that are equal up to there are a part of their own. A
 * comparison sort looks at two keys in memory some twenty times for each row; this one twice or three times.
 */
final class KeyOrder {
    /** Fewer are compared whole, which takes less than to count bytes. */
    private static final int FEW = 48;

    private static final int BYTE_VALUES = 256;

    private final SortKey[] keys;
    private final int[] order;
    private final long[] parts;
    private final int[] otherOrder;
    private final long[] otherParts;

    private KeyOrder(List<SortKey> keys) {
        this.keys = keys.toArray(SortKey[]::new);
        order = new int[this.keys.length];
        Arrays.setAll(order, place -> place);
        parts = new long[order.length];
        otherOrder = new int[order.length];
        otherParts = new long[order.length];
    }

    /** The places of the keys, the least one first; of equal keys the one that stands first. */
    static int[] of(List<SortKey> keys) {
        KeyOrder sorted = new KeyOrder(keys);
        sorted.sort(0, sorted.order.length, 0);
        return sorted.order;
    }

    /** Sorts keys that have this many bytes in common. */
    private void sort(int from, int to, int known) {
        if (to - from < FEW) {
            sortFew(from, to);
            return;
        }
        int common = common(from, to, known);
        boolean isAnyOver = false;
        for (int i = from; i < to; i++) {
            isAnyOver |= keys[order[i]].length() < common + Long.BYTES;
        }
        if (isAnyOver) {
            sortFew(from, to); // where a key is over, a number cannot tell it from one that goes on with zeros
            return;
        }
        for (int i = from; i < to; i++) {
            parts[i] = keys[order[i]].eightBytes(common);
        }
        sortByParts(from, to);
        int first = from;
        for (int i = from + 1; i <= to; i++) {
            if (i == to || parts[i] != parts[first]) {
                if (i - first > 1) {
                    sort(first, i, common + Long.BYTES);
                }
                first = i;
            }
        }
    }

    private int common(int from, int to, int known) {
        SortKey first = keys[order[from]];
        int common = first.length();
        for (int i = from + 1; i < to; i++) {
            common = first.common(keys[order[i]], known, common);
        }
        return common;
    }

    /** From the last byte to the first, each time keeping the order of those that are equal in it. */
    private void sortByParts(int from, int to) {
        int[] places = new int[BYTE_VALUES + 1];
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            Arrays.fill(places, 0);
            for (int i = from; i < to; i++) {
                places[byteOf(parts[i], shift) + 1]++;
            }
            if (places[byteOf(parts[from], shift) + 1] == to - from) {
                continue;
            }
            places[0] = from;
            for (int value = 1; value <= BYTE_VALUES; value++) {
                places[value] += places[value - 1];
            }
            for (int i = from; i < to; i++) {
                int place = places[byteOf(parts[i], shift)]++;
                otherParts[place] = parts[i];
                otherOrder[place] = order[i];
            }
            System.arraycopy(otherParts, from, parts, from, to - from);
            System.arraycopy(otherOrder, from, order, from, to - from);
        }
    }

    private static int byteOf(long part, int shift) {
        return (int) (part >>> shift) & (BYTE_VALUES - 1);
    }

    private void sortFew(int from, int to) {
        if (to - from < FEW) {
            for (int i = from + 1; i < to; i++) {
                int moved = order[i];
                int at = i;
                while (at > from && keys[order[at - 1]].compareTo(keys[moved]) > 0) {
                    order[at] = order[at - 1];
                    at--;
                }
                order[at] = moved;
            }
            return;
        }
        Integer[] places = new Integer[to - from];
        Arrays.setAll(places, i -> order[from + i]);
        Arrays.sort(places, (one, other) -> keys[one].compareTo(keys[other]));
        for (int i = from; i < to; i++) {
            order[i] = places[i - from];
        }
    }
}
