package io.openclickstream.lake;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Earliest and latest time of a column in a file, as its table knows it without opening the file. */
record TimeBounds(Instant first, Instant last) {
    /**
     * What the table knows.
     *
     * @param column of times in microseconds; null when the table has none
     * @return empty when it does not know
     */
    static Optional<TimeBounds> of(DataFile file, Types.@Nullable NestedField column) {
        if (column == null || file.lowerBounds() == null || file.upperBounds() == null) {
            return Optional.empty();
        }
        ByteBuffer lower = file.lowerBounds().get(column.fieldId());
        ByteBuffer upper = file.upperBounds().get(column.fieldId());
        return lower == null || upper == null
                ? Optional.empty()
                : Optional.of(new TimeBounds(moment(column, lower), moment(column, upper)));
    }

    private static Instant moment(Types.NestedField column, ByteBuffer bound) {
        long micros = Conversions.<Long>fromByteBuffer(column.type(), bound);
        return Instant.EPOCH.plus(Duration.ofMillis(Math.floorDiv(micros, 1_000L)));
    }
}
