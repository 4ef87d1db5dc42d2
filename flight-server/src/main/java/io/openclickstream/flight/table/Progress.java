package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.PutHeader;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far the writers of a table have come. Immutable.
 *
 * <p>The latest header of each subtask counts, also where it goes back: after a restore that is where the writer stands.
 * A table's epoch and watermark are those of the subtask furthest behind, and unknown until every subtask of the current
 * parallelism has said its own.
 *
 * @param lineage the lineage all of this belongs to
 * @param parallelism how many subtasks write, by the latest header
 * @param subtasks the latest word of each subtask heard, all below {@code parallelism}
 */
public record Progress(String lineage, int parallelism, SortedMap<Integer, Point> subtasks) {

    /**
     * Where one subtask stands.
     *
     * @param watermarkMillis null before its first watermark
     */
    public record Point(long epoch, @Nullable Long watermarkMillis) {}

    /** The progress after this put: of the same lineage, the others' points are kept; of another, it begins anew. */
    static Progress after(@Nullable Progress before, PutHeader header) {
        SortedMap<Integer, Point> subtasks = new TreeMap<>();
        if (before != null && before.lineage.equals(header.lineage())) {
            subtasks.putAll(before.subtasks.headMap(header.parallelism()));
        }
        subtasks.put(header.subtask(), new Point(header.epoch(), header.watermarkMillis()));
        return new Progress(header.lineage(), header.parallelism(), subtasks);
    }

    /** The smallest epoch that any subtask has reached; empty while one has not been heard. */
    public OptionalLong epoch() {
        return allHeard() ? subtasks.values().stream().mapToLong(Point::epoch).min() : OptionalLong.empty();
    }

    /** Event time up to which every subtask has seen all that is on time; empty while one has not said. */
    public OptionalLong watermarkMillis() {
        long smallest = Long.MAX_VALUE;
        for (Point point : subtasks.values()) {
            Long watermark = point.watermarkMillis();
            if (watermark == null) {
                return OptionalLong.empty();
            }
            smallest = Math.min(smallest, watermark);
        }
        return allHeard() ? OptionalLong.of(smallest) : OptionalLong.empty();
    }

    private boolean allHeard() {
        return subtasks.size() == parallelism;
    }
}
