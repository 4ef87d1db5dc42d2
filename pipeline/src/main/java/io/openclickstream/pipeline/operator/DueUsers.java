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
 * some six bytes and hardly any time however many wait, and what waits is not touched until its second comes.
 */
final class DueUsers {
    /** Of a moment's milliseconds, those that tell moments of a bucket apart: a bucket is 1,024 ms. */
    private static final int BUCKET_BITS = 10;

    private static final int BUCKET_MASK = (1 << BUCKET_BITS) - 1;
    private static final int FIRST_CAPACITY = 4;
    private static final int MAX_CAPACITY = 32;

    /** A user, and the moment that was added. */
    record Due(UserKey user, long millis) {}

    /** Whether a user still waits for a moment that was added. */
    @FunctionalInterface
    interface StillWaits {
        boolean at(UserKey user, long millis);
    }

    /**
     * Some users of a bucket. With many users a chunk is full before it is an old object, where G1 would have to look at
     * all that stands around every user who is added; and no user is ever copied to a larger one.
     */
    private static final class Chunk {
        private final @Nullable Chunk before;
        private final UserKey[] users;
        private final short[] millis; // since the bucket's beginning
        private int size;

        Chunk(@Nullable Chunk before, int capacity) {
            this.before = before;
            users = new UserKey[capacity];
            millis = new short[capacity];
        }
    }

    private static final class Bucket {
        private Chunk newest = new Chunk(null, FIRST_CAPACITY);
        private int size;

        void add(UserKey user, long moment) {
            if (newest.size == newest.users.length) {
                newest = new Chunk(newest, Math.min(MAX_CAPACITY, 2 * newest.size));
            }
            newest.users[newest.size] = user;
            newest.millis[newest.size++] = (short) (moment & BUCKET_MASK);
            size++;
        }

        /** Those who still wait, of the bucket that begins at this moment. */
        Bucket retained(long beginMillis, StillWaits waits) {
            Bucket retained = new Bucket();
            for (Chunk chunk = newest; chunk != null; chunk = chunk.before) {
                for (int i = 0; i < chunk.size; i++) {
                    long moment = beginMillis + chunk.millis[i];
                    if (waits.at(chunk.users[i], moment)) {
                        retained.add(chunk.users[i], moment);
                    }
                }
            }
            return retained;
        }
    }

    /** The users of a bucket in order of their moments. */
    private static final class Ordered {
        static final Ordered NOBODY = new Ordered(0, new Bucket());

        private final long beginMillis;
        private final UserKey[] users;
        private final long[] order; // the moment, then the place among the users
        private int taken;

        Ordered(long bucketNumber, Bucket bucket) {
            beginMillis = bucketNumber << BUCKET_BITS;
            users = new UserKey[bucket.size];
            order = new long[bucket.size];
            int place = 0;
            for (Chunk chunk = bucket.newest; chunk != null; chunk = chunk.before) {
                for (int i = 0; i < chunk.size; i++) {
                    users[place] = chunk.users[i];
                    order[place] = (long) chunk.millis[i] << Integer.SIZE | place;
                    place++;
                }
            }
            Arrays.sort(order);
        }

        boolean isEmpty() {
            return taken == order.length;
        }

        int size() {
            return order.length - taken;
        }

        /** The moment of the next user. */
        long nextMillis() {
            return beginMillis + (order[taken] >> Integer.SIZE);
        }

        Due take() {
            Due next = new Due(users[(int) order[taken]], nextMillis());
            taken++;
            return next;
        }

        Ordered retained(StillWaits waits) {
            Bucket retained = new Bucket();
            while (!isEmpty()) {
                Due next = take();
                if (waits.at(next.user(), next.millis())) {
                    retained.add(next.user(), next.millis());
                }
            }
            return new Ordered(beginMillis >> BUCKET_BITS, retained);
        }
    }

    private final TreeMap<Long, Bucket> later = new TreeMap<>();
    private int laterSize;
    private long laterFrom = Long.MIN_VALUE;

    /** The last bucket that was opened. */
    private Ordered opened = Ordered.NOBODY;

    /** What was added to buckets when they had been opened: hardly anything. */
    private final PriorityQueue<Due> behind = new PriorityQueue<>(Comparator.comparingLong(Due::millis));

    /** How many moments wait. */
    int size() {
        return behind.size() + opened.size() + laterSize;
    }

    /** Adds a moment of a user, beside those that were added before. */
    void add(UserKey user, long millis) {
        long bucket = millis >> BUCKET_BITS;
        if (bucket < laterFrom) {
            behind.add(new Due(user, millis));
        } else {
            later.computeIfAbsent(bucket, number -> new Bucket()).add(user, millis);
            laterSize++;
        }
    }

    /** Takes the earliest moment out if it is not behind {@code untilMillis}; else null. */
    @Nullable
    Due poll(long untilMillis) {
        while (true) {
            Due earliest = behind.peek();
            if (earliest != null && (opened.isEmpty() || earliest.millis() <= opened.nextMillis())) {
                return earliest.millis() <= untilMillis ? behind.poll() : null;
            }
            if (!opened.isEmpty()) {
                return opened.nextMillis() <= untilMillis ? opened.take() : null;
            }
            Map.Entry<Long, Bucket> next = later.firstEntry();
            if (next == null || next.getKey() > untilMillis >> BUCKET_BITS) {
                return null;
            }
            later.remove(next.getKey());
            laterSize -= next.getValue().size;
            laterFrom = next.getKey() + 1;
            opened = new Ordered(next.getKey(), next.getValue());
        }
    }

    /** Drops whoever waits no more; it looks at all that were added. */
    void retain(StillWaits waits) {
        behind.removeIf(due -> !waits.at(due.user(), due.millis()));
        opened = opened.retained(waits);
        later.replaceAll((number, bucket) -> bucket.retained(number << BUCKET_BITS, waits));
        later.values().removeIf(bucket -> bucket.size == 0);
        laterSize = later.values().stream().mapToInt(bucket -> bucket.size).sum();
    }
}
