package io.openclickstream.quickstart.backfill;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Where a range of a Kafka topic begins or ends. As text it is what {@link #of} reads. */
public sealed interface Bound {
    /** The first record received at this time or later. */
    record Time(Instant time) implements Bound {
        @Override
        public String toString() {
            return time.toString();
        }
    }

    /** An offset for each partition; partitions that are not named have no part in the range. */
    record Offsets(Map<Integer, Long> byPartition) implements Bound {
        public Offsets {
            byPartition = Map.copyOf(byPartition);
        }

        @Override
        public String toString() {
            return new TreeMap<>(byPartition)
                    .entrySet().stream()
                            .map(each -> each.getKey() + ":" + each.getValue())
                            .collect(Collectors.joining(","));
        }
    }

    /** How bounds are written. */
    String FORMAT = "a time such as 2026-03-02T10:00:00Z, or offsets such as 0:1200,1:980";

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is neither a time nor offsets
     */
    static Bound of(String text) {
        if (Pattern.matches("\\d{1,9}:\\d{1,18}(,\\d{1,9}:\\d{1,18})*", text)) {
            Map<Integer, Long> offsets = new TreeMap<>();
            for (String each : text.split(",", -1)) {
                String[] partitionAndOffset = each.split(":", -1);
                offsets.put(Integer.valueOf(partitionAndOffset[0]), Long.valueOf(partitionAndOffset[1]));
            }
            return new Offsets(offsets);
        }
        try {
            return new Time(Instant.parse(text));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("is not " + FORMAT, e);
        }
    }
}
