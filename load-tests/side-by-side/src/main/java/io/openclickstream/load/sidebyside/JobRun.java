package io.openclickstream.load.sidebyside;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

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

    /** The digest of one of the job's results; null when it is missing. */
    @Nullable
    String output(String result) {
        return seen.path("outputs").path(result).textValue();
    }
}
