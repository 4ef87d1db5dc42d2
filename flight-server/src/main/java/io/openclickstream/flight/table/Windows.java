package io.openclickstream.flight.table;

import java.time.Duration;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** The hour of event time a row belongs to, written as that hour's first millisecond. */
final class Windows {
    static final long SIZE_MILLIS = Duration.ofHours(1).toMillis();
    /** The window of every row of a table without a window column. */
    static final long NONE = Long.MIN_VALUE;

    private Windows() {}

    /** The window of a row; the value must not be null. */
    static long startOf(FieldVector windowColumn, int row) {
        return startOf(millisOf(windowColumn, row));
    }

    /** A timestamp in milliseconds since 1970, rounded down; it must not be null. */
    static long millisOf(FieldVector timestamps, int row) {
        long value = ((TimeStampVector) timestamps).get(row);
        return switch (((ArrowType.Timestamp) timestamps.getField().getType()).getUnit()) {
            case SECOND -> saturatedTimesThousand(value);
            case MILLISECOND -> value;
            case MICROSECOND -> Math.floorDiv(value, 1_000L);
            case NANOSECOND -> Math.floorDiv(value, 1_000_000L);
        };
    }

    static long startOf(long millis) {
        long start = millis - Math.floorMod(millis, SIZE_MILLIS);
        return start > millis || start == NONE ? NONE + SIZE_MILLIS : start;
    }

    /** First millisecond after a window, or the largest there is. */
    static long endOf(long start) {
        return minus(start, -SIZE_MILLIS);
    }

    /** {@code a - b}, held within what a {@code long} can say. */
    static long minus(long a, long b) {
        long difference = a - b;
        boolean overflow = ((a ^ b) & (a ^ difference)) < 0;
        return overflow ? (a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : difference;
    }

    private static long saturatedTimesThousand(long seconds) {
        long limit = Long.MAX_VALUE / 1_000;
        return Math.max(-limit, Math.min(limit, seconds)) * 1_000;
    }
}
