package io.openclickstream.load.wholejob;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * One number of open sessions on one backend.
 *
 * @param wanted how many sessions were meant to be open
 * @param openAtBegin how many were when measuring began, which is more while some partitions are read ahead of others
 * @param openAtEnd how many when it ended
 * @param processMicros CPU time of the whole process for a click
 * @param threadMicros that of its threads by their names
 * @param clicksPerSecond by the clock on the wall
 * @param checkpoints that began meanwhile
 * @param outputsAgree whether the job accepted every click, put out the sessions that they make, and had at least nearly as
 *     many open as wanted
 */
record JobOpenSessionsRun(
        String backend,
        long wanted,
        double openAtBegin,
        double openAtEnd,
        double processMicros,
        Map<String, Double> threadMicros,
        double clicksPerSecond,
        double checkpoints,
        boolean outputsAgree) {
    private static final double NEARLY = 0.95;

    JobOpenSessionsRun {
        threadMicros = Map.copyOf(threadMicros);
    }

    /** Reads what a process said. */
    static JobOpenSessionsRun of(JsonNode seen) {
        double clicks = seen.path("clicks").asDouble();
        long wanted = seen.path("open_sessions_wanted").asLong();
        double openAtBegin = seen.path("open_sessions_at_begin").asDouble();
        double openAtEnd = seen.path("open_sessions_at_end").asDouble();
        Map<String, Double> threadMicros = new TreeMap<>();
        seen.path("cpu_seconds_by_thread")
                .properties()
                .forEach(thread ->
                        threadMicros.put(thread.getKey(), thread.getValue().asDouble() * 1e6 / clicks));
        return new JobOpenSessionsRun(
                seen.path("backend").asText(),
                wanted,
                openAtBegin,
                openAtEnd,
                seen.path("process_cpu_seconds").asDouble() * 1e6 / clicks,
                threadMicros,
                clicks / seen.path("wall_seconds").asDouble(),
                seen.path("checkpoints").asDouble(),
                allAccepted(seen)
                        && seen.path("final_sessions")
                                .asText()
                                .equals(seen.path("final_sessions_expected").asText())
                        && Math.min(openAtBegin, openAtEnd) >= NEARLY * wanted);
    }

    private static boolean allAccepted(JsonNode seen) {
        long sent = seen.path("clicks_sent").asLong();
        return seen.path("clicks_received").asLong() == sent
                && seen.path("clicks_accepted").asLong() == sent;
    }
}
