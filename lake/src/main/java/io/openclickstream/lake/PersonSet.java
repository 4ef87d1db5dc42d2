package io.openclickstream.lake;

import java.util.Collection;

/** Many persons at 32 to 64 bytes each. Never changes; {@link #with} makes another one. */
public final class PersonSet {
    /** How many there can be; they are kept in memory by every part of the job that sees clicks. */
    public static final int MAX_PERSONS = 1_000_000;

    /** Nobody. */
    public static final PersonSet EMPTY = new PersonSet(new long[2], 0, false);

    private static final int SMALLEST_SLOTS = 16;
    private static final int LONGS_PER_SLOT = 2;

    /** High and low of a person by slot, 0 and 0 where a slot is free; a power of two of slots, at most half full. */
    private final long[] slots;

    private final int size;
    private final boolean hasZero;

    private PersonSet(long[] slots, int size, boolean hasZero) {
        this.slots = slots;
        this.size = size;
        this.hasZero = hasZero;
    }

    /**
     * These and others.
     *
     * @throws IllegalArgumentException when they are more than {@link #MAX_PERSONS} together
     */
    public PersonSet with(Collection<PersonHash> others) {
        long[] all = new long[LONGS_PER_SLOT * slotsFor(size + others.size())];
        int count = 0;
        boolean isZeroThere = hasZero;
        for (int i = 0; i < slots.length; i += LONGS_PER_SLOT) {
            count += put(all, slots[i], slots[i + 1]) ? 1 : 0;
        }
        for (PersonHash other : others) {
            count += put(all, other.high(), other.low()) ? 1 : 0;
            isZeroThere |= isFree(other.high(), other.low());
        }
        count += isZeroThere ? 1 : 0;
        if (count > MAX_PERSONS) {
            throw new IllegalArgumentException(
                    ("The list of erased persons has %d, and %d is the most. Persons of whom no click can arrive any more"
                                    + " may leave it: in the oldest files of the lake's folder %s replace the array"
                                    + " 'persons' by [], but keep the files.")
                            .formatted(count, MAX_PERSONS, ErasedPersons.FOLDER));
        }
        return new PersonSet(all, count, isZeroThere);
    }

    /** Whether this person is among them. */
    public boolean contains(PersonHash person) {
        if (isFree(person.high(), person.low())) {
            return hasZero;
        }
        int place = find(slots, person.high(), person.low());
        return slots[place] == person.high() && slots[place + 1] == person.low();
    }

    /** How many they are. */
    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    private static int slotsFor(int persons) {
        return Integer.highestOneBit(Math.max(SMALLEST_SLOTS, 4 * persons - 1));
    }

    private static boolean put(long[] all, long high, long low) {
        if (isFree(high, low)) {
            return false;
        }
        int place = find(all, high, low);
        if (all[place] == high && all[place + 1] == low) {
            return false;
        }
        all[place] = high;
        all[place + 1] = low;
        return true;
    }

    /** Where it is, or else the free slot where it belongs; the bits are a hash already. */
    private static int find(long[] all, long high, long low) {
        int mask = all.length / LONGS_PER_SLOT - 1;
        int slot = (int) low & mask;
        while (true) {
            int place = LONGS_PER_SLOT * slot;
            if ((all[place] == high && all[place + 1] == low) || isFree(all[place], all[place + 1])) {
                return place;
            }
            slot = (slot + 1) & mask;
        }
    }

    private static boolean isFree(long high, long low) {
        return (high | low) == 0;
    }
}
