package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.session.UserKey;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Users and the moments of event time at which each of them is to be looked at, the earliest first. A moment is added by
 * appending to the second it lies in, and only the seconds that event time has reached are put in order. So a user costs
 * some twelve bytes and hardly any time however many wait, and what waits is not touched until its second comes.
 */
final class DueUsers {
    /** Of a moment's milliseconds, those that tell moments of a bucket apart: a bucket is 1,024 ms. */
    private static final int BUCKET_BITS = 10;

    private static final int FIRST_CAPACITY = 4;

    /** A user, and the moment that was added. */
    record Due(UserKey user, long millis) {}

    private static final class Bucket {
        private UserKey[] users = new UserKey[FIRST_CAPACITY];
        private long[] millis = new long[FIRST_CAPACITY];
        private int size;
        private int taken;

        /**
         * In order of their moments. Only numbers are moved about: references that are would have to be looked at by the
         * collector, wherever the array is an old object.
         */
        static Bucket sorted(Bucket unsorted) {
            long[] order = new long[unsorted.size];
            for (int i = 0; i < unsorted.size; i++) {
                order[i] = (unsorted.millis[i] & (1 << BUCKET_BITS) - 1) << Integer.SIZE | i;
            }
            Arrays.sort(order);
            Bucket sorted = new Bucket();
            sorted.users = new UserKey[unsorted.size];
            sorted.millis = new long[unsorted.size];
            sorted.size = unsorted.size;
            for (int i = 0; i < unsorted.size; i++) {
                sorted.users[i] = unsorted.users[(int) order[i]];
                sorted.millis[i] = unsorted.millis[(int) order[i]];
            }
            return sorted;
        }

        /** The next moment that was not taken; the largest there is when all were. */
        long next() {
            return taken < size ? millis[taken] : Long.MAX_VALUE;
        }

        Due take() {
            Due next = new Due(users[taken], millis[taken]);
            taken++;
            return next;
        }

        void add(UserKey user, long moment) {
            if (size == users.length) {
                users = Arrays.copyOf(users, 2 * size);
                millis = Arrays.copyOf(millis, 2 * size);
            }
            users[size] = user;
            millis[size++] = moment;
        }
    }

    /** What was added behind the moment that event time has reached, or close before it: hardly anything. */
    private final PriorityQueue<Due> late = new PriorityQueue<>(Comparator.comparingLong(Due::millis));

    /** What event time has reached, or is just about to. */
    private Bucket opened = new Bucket();

    private final TreeMap<Long, Bucket> later = new TreeMap<>();
    private long laterFrom = Long.MIN_VALUE;

    /** Adds a moment of a user, beside those that were added before. */
    void add(UserKey user, long millis) {
        long bucket = millis >> BUCKET_BITS;
        if (bucket < laterFrom) {
            late.add(new Due(user, millis));
        } else {
            later.computeIfAbsent(bucket, number -> new Bucket()).add(user, millis);
        }
    }

    /** Takes the earliest moment out if it is not behind {@code untilMillis}; else null. */
    @Nullable
    Due poll(long untilMillis) {
        while (true) {
            Due earliest = late.peek();
            if (earliest != null && earliest.millis() <= Math.min(untilMillis, opened.next())) {
                return late.poll();
            }
            if (opened.taken < opened.size) {
                return opened.next() <= untilMillis ? opened.take() : null;
            }
            Map.Entry<Long, Bucket> next = later.firstEntry();
            if (next == null || next.getKey() > untilMillis >> BUCKET_BITS) {
                return null;
            }
            later.remove(next.getKey());
            laterFrom = next.getKey() + 1;
            opened = Bucket.sorted(next.getValue());
        }
    }
}
