package io.openclickstream.load.operator;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One number of open sessions on one backend. Costs are those of the operator alone: what the feed costs is taken off.
 *
 * @param wanted how many sessions were meant to be open
 * @param threadNanos CPU time of the operator's thread for a click
 * @param processNanos CPU time of its whole process for a click: also garbage collection and RocksDB's own threads
 * @param bytesPerOpenSession of a checkpoint; what is remembered of users without an open session is in it
 * @param first the checkpoint taken when the sessions were open: all of it is new
 * @param next the one after the measured clicks: incremental where the backend can
 * @param restoreSeconds from handing in the job until the operator has taken a click, in the JVM that ran it before
 * @param coldRestoreSeconds the same in a fresh JVM
 */
record OpenSessionsRun(
        String backend,
        long wanted,
        double threadNanos,
        double processNanos,
        double bytesPerOpenSession,
        Checkpoint first,
        Checkpoint next,
        double restoreSeconds,
        double coldRestoreSeconds,
        boolean outputsAgree) {

    /**
     * How long a checkpoint took.
     *
     * @param syncMillis for how long the operator could take no click
     * @param asyncMillis what happened beside it
     */
    record Checkpoint(long syncMillis, long asyncMillis) {
        private static Checkpoint of(JsonNode seen) {
            return new Checkpoint(
                    seen.path("sync_millis").asLong(), seen.path("async_millis").asLong());
        }
    }

    /**
     * Reads what two processes said.
     *
     * @param measured by the one that kept the sessions open
     * @param restored by the one that only restored them
     */
    static OpenSessionsRun of(JsonNode measured, JsonNode restored) {
        double clicks = measured.path("clicks").asDouble();
        return new OpenSessionsRun(
                measured.path("backend").asText(),
                measured.path("open_sessions_wanted").asLong(),
                nanosWithoutFrame(measured, "thread_cpu_seconds", clicks),
                nanosWithoutFrame(measured, "process_cpu_seconds", clicks),
                measured.path("first_checkpoint").path("bytes").asDouble()
                        / measured.path("open_sessions").asDouble(),
                Checkpoint.of(measured.path("first_checkpoint")),
                Checkpoint.of(measured.path("next_checkpoint")),
                measured.path("restore_seconds").asDouble(),
                restored.path("restore_seconds").asDouble(),
                measured.path("outputs_agree").asBoolean()
                        && restored.path("outputs_agree").asBoolean());
    }

    private static double nanosWithoutFrame(JsonNode measured, String name, double clicks) {
        return (measured.path(name).asDouble() - measured.path("frame_" + name).asDouble()) * 1e9 / clicks;
    }
}
