package io.openclickstream.load.operator;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One measured run of one operator.
 *
 * @param threadCpuSeconds CPU time of the thread that calls it
 * @param processCpuSeconds CPU time of its whole process: also garbage collection, compilation, RocksDB's own threads
 * @param sessions digest of the final sessions' counts
 * @param facts digest of all their facts
 * @param seen all that its process said
 */
record SessionOperatorRun(
        Contestant contestant,
        String backend,
        double threadCpuSeconds,
        double processCpuSeconds,
        double wallSeconds,
        String sessions,
        String facts,
        JsonNode seen) {

    static SessionOperatorRun of(JsonNode seen) {
        return new SessionOperatorRun(
                Contestant.valueOf(seen.path("contestant").asText()),
                seen.path("backend").asText(),
                seen.path("thread_cpu_seconds").asDouble(),
                seen.path("process_cpu_seconds").asDouble(),
                seen.path("wall_seconds").asDouble(),
                seen.path("sessions").asText(),
                seen.path("facts").asText(),
                seen);
    }
}
