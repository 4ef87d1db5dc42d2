package io.openclickstream.quickstart.rejected;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a record stands in Kafka. Its text, {@code topic/partition/offset}, is what the header of a replayed record says. */
record Position(String topic, int partition, long offset) {
    private static final Pattern TEXT = Pattern.compile("([^/]+)/(\\d{1,9})/(\\d{1,18})");

    /** The position that a text says; empty when it says none. */
    static Optional<Position> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(
                        new Position(parts.group(1), Integer.parseInt(parts.group(2)), Long.parseLong(parts.group(3))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "%s/%d/%d".formatted(topic, partition, offset);
    }
}
