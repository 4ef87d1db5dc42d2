package io.openclickstream.pipeline.source;

import io.openclickstream.schemas.click.SourcePosition;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Map;

/**
 * Which Kafka records a result was computed from: how far each partition was read, and which of those records did not
 * count because of what was known when they were read (the watermark, the user's clicks until then, the event ids seen).
 *
 * @param nextOffsets per topic and partition the first offset that was not read yet
 * @param notCounted per topic and partition the offsets of records that were late, filtered or duplicates; sorted
 */
public record Coverage(Map<String, Map<Integer, Long>> nextOffsets, Map<String, Map<Integer, long[]>> notCounted)
        implements Serializable {
    private static final long[] NONE = {};

    /** Whether the record at this position was read. */
    public boolean covers(SourcePosition position) {
        Long next = nextOffsets.getOrDefault(position.topic(), Map.of()).get(position.partition());
        return next != null && position.offset() < next;
    }

    /** Whether the record at this position was read and is not known to count for nothing. */
    public boolean counts(SourcePosition position) {
        long[] without = notCounted.getOrDefault(position.topic(), Map.of()).getOrDefault(position.partition(), NONE);
        return covers(position) && Arrays.binarySearch(without, position.offset()) < 0;
    }
}
