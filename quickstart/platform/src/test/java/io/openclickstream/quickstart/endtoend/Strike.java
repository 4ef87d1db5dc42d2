package io.openclickstream.quickstart.endtoend;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * One blow to a platform that is running.
 *
 * @param pause before it, or how long a process is stopped
 */
record Strike(Kind kind, Duration pause) {
    /** As many as a platform takes before it gives a process up that ends again and again. */
    static final int ROUND = 20;

    /** Longer than a writer waits for an answer, and than Flink's processes wait for each other's heartbeats. */
    private static final Duration LONG_STOP = Duration.ofSeconds(60);

    /** What is done. */
    enum Kind {
        /** kill -9 of job manager and tasks, which are one process here; the job is restored from its latest checkpoint. */
        KILL_FLINK(3),
        KILL_FLIGHT(4),
        /** SIGSTOP, and SIGCONT after a while; the first of each process in a round takes a minute. */
        STOP_FLINK(2),
        STOP_FLIGHT(3),
        /** The connection between them ends in the middle of a request. */
        CUT_REQUEST(3),
        /** The same after the server has done what it was asked, before its answer. */
        LOSE_ANSWER(3),
        /** Nothing passes for a while, and then all of it does. */
        STALL(1),
        /** A savepoint, and a start from it with another number of subtasks. */
        RESCALE(1);

        private final int perRound;

        Kind(int perRound) {
            this.perRound = perRound;
        }
    }

    /** A round, in an order and with pauses that the seed decides. */
    static List<Strike> round(long seed) {
        Random random = new Random(seed);
        List<Strike> strikes = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < kind.perRound; i++) {
                boolean isLong = (kind == Kind.STOP_FLINK || kind == Kind.STOP_FLIGHT) && i == 0;
                strikes.add(new Strike(kind, isLong ? LONG_STOP : Duration.ofMillis(random.nextInt(2_000))));
            }
        }
        Collections.shuffle(strikes, random);
        return strikes;
    }
}
