package io.openclickstream.load.benchmark;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides from samples when a run is over and what it shows. Pure: samples in, a result out.
 *
 * <p>A run begins when the job runs and is over when the ledger counts every record and a checkpoint that includes them
 * all is completed: then the rows are in the Parquet files and with the Flight server. The CPU time is the growth
 * from the last sample before the job ran to the sample that showed the end.
 */
final class RoadRun {
    private final long clicks;
    private final Instant jobRunning;
    private final List<RoadSample> samples = new ArrayList<>();

    /**
     * @param clicks how many records the topic holds
     * @param before what was seen before the job ran
     */
    RoadRun(long clicks, Instant jobRunning, RoadSample before) {
        this.clicks = clicks;
        this.jobRunning = jobRunning;
        samples.add(before);
    }

    /**
     * Adds a sample and says whether it shows the end.
     *
     * @throws IllegalStateException when the ledger counts more records than the topic holds
     */
    boolean isOverWith(RoadSample sample) {
        samples.add(sample);
        if (sample.received() > clicks) {
            throw new IllegalStateException(
                    ("The ledger counts %d records, but the topic holds %d. Measure a fresh platform, with nobody else "
                                    + "writing.")
                            .formatted(sample.received(), clicks));
        }
        return sample.received() == clicks && sample.completedCheckpoint() >= sample.epoch();
    }

    /**
     * What the run shows; call it when it is over.
     *
     * @param wall from the job's start to the completion of the checkpoint that includes everything
     * @param processorTime CPU time that each process used in between
     */
    record Result(long clicks, Duration wall, Map<String, Duration> processorTime) {

        /** Clicks per second of CPU time of Flink, all its processes together. */
        double clicksPerCoreSecond() {
            return clicks / seconds(ProcessorTime.ofFlink(processorTime));
        }

        /** Clicks per second of wall time. */
        double clicksPerSecond() {
            return clicks / seconds(wall);
        }

        private static double seconds(Duration time) {
            return Math.max(1, time.toMillis()) / 1000.0;
        }
    }

    Result result() {
        RoadSample last = samples.get(samples.size() - 1);
        Map<String, Duration> used = new TreeMap<>();
        last.processorTime()
                .forEach((name, time) ->
                        used.put(name, time.minus(samples.get(0).processorTime().getOrDefault(name, Duration.ZERO))));
        return new Result(clicks, Duration.between(jobRunning, last.completedAt()), used);
    }

    List<RoadSample> samples() {
        return List.copyOf(samples);
    }
}
