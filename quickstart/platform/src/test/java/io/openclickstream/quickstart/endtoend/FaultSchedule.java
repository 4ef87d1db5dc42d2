package io.openclickstream.quickstart.endtoend;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * When the Flink process is killed in a run: at every kind of moment once, in an order and after pauses that the seed
 * decides.
 *
 * @param faults in the order in which they strike
 */
record FaultSchedule(long seed, List<Fault> faults) {
    /** A kill -9, some time after a moment has come. */
    record Fault(Moment moment, Duration after) {}

    /** What the process is doing when it is killed. */
    enum Moment {
        /** Reading clicks. */
        READING(3_000),
        /** Taking a checkpoint: state is written, and the checkpoint is not complete. */
        CHECKPOINT_BEGUN(20),
        /** Just done with a checkpoint: it is complete, and the lake's files may still wait for being told. */
        CHECKPOINT_COMPLETE(20),
        /** Restoring from a checkpoint, having been killed before. */
        RESTORING(1_500);

        private final int longestPauseMillis;

        Moment(int longestPauseMillis) {
            this.longestPauseMillis = longestPauseMillis;
        }
    }

    static FaultSchedule of(long seed) {
        Random random = new Random(seed);
        List<Moment> moments = new ArrayList<>(Arrays.asList(Moment.values()));
        Collections.shuffle(moments, random);
        return new FaultSchedule(
                seed,
                moments.stream()
                        .map(moment -> new Fault(moment, Duration.ofMillis(random.nextInt(moment.longestPauseMillis))))
                        .toList());
    }
}
