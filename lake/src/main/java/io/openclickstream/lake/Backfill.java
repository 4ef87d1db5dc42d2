package io.openclickstream.lake;

import io.openclickstream.schemas.lake.BackfillLineage;
import java.time.Instant;
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
    /** The lineage of its files. */
    public String lineage() {
        return BackfillLineage.of(name);
    }

    /** Whether a moment of event time is the business of both. */
    public boolean overlaps(Backfill other) {
        return (from == null || from.isBefore(other.until)) && (other.from == null || other.from.isBefore(until));
    }

    /** Its span of event time, for a person. */
    public String span() {
        return from == null ? "until %s".formatted(until) : "from %s until %s".formatted(from, until);
    }
}
