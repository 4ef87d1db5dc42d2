package io.openclickstream.load.benchmark;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What was seen at one moment.
 *
 * @param received records that the ledger counts
 * @param epoch newest checkpoint that those counts include
 * @param completedCheckpoint id of the newest completed checkpoint; 0 before the first
 * @param completedAt when that was; the epoch of 1970 before the first
 * @param processorTime CPU time of each process since it began
 * @param machineBusy share of the whole machine's CPU in use, 0 to 1; negative when not known
 */
record RoadSample(
        Instant at,
        long received,
        long epoch,
        long completedCheckpoint,
        Instant completedAt,
        Map<String, Duration> processorTime,
        double machineBusy) {

    /** The same with all processes as if they had just begun. */
    RoadSample withoutProcessorTime() {
        Map<String, Duration> none = new TreeMap<>(processorTime);
        none.replaceAll((name, time) -> Duration.ZERO);
        return new RoadSample(at, received, epoch, completedCheckpoint, completedAt, none, machineBusy);
    }

    static String csvHeader(RoadSample any) {
        return "at,received,epoch,completed_checkpoint,completed_at,"
                + any.processorTime.keySet().stream()
                        .map(name -> "cpu_ms_" + name + ",")
                        .collect(Collectors.joining())
                + "machine_busy";
    }

    String csvLine() {
        return "%s,%d,%d,%d,%s,".formatted(at, received, epoch, completedCheckpoint, completedAt)
                + processorTime.values().stream()
                        .map(time -> time.toMillis() + ",")
                        .collect(Collectors.joining())
                + "%.3f".formatted(machineBusy);
    }
}
