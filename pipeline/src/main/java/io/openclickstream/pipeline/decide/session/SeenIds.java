package io.openclickstream.pipeline.decide.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.datasketches.hash.MurmurHash3;

/**
 * Event ids of one user, packed: for each a hash of 128 bits and the event time it was seen with. Two ids of one user
 * with equal hashes would make a click a duplicate that is none; among {@value #MAX} ids that happens to one user in
 * 10^35.
 */
public final class SeenIds {
    /** What one id takes. */
    public static final int BYTES = 24;

    /** As many ids are kept in the user's timeline; a scan of them costs less than a look-up elsewhere. */
    public static final int MAX = 64;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED = 0x6F70656E;

    /** The hash of an event id. */
    public record Id(long high, long low) {
        public static Id of(String eventId) {
            byte[] utf8 = eventId.getBytes(StandardCharsets.UTF_8);
            long[] hash = utf8.length == 0 ? new long[2] : MurmurHash3.hash(utf8, SEED);
            return new Id(hash[0], hash[1]);
        }
    }

    private SeenIds() {}

    /** Where the id stands; negative when it is not there. */
    public static int find(byte[] seen, Id id) {
        for (int at = 0; at < seen.length; at += BYTES) {
            if ((long) LONG.get(seen, at) == id.low && (long) LONG.get(seen, at + 8) == id.high) {
                return at;
            }
        }
        return -1;
    }

    /** The event time of the id that stands here. */
    public static long timeMillis(byte[] seen, int at) {
        return (long) LONG.get(seen, at + 16);
    }

    /** The same with an id that was not there. */
    public static byte[] with(byte[] seen, Id id, long timeMillis) {
        byte[] more = Arrays.copyOf(seen, seen.length + BYTES);
        LONG.set(more, seen.length, id.low);
        LONG.set(more, seen.length + 8, id.high);
        LONG.set(more, seen.length + 16, timeMillis);
        return more;
    }

    /** The same with another event time for the id that stands here. */
    public static byte[] at(byte[] seen, int at, long timeMillis) {
        byte[] changed = seen.clone();
        LONG.set(changed, at + 16, timeMillis);
        return changed;
    }

    /** Only the ids seen at or after a moment. */
    public static byte[] since(byte[] seen, long timeMillis) {
        byte[] kept = new byte[seen.length];
        int length = 0;
        for (int at = 0; at < seen.length; at += BYTES) {
            if (timeMillis(seen, at) >= timeMillis) {
                System.arraycopy(seen, at, kept, length, BYTES);
                length += BYTES;
            }
        }
        return length == seen.length ? seen : Arrays.copyOf(kept, length);
    }

    /** The earliest event time among the ids; {@link Long#MAX_VALUE} when there is none. */
    public static long earliestMillis(byte[] seen) {
        long earliest = Long.MAX_VALUE;
        for (int at = 0; at < seen.length; at += BYTES) {
            earliest = Math.min(earliest, timeMillis(seen, at));
        }
        return earliest;
    }
}
