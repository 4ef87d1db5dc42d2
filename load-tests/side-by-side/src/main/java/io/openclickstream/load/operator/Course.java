package io.openclickstream.load.operator;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * How the running job gets on: the task tells, and whoever measures it listens and lets it go on. Both share a JVM, so
 * it is kept in static places.
 */
final class Course {
    private static final Map<Long, CompletableFuture<Stopwatch>> REACHED = new ConcurrentHashMap<>();
    private static final Map<Long, CompletableFuture<Void>> LET_ON = new ConcurrentHashMap<>();
    private static final List<Stopwatch> STARTS = new CopyOnWriteArrayList<>();
    private static volatile @Nullable Long firstClickNanos;
    private static volatile @Nullable Stopwatch end;

    private Course() {}

    /** Forgets everything, before a run. */
    static void reset() {
        REACHED.clear();
        LET_ON.clear();
        STARTS.clear();
        firstClickNanos = null;
        end = null;
    }

    /** Told by the task: it stands before the click at this position and waits. */
    static void stoppedAt(long position) {
        reached(position).complete(Stopwatch.read());
    }

    /** Told by the task: it goes on, or begins. */
    static void started() {
        STARTS.add(Stopwatch.read());
    }

    /** Told by the task: the operator has taken the first click. */
    static void firstClickTaken() {
        firstClickNanos = System.nanoTime();
    }

    /** Told by the task: the operator has taken everything and put out everything. */
    static void ended() {
        end = Stopwatch.read();
    }

    /** Completes when the task stands before the click at this position. */
    static CompletableFuture<Stopwatch> reached(long position) {
        return REACHED.computeIfAbsent(position, at -> new CompletableFuture<>());
    }

    /** Completes when the task may go on from this position. */
    static CompletableFuture<Void> letOn(long position) {
        return LET_ON.computeIfAbsent(position, at -> new CompletableFuture<>());
    }

    /** When the task began and when it went on from each stop, in that order. */
    static List<Stopwatch> starts() {
        return List.copyOf(STARTS);
    }

    /** When the first click was taken, as {@code System.nanoTime}; null when none was. */
    static @Nullable Long firstClickNanos() {
        return firstClickNanos;
    }

    /** When all was put out; null when that was not reached. */
    static @Nullable Stopwatch end() {
        return end;
    }
}
