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

    /** Whether a user still waits for a moment that was added. */
    @FunctionalInterface
    interface StillWaits {
        boolean at(UserKey user, long millis);
    }

    private static final class Bucket {
        private UserKey[] users = new UserKey[FIRST_CAPACITY];
        private long[] millis = new long[FIRST_CAPACITY];
        private int size;

        void add(UserKey user, long moment) {
            if (size == users.length) {
                users = Arrays.copyOf(users, 2 * size);
                millis = Arrays.copyOf(millis, 2 * size);
            }
            users[size] = user;
            millis[size++] = moment;
        }

        void retain(StillWaits waits) {
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (waits.at(users[i], millis[i])) {
                    users[kept] = users[i];
                    millis[kept++] = millis[i];
                }
            }
            Arrays.fill(users, kept, size, null);
            size = kept;
        }
    }

    /** What lies in buckets that were opened; ordered. */
    private final PriorityQueue<Due> opened = new PriorityQueue<>(Comparator.comparingLong(Due::millis));

    private final TreeMap<Long, Bucket> later = new TreeMap<>();
    private long laterFrom = Long.MIN_VALUE;
    private int size;

    /** How many moments wait. */
    int size() {
        return size;
    }

    /** Adds a moment of a user, beside those that were added before. */
    void add(UserKey user, long millis) {
        size++;
        long bucket = millis >> BUCKET_BITS;
        if (bucket < laterFrom) {
            opened.add(new Due(user, millis));
        } else {
            later.computeIfAbsent(bucket, number -> new Bucket()).add(user, millis);
        }
    }

    /** Takes the earliest moment out if it is not behind {@code untilMillis}; else null. */
    @Nullable
    Due poll(long untilMillis) {
        while (true) {
            Due earliest = opened.peek();
            if (earliest != null && earliest.millis() <= untilMillis) {
                size--;
                return opened.poll();
            }
            Map.Entry<Long, Bucket> next = later.firstEntry();
            if (next == null || next.getKey() > untilMillis >> BUCKET_BITS) {
                return null;
            }
            open(next.getKey(), next.getValue());
        }
    }

    /** Drops whoever waits no more; it looks at all that were added. */
    void retain(StillWaits waits) {
        opened.removeIf(due -> !waits.at(due.user(), due.millis()));
        size = opened.size();
        for (var buckets = later.values().iterator(); buckets.hasNext(); ) {
            Bucket bucket = buckets.next();
            bucket.retain(waits);
            size += bucket.size;
            if (bucket.size == 0) {
                buckets.remove();
            }
        }
    }

    private void open(long number, Bucket bucket) {
        later.remove(number);
        laterFrom = number + 1;
        for (int i = 0; i < bucket.size; i++) {
            opened.add(new Due(bucket.users[i], bucket.millis[i]));
        }
    }
}
