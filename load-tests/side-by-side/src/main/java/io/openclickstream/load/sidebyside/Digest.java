package io.openclickstream.load.sidebyside;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a job has put out, as a number of rows and a sum of their hashes per result: equal for equal rows, whatever their
 * order. The subtasks of a job and whoever measures it share a JVM, so those of its results are kept in a static place.
 */
public final class Digest {
    private static final Map<String, Digest> RESULTS = new ConcurrentHashMap<>();

    private final LongAdder rows = new LongAdder();
    private final LongAdder hashes = new LongAdder();

    /** The digest of a result, from its first row on. */
    public static Digest of(String result) {
        return RESULTS.computeIfAbsent(result, name -> new Digest());
    }

    /** Forgets every result, before a run. */
    public static void reset() {
        RESULTS.clear();
    }

    /** Result to {@code rows:hash}. */
    public static Map<String, String> all() {
        Map<String, String> all = new TreeMap<>();
        RESULTS.forEach((result, digest) -> all.put(result, digest.toString()));
        return all;
    }

    /** Adds one row of texts and numbers. */
    public void add(@Nullable Object... values) {
        long hash = 1;
        for (Object value : values) {
            hash = (hash ^ (value == null ? 0 : value.hashCode())) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        rows.increment();
        hashes.add(hash);
    }

    /** Adds all rows of another digest. */
    public void addAll(Digest other) {
        rows.add(other.rows.sum());
        hashes.add(other.hashes.sum());
    }

    public long rows() {
        return rows.sum();
    }

    /** {@code rows:hash}; equal for equal rows. */
    @Override
    public String toString() {
        return rows.sum() + ":" + Long.toHexString(hashes.sum());
    }
}
