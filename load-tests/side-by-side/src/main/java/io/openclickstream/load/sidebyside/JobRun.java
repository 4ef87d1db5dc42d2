package io.openclickstream.load.sidebyside;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One measured run of one job.
 *
 * @param cpuSeconds CPU time of its whole process while it read the measured topic
 * @param wallSeconds how long that took
 * @param seen all that its process said
 */
record JobRun(Job job, String backend, double cpuSeconds, double wallSeconds, JsonNode seen) {

    double clicksPerCpuSecond(long clicks) {
        return clicks / cpuSeconds;
    }

    /** Digests of sessions and metrics; the ledger is our job's own. */
    String outputs() {
        JsonNode outputs = seen.path("outputs");
        return "sessions %s, urls %s, country_device %s"
                .formatted(
                        outputs.path("sessions").asText("none"),
                        outputs.path("urls").asText("none"),
                        outputs.path("country_device").asText("none"));
    }
}
