package io.openclickstream.flight.table;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Finds the place of a row by the hash of its key: open addressing with linear probing, hash and place side by side in one
 * {@code long}, so that a look takes one wait for memory. Keys are not kept here; the caller compares them where the rows
 * stand.
 */
final class KeyIndex {
    private static final int MIN_CAPACITY = 64;
    private static final int NONE = -1;
    /** An entry that is free; places are never negative. */
    private static final long FREE = -1;

    private long[] entries;
    private int size;

    KeyIndex() {
        this(0);
    }

    /** @param keys how many will fit before it grows */
    KeyIndex(int keys) {
        long capacity = MIN_CAPACITY;
        while (keys * 2L > capacity) {
            capacity *= 2;
        }
        entries = free(Math.toIntExact(capacity));
    }

    int size() {
        return size;
    }

    /** What the index costs now. */
    long bytes() {
        return 8L * entries.length;
    }

    /** What the index would cost in addition after adding this many keys. */
    long growth(long keys) {
        long capacity = entries.length;
        while ((size + keys) * 2 > capacity) {
            capacity *= 2;
        }
        return 8 * (capacity - entries.length);
    }

    /**
     * The place of a key, or -1.
     *
     * @param sameKey tells whether the row at a place has the key that is looked for
     */
    int find(int hash, IntPredicate sameKey) {
        int mask = entries.length - 1;
        for (int at = hash & mask; entries[at] != FREE; at = (at + 1) & mask) {
            if (hashOf(entries[at]) == hash && sameKey.test(placeOf(entries[at]))) {
                return placeOf(entries[at]);
            }
        }
        return NONE;
    }

    /**
     * The first place at which a key of this hash may stand, or -1; mostly it is that of the key. It looks at no row, so
     * that a processor waits for many of these at once.
     */
    int guess(int hash) {
        int mask = entries.length - 1;
        int at = hash & mask;
        while (entries[at] != FREE && hashOf(entries[at]) != hash) {
            at = (at + 1) & mask;
        }
        return placeOf(entries[at]);
    }

    /** Adds a key that is not in the index. */
    void add(int hash, int place) {
        if ((size + 1) * 2L > entries.length) {
            resize(entries.length * 2);
        }
        insert(hash, entry(hash, place));
        size++;
    }

    /** Says that the row at one place now stands at another. */
    void move(int hash, int from, int to) {
        entries[slotOf(hash, from)] = entry(hash, to);
    }

    /** Forgets the key whose row stands at this place. */
    void remove(int hash, int place) {
        int mask = entries.length - 1;
        int hole = slotOf(hash, place);
        for (int at = (hole + 1) & mask; entries[at] != FREE; at = (at + 1) & mask) {
            int home = hashOf(entries[at]) & mask;
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                entries[hole] = entries[at];
                hole = at;
            }
        }
        entries[hole] = FREE;
        size--;
    }

    /** Gives memory back after many removals. */
    void shrink() {
        int capacity = entries.length;
        while (capacity > MIN_CAPACITY && size * 8L < capacity) {
            capacity /= 2;
        }
        if (capacity < entries.length) {
            resize(capacity);
        }
    }

    private int slotOf(int hash, int place) {
        int mask = entries.length - 1;
        long wanted = entry(hash, place);
        int at = hash & mask;
        while (entries[at] != wanted) {
            if (entries[at] == FREE) {
                throw new IllegalStateException("key index lost the row at place " + place);
            }
            at = (at + 1) & mask;
        }
        return at;
    }

    private void resize(int capacity) {
        long[] old = entries;
        entries = free(capacity);
        for (long entry : old) {
            if (entry != FREE) {
                insert(hashOf(entry), entry);
            }
        }
    }

    private void insert(int hash, long entry) {
        int mask = entries.length - 1;
        int at = hash & mask;
        while (entries[at] != FREE) {
            at = (at + 1) & mask;
        }
        entries[at] = entry;
    }

    private static long entry(int hash, int place) {
        return (long) hash << Integer.SIZE | place;
    }

    private static int hashOf(long entry) {
        return (int) (entry >> Integer.SIZE);
    }

    /** Of a free entry -1. */
    private static int placeOf(long entry) {
        return (int) entry;
    }

    private static long[] free(int capacity) {
        long[] entries = new long[capacity];
        Arrays.fill(entries, FREE);
        return entries;
    }
}
