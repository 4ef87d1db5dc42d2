package io.openclickstream.flight.table;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One life of a writer's subtask: what it has put since it was opened, until another takes its place: per table one mark for each epoch that is
 * not committed yet, and the last one before. For one writer.
 */
final class Incarnation {
    private static final long OPEN = Long.MAX_VALUE;

    private final String writer;
    private final int subtask;
    private final int parallelism;
    private final long token;
    private final Map<String, NavigableMap<Long, Mark>> marks = new TreeMap<>();
    private long sealedAt = OPEN;

    /**
     * An incarnation as it is kept.
     *
     * @param sealedAt the epoch after which it has ended; the largest number while it goes on
     */
    public record State(
            String writer,
            int subtask,
            int parallelism,
            long token,
            long sealedAt,
            Map<String, SortedMap<Long, Mark>> marks) {}

    Incarnation(String writer, int subtask, int parallelism, long token) {
        this.writer = writer;
        this.subtask = subtask;
        this.parallelism = parallelism;
        this.token = token;
    }

    static Incarnation of(State state) {
        Incarnation incarnation = new Incarnation(state.writer(), state.subtask(), state.parallelism(), state.token());
        incarnation.sealedAt = state.sealedAt();
        state.marks().forEach((table, marks) -> incarnation.marks.put(table, new TreeMap<>(marks)));
        return incarnation;
    }

    State state() {
        Map<String, SortedMap<Long, Mark>> copy = new LinkedHashMap<>();
        marks.forEach((table, each) -> copy.put(table, new TreeMap<>(each)));
        return new State(writer, subtask, parallelism, token, sealedAt, copy);
    }

    String writer() {
        return writer;
    }

    int subtask() {
        return subtask;
    }

    int parallelism() {
        return parallelism;
    }

    long token() {
        return token;
    }

    /** Whether it may still put. */
    boolean isOpen() {
        return sealedAt == OPEN;
    }

    long sealedAt() {
        return sealedAt;
    }

    /** Nothing it put after this epoch counts, and it puts no more. */
    void seal(long epoch) {
        sealedAt = Math.min(sealedAt, epoch);
        marks.values().forEach(each -> each.tailMap(epoch, false).clear());
    }

    /** All it had put to a table. */
    Mark last(String table) {
        NavigableMap<Long, Mark> known = marks.get(table);
        return known == null || known.isEmpty()
                ? Mark.NOTHING
                : known.lastEntry().getValue();
    }

    /** The epoch of its last put to a table; smaller than every epoch before the first. */
    long lastEpoch(String table) {
        NavigableMap<Long, Mark> known = marks.get(table);
        return known == null || known.isEmpty() ? Long.MIN_VALUE : known.lastKey();
    }

    /** What it had put to a table by the end of an epoch; null when that is nothing. */
    @Nullable
    Mark at(String table, long epoch) {
        NavigableMap<Long, Mark> known = marks.get(table);
        Map.Entry<Long, Mark> entry = known == null ? null : known.floorEntry(epoch);
        return entry == null ? null : entry.getValue();
    }

    /** Tables it has put to in the epochs after the first of these up to the second. */
    Iterable<String> tablesBetween(long after, long upTo) {
        return marks.entrySet().stream()
                .filter(entry ->
                        !entry.getValue().subMap(after, false, upTo, true).isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    void put(String table, long epoch, Mark mark) {
        marks.computeIfAbsent(table, t -> new TreeMap<>()).put(epoch, mark);
    }

    /** Marks before the last one of a committed epoch are not asked for any more. */
    void committed(long epoch) {
        for (NavigableMap<Long, Mark> each : marks.values()) {
            Long last = each.floorKey(epoch);
            if (last != null) {
                each.headMap(last, false).clear();
            }
        }
    }
}
