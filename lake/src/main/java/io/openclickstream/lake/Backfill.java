package io.openclickstream.lake;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * History that is added to a lake beside what its job writes, under a name: the same name is the same backfill.
 *
 * @param name as a person gave it
 * @param input what it is made of; equal when made of the same
 * @param from first event time that is its business; null for no bound
 * @param until the border: first event time after it that is not
 */
public record Backfill(String name, String input, @Nullable Instant from, Instant until) {
    /** Before the names of Kafka topics, which cannot hold a slash: rows that no job has read. */
    public static final String TOPIC = "backfill/";

    private static final int VERSION_OF_NAMES = 3;

    /** The lineage of its files: a UUID of version 3, made of the name. That of a job is random, so of version 4. */
    public String lineage() {
        return lineage(name);
    }

    /** The lineage of the backfill of this name. */
    public static String lineage(String name) {
        return UUID.nameUUIDFromBytes((TOPIC + name).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** Whether a lineage is that of a backfill, and not of a job. */
    public static boolean isLineage(String lineage) {
        return UUID.fromString(lineage).version() == VERSION_OF_NAMES;
    }

    /** Whether a moment of event time is the business of both. */
    public boolean overlaps(Backfill other) {
        return (from == null || from.isBefore(other.until)) && (other.from == null || other.from.isBefore(until));
    }

    /** Its span of event time, for a person. */
    public String span() {
        return (from == null ? "" : "from " + from + " ") + "until " + until;
    }
}
