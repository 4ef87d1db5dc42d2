package io.openclickstream.quickstart.endtoend;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * One blow to a Flink whose managers are processes of their own.
 *
 * @param pause before it, or how long a process is stopped
 * @param taskManager which one, where it is one; the other one where this one runs nothing
 */
record ApartStrike(Kind kind, Duration pause, int taskManager) {
    /** Of one seed. */
    static final int ROUND = 8;

    private static final Duration LONG_STOP = Duration.ofSeconds(61);

    /** What is done. */
    enum Kind {
        /** kill -9; the tasks live until they notice. Another one takes over from the newest retained checkpoint. */
        KILL_JOB_MANAGER,
        /** kill -9; the job manager and the other tasks live. */
        KILL_TASK_MANAGER,
        /** SIGSTOP, and SIGCONT after a minute: its tasks give it up, and it comes back as if nothing had been. */
        STOP_JOB_MANAGER,
        /** The same; its work is done elsewhere when it goes on with it. */
        STOP_TASK_MANAGER
    }

    /** One kill of each first, in either order; then two more of each and both stops. */
    static List<ApartStrike> round(long seed) {
        Random random = new Random(seed);
        List<ApartStrike> first = new ArrayList<>(kills(random));
        Collections.shuffle(first, random);
        List<ApartStrike> others = new ArrayList<>(kills(random));
        others.addAll(kills(random));
        others.add(new ApartStrike(Kind.STOP_JOB_MANAGER, LONG_STOP, 0));
        others.add(new ApartStrike(Kind.STOP_TASK_MANAGER, LONG_STOP, random.nextInt(ApartFlink.TASK_MANAGERS)));
        Collections.shuffle(others, random);
        first.addAll(others);
        return first;
    }

    private static List<ApartStrike> kills(Random random) {
        return List.of(
                new ApartStrike(Kind.KILL_JOB_MANAGER, Duration.ofMillis(random.nextInt(3_000)), 0),
                new ApartStrike(
                        Kind.KILL_TASK_MANAGER,
                        Duration.ofMillis(random.nextInt(3_000)),
                        random.nextInt(ApartFlink.TASK_MANAGERS)));
    }
}
