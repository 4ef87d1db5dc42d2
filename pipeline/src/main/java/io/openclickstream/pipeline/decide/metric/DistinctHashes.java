package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.schemas.metric.MeasureForm;
import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The {@value #EXACT} smallest hashes of a set, and theta: a bound below which they are all there are. Both depend on the
 * set alone, not on how it came together: theta is the largest possible hash while there are no more, and then the
 * smallest hash that is left out. It is what the union of DataSketches' Theta sketches keeps.
 */
final class DistinctHashes {
    /** As many different values are counted exactly. */
    static final int EXACT = 4_096;

    private static final long[] NONE = {};
    private static final int FIRST_SIZE = 4;
    private static final int MAX_SIZE = 2 * EXACT;
    /** So few are looked through before one is added. */
    private static final int FEW = 8;

    private static final byte SERIAL_VERSION = 3;
    private static final byte COMPACT_FAMILY = 3;
    private static final int ORDERED_COMPACT_READ_ONLY = 0b0001_1010;
    private static final int EMPTY = 0b0000_0100;
    private static final int SINGLE = 0b0010_0000;
    /** Tells the seed of the hashes, 9001. */
    private static final short SEED_HASH = (short) 0x93CC;

    /** The first {@code sorted} ascend and differ; the others came later and may be anything. */
    private long[] hashes = new long[FIRST_SIZE];

    /** What {@link #hashes} was before the last merge, to be used again. */
    private long[] spare = NONE;

    private int size;
    private int sorted;
    private long theta = Long.MAX_VALUE;

    /** Takes the hash of one more value, between 0 and {@link Long#MAX_VALUE}. */
    void add(long hash) {
        if (hash == 0 || hash >= theta) {
            return; // 0 is no hash of a sketch
        }
        if (size <= FEW) {
            for (int i = 0; i < size; i++) {
                if (hashes[i] == hash) {
                    return;
                }
            }
        }
        if (size == hashes.length) {
            makeRoom();
            if (hash >= theta) {
                return; // room was made by leaving out all from a smaller hash on
            }
        }
        hashes[size++] = hash;
    }

    /** Sorting is rare, since at least as many are added between two times as there were. */
    private void makeRoom() {
        sort();
        if (size > hashes.length / 2 && hashes.length < MAX_SIZE) {
            hashes = Arrays.copyOf(hashes, 2 * hashes.length);
        }
    }

    /** Afterwards all ascend and differ, and there are at most {@link #EXACT}, all below theta. */
    private void sort() {
        if (sorted < size) {
            Arrays.sort(hashes, 0, size);
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (kept == 0 || hashes[i] != hashes[kept - 1]) {
                    hashes[kept++] = hashes[i];
                }
            }
            size = kept;
        }
        cut();
    }

    private void cut() {
        if (size > EXACT) {
            theta = hashes[EXACT];
            size = EXACT;
        }
        sorted = size;
    }

    /** Takes all of another set. */
    void merge(PaneReader other) {
        if (other.form() != MeasureForm.HASHES) {
            return; // nothing went in
        }
        sort();
        long bound = Math.min(theta, other.theta());
        int most = size + other.hashes();
        long[] merged = spare.length >= most ? spare : new long[Math.max(FIRST_SIZE, most)];
        int mine = 0;
        int theirs = 0;
        int count = 0;
        while (mine < size || theirs < other.hashes()) {
            long left = mine < size ? hashes[mine] : Long.MAX_VALUE;
            long right = theirs < other.hashes() ? other.hash(theirs) : Long.MAX_VALUE;
            long next = Math.min(left, right);
            if (next >= bound) {
                break;
            }
            mine += left == next ? 1 : 0;
            theirs += right == next ? 1 : 0;
            merged[count++] = next;
        }
        spare = hashes;
        hashes = merged;
        size = count;
        theta = bound;
        cut();
    }

    void write(PaneWriter out) {
        sort();
        if (size == 0) {
            out.nothing();
        } else {
            out.hashes(theta, hashes, size);
        }
    }

    /** How many different values there were, as far as it is known. */
    double estimate() {
        sort();
        return theta == Long.MAX_VALUE ? size : size * ((double) Long.MAX_VALUE / theta);
    }

    /**
     * The set as a compact, ordered Theta sketch of DataSketches, serial version 3: 8 bytes of it say what follows; a
     * second 8 how many, unless it is one or none; a third theta, unless all are there; then the hashes.
     */
    byte[] sketch() {
        sort();
        boolean isExact = theta == Long.MAX_VALUE;
        int preambleLongs = !isExact ? 3 : size > 1 ? 2 : 1;
        boolean isEmpty = size == 0;
        int flags = ORDERED_COMPACT_READ_ONLY | (isEmpty ? EMPTY : isExact && size == 1 ? SINGLE : 0);
        ByteBuffer bytes =
                ByteBuffer.allocate((preambleLongs + size) * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) preambleLongs).put(SERIAL_VERSION).put(COMPACT_FAMILY);
        bytes.put((byte) 0).put((byte) 0).put((byte) flags).putShort(isEmpty ? 0 : SEED_HASH);
        if (preambleLongs > 1) {
            bytes.putInt(size).putFloat(1.0f);
        }
        if (preambleLongs > 2) {
            bytes.putLong(theta);
        }
        for (int i = 0; i < size; i++) {
            bytes.putLong(hashes[i]);
        }
        return bytes.array();
    }

    void clear() {
        size = 0;
        sorted = 0;
        theta = Long.MAX_VALUE;
    }
}
