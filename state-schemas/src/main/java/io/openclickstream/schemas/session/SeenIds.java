package io.openclickstream.schemas.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Event ids of one user that were seen, packed and changed in place: for each a hash of 96 bits and the event time it
 * was seen with. Two ids of one user with equal hashes would make a click a duplicate that is none; among {@value #MAX}
 * ids that happens to one user in 10^20.
 */
public final class SeenIds {
    /** As many ids are kept here: what a busy bot does in an hour, and no more than 320 KiB. */
    public static final int MAX = 16_384;

    /** Up to so many are scanned; more are found by an index, which is made anew when ids are read or forgotten. */
    private static final int MAX_SCANNED = 8;

    private static final int BYTES = 20;
    private static final int HASH_HIGH = 8;
    private static final int TIME = 12;
    private static final int FIRST_CAPACITY = 4;
    private static final byte[] NONE = {};
    private static final short[] NOT_INDEXED = {};
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] ids;
    private int length;
    private short[] places =
            NOT_INDEXED; // where ids stand and 1, by the hash's lowest bits; empty while ids are scanned

    /** None yet. */
    public SeenIds() {
        this(NONE, 0);
    }

    private SeenIds(byte[] ids, int length) {
        this.ids = ids;
        this.length = length;
    }

    /** How many there are. */
    public int size() {
        return length / BYTES;
    }

    /** Whether no more are taken. */
    public boolean isFull() {
        return length == MAX * BYTES;
    }

    /** Where the id with this hash stands; negative when it is not there. */
    public int find(long hashLow, int hashHigh) {
        if (places.length > 0) {
            return findByIndex(hashLow, hashHigh);
        }
        for (int place = 0; place < size(); place++) {
            if (isAt(place, hashLow, hashHigh)) {
                return place;
            }
        }
        return -1;
    }

    private int findByIndex(long hashLow, int hashHigh) {
        int mask = places.length - 1;
        for (int slot = (int) hashLow & mask; places[slot] != 0; slot = slot + 1 & mask) {
            if (isAt(places[slot] - 1, hashLow, hashHigh)) {
                return places[slot] - 1;
            }
        }
        return -1;
    }

    private boolean isAt(int place, long hashLow, int hashHigh) {
        int at = place * BYTES;
        return (long) LONG.get(ids, at) == hashLow && (int) INT.get(ids, at + HASH_HIGH) == hashHigh;
    }

    /** With at least as many free slots as ids. */
    private void index() {
        if (size() <= MAX_SCANNED) {
            places = NOT_INDEXED;
            return;
        }
        places = new short[Integer.highestOneBit(size()) * 4];
        for (int place = 0; place < size(); place++) {
            index(place);
        }
    }

    private void index(int place) {
        int mask = places.length - 1;
        int slot = (int) (long) LONG.get(ids, place * BYTES) & mask;
        while (places[slot] != 0) {
            slot = slot + 1 & mask;
        }
        places[slot] = (short) (place + 1);
    }

    /** The event time of the id at this place. */
    public long timeMillis(int place) {
        return (long) LONG.get(ids, place * BYTES + TIME);
    }

    /** Gives the id at this place another event time. */
    public void seenAgain(int place, long timeMillis) {
        LONG.set(ids, place * BYTES + TIME, timeMillis);
    }

    /** Takes an id that is not there. */
    public void add(long hashLow, int hashHigh, long timeMillis) {
        if (length == ids.length) {
            int capacity = Math.min(MAX, Math.max(FIRST_CAPACITY, 2 * size()));
            if (capacity == size()) {
                throw new IllegalStateException("No more than " + MAX + " ids are kept here.");
            }
            ids = Arrays.copyOf(ids, capacity * BYTES);
        }
        LONG.set(ids, length, hashLow);
        INT.set(ids, length + HASH_HIGH, hashHigh);
        LONG.set(ids, length + TIME, timeMillis);
        length += BYTES;
        if (size() <= MAX_SCANNED) {
            return;
        }
        if (2 * size() > places.length) {
            index();
        } else {
            index(size() - 1);
        }
    }

    /** Keeps only the ids seen at or after a moment. */
    public void forgetBefore(long timeMillis) {
        int kept = 0;
        for (int at = 0; at < length; at += BYTES) {
            if ((long) LONG.get(ids, at + TIME) >= timeMillis) {
                if (kept != at) {
                    System.arraycopy(ids, at, ids, kept, BYTES);
                }
                kept += BYTES;
            }
        }
        if (kept == length) {
            return;
        }
        length = kept;
        if (ids.length > Math.max(4 * kept, FIRST_CAPACITY * BYTES)) {
            ids = Arrays.copyOf(ids, Math.max(kept, FIRST_CAPACITY * BYTES));
        }
        if (places.length > 0) {
            index();
        }
    }

    /** About as many bytes as it takes in memory. */
    int bytesHeld() {
        return ids.length + Short.BYTES * places.length;
    }

    /** The earliest event time among the ids; {@link Long#MAX_VALUE} when there is none. */
    public long earliestMillis() {
        long earliest = Long.MAX_VALUE;
        for (int at = TIME; at < length; at += BYTES) {
            earliest = Math.min(earliest, (long) LONG.get(ids, at));
        }
        return earliest;
    }

    /** The latest event time among the ids; {@link Long#MIN_VALUE} when there is none. */
    public long latestMillis() {
        long latest = Long.MIN_VALUE;
        for (int at = TIME; at < length; at += BYTES) {
            latest = Math.max(latest, (long) LONG.get(ids, at));
        }
        return latest;
    }

    SeenIds copy() {
        SeenIds copy = length == 0 ? new SeenIds() : new SeenIds(Arrays.copyOf(ids, length), length);
        copy.places = places.length == 0 ? NOT_INDEXED : places.clone();
        return copy;
    }

    void write(StateWriter out) {
        out.number(size());
        long before = 0;
        for (int at = 0; at < length; at += BYTES) {
            out.fixed64((long) LONG.get(ids, at));
            out.fixed32((int) INT.get(ids, at + HASH_HIGH));
            long time = (long) LONG.get(ids, at + TIME);
            out.difference(time - before);
            before = time;
        }
    }

    static SeenIds read(StateReader in) {
        int size = in.count();
        if (size == 0) {
            return new SeenIds();
        }
        SeenIds seen = new SeenIds(new byte[size * BYTES], 0);
        long time = 0;
        for (int i = 0; i < size; i++) {
            long low = in.fixed64();
            int high = in.fixed32();
            time += in.difference();
            seen.add(low, high, time);
        }
        return seen;
    }
}
