package io.openclickstream.load.benchmark;

import java.time.Duration;
import java.util.Map;

/**
 * What was seen.
 *
 * @param saturating clicks a second that saturate the platform; 0 when that was not looked for
 * @param rate clicks a second that were sent while latencies were measured, probes included
 * @param behind clicks that the ledger did not count yet when the last one had been sent; it moves with checkpoints
 */
record FreshnessRun(double saturating, int rate, Probes probes, Sent sent, long behind) {

    /**
     * How the clicks were sent.
     *
     * @param late how much later than meant a probe was handed to the producer; it is part of every latency
     * @param processorTime CPU time of each process of the platform meanwhile
     * @param machineBusy share of the machine's CPU in use, 0 to 1; negative when not known
     */
    record Sent(Latencies late, Map<String, Duration> processorTime, double seconds, double machineBusy) {}
}
