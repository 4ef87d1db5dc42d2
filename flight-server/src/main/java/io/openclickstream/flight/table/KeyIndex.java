package io.openclickstream.flight.table;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Finds the place of a row by the hash of its key: open addressing with linear probing over two {@code int} arrays.
 * Keys are not kept here; the caller compares them where the rows stand.
 */
final class KeyIndex {
    private static final int MIN_CAPACITY = 64;
    private static final int NONE = -1;

    private int[] hashes = new int[MIN_CAPACITY];
    private int[] places = emptyPlaces(MIN_CAPACITY);
    private int size;

    int size() {
        return size;
    }

    /** What the index costs now. */
    long bytes() {
        return 8L * places.length;
    }

    /** What the index would cost in addition after adding this many keys. */
    long growth(long keys) {
        long capacity = places.length;
        while ((size + keys) * 2 > capacity) {
            capacity *= 2;
        }
        return 8 * (capacity - places.length);
    }

    /**
     * The place of a key, or -1.
     *
     * @param sameKey tells whether the row at a place has the key that is looked for
     */
    int find(int hash, IntPredicate sameKey) {
        int mask = places.length - 1;
        for (int at = hash & mask; places[at] != NONE; at = (at + 1) & mask) {
            if (hashes[at] == hash && sameKey.test(places[at])) {
                return places[at];
            }
        }
        return NONE;
    }

    /** Adds a key that is not in the index. */
    void add(int hash, int place) {
        if ((size + 1) * 2L > places.length) {
            resize(places.length * 2);
        }
        insert(hash, place);
        size++;
    }

    /** Says that the row at one place now stands at another. */
    void move(int hash, int from, int to) {
        places[slotOf(hash, from)] = to;
    }

    /** Forgets the key whose row stands at this place. */
    void remove(int hash, int place) {
        int mask = places.length - 1;
        int hole = slotOf(hash, place);
        for (int at = (hole + 1) & mask; places[at] != NONE; at = (at + 1) & mask) {
            int home = hashes[at] & mask;
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                places[hole] = places[at];
                hashes[hole] = hashes[at];
                hole = at;
            }
        }
        places[hole] = NONE;
        size--;
    }

    /** Gives memory back after many removals. */
    void shrink() {
        int capacity = places.length;
        while (capacity > MIN_CAPACITY && size * 8L < capacity) {
            capacity /= 2;
        }
        if (capacity < places.length) {
            resize(capacity);
        }
    }

    private int slotOf(int hash, int place) {
        int mask = places.length - 1;
        int at = hash & mask;
        while (places[at] != place) {
            if (places[at] == NONE) {
                throw new IllegalStateException("key index lost the row at place " + place);
            }
            at = (at + 1) & mask;
        }
        return at;
    }

    private void resize(int capacity) {
        int[] oldHashes = hashes;
        int[] oldPlaces = places;
        hashes = new int[capacity];
        places = emptyPlaces(capacity);
        for (int i = 0; i < oldPlaces.length; i++) {
            if (oldPlaces[i] != NONE) {
                insert(oldHashes[i], oldPlaces[i]);
            }
        }
    }

    private void insert(int hash, int place) {
        int mask = places.length - 1;
        int at = hash & mask;
        while (places[at] != NONE) {
            at = (at + 1) & mask;
        }
        hashes[at] = hash;
        places[at] = place;
    }

    private static int[] emptyPlaces(int capacity) {
        int[] places = new int[capacity];
        Arrays.fill(places, NONE);
        return places;
    }
}
