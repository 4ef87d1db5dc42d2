package io.openclickstream.failures;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.failures.network.FaultProxy;
import io.openclickstream.failures.network.FaultProxy.Fault;
import io.openclickstream.failures.network.FaultProxy.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A job, a network and a server to which something happens at every step, as a seed decides. What readers see is
 * compared whenever a checkpoint was committed, after every restore, and at the end.
 */
final class RandomRun implements AutoCloseable {
    static final int EPOCHS_KEPT = 3;
    private static final int STEPS = 40;
    private static final List<Kind> KINDS = List.of(Kind.values());

    private final Random random;
    private final Expected expected;
    private final Served server;
    private final FaultProxy network;
    private final Job job;
    private final Thread driver = Thread.currentThread();
    private final List<String> story = new ArrayList<>();
    private volatile Exception doesNotComeBack;

    /** What happens at a step. */
    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    RandomRun(long seed, Sink sink, Served server, FaultProxy network) {
        this.random = new Random(seed);
        this.server = server;
        this.network = network;
        expected = new Expected(EPOCHS_KEPT);
        job = new Job(random, sink, expected, network);
    }

    /** Runs it, and tells what has happened when something is wrong. */
    void run() {
        try {
            story.add("start");
            job.start();
            compare();
            for (int step = 0; step < STEPS; step++) {
                happen();
            }
            network.disarm();
            survive("the end", () -> {
                job.feed();
                job.flush();
                job.fail();
                compare();
                job.feed();
                job.savepoint();
                compare();
            });
        } catch (Exception | AssertionError e) {
            throw new AssertionError("after " + story + ": " + e.getMessage(), e);
        }
    }

    private void happen() throws Exception {
        if (random.nextInt(4) == 0) {
            arm();
        }
        int chance = random.nextInt(100);
        if (chance < 30) {
            survive("feed", job::feed);
        } else if (chance < 38) {
            survive("tick", job::tick);
        } else if (chance < 75) {
            survive("barrier", () -> {
                if (job.barrier()) {
                    compare();
                }
            });
        } else if (chance < 78) {
            survive("notify", job::notifyComplete);
        } else if (chance < 80) {
            survive("abort", job::abort);
        } else if (chance < 85) {
            survive("fail", () -> restored(job::fail));
        } else if (chance < 89) {
            survive(
                    "rescale",
                    () -> restored(() -> {
                        job.savepoint();
                        compare();
                        job.rescale();
                    }));
        } else if (chance < 91) {
            survive("resume", () -> restored(job::resume));
        } else if (chance < 94) {
            survive("rewind", () -> restored(job::rewind));
        } else if (chance < 95) {
            survive("end of an input", job::endInput);
        } else if (chance < 97) {
            survive(
                    "drain",
                    () -> restored(() -> {
                        job.drain();
                        compare();
                        job.resume();
                    }));
        } else if (chance < 99) {
            story.add("server killed");
            killServer();
        } else {
            story.add("server restarted");
            server.restart();
            network.down();
            network.up(server.port());
        }
    }

    private void restored(Step step) throws Exception {
        step.run();
        compare();
    }

    /** A step that is cancelled in the middle is followed by a restore, as in Flink. */
    private void survive(String name, Step step) throws Exception {
        story.add(name);
        Step next = step;
        while (true) {
            try {
                next.run();
                if (!Thread.interrupted()) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.interrupted(); // it may have been set twice
            }
            if (doesNotComeBack != null) {
                throw new IllegalStateException("the server does not come back", doesNotComeBack);
            }
            story.add("cancelled");
            next = () -> restored(job::fail);
        }
    }

    private void arm() {
        Kind kind = KINDS.get(random.nextInt(KINDS.size()));
        Duration pause = Duration.ofMillis(
                kind == Kind.STALL && random.nextBoolean()
                        ? Job.ANSWER_TIMEOUT.toMillis() + 100
                        : 1 + random.nextInt(20));
        int chance = random.nextInt(10);
        if (chance < 2 && kind != Kind.DELAY) {
            network.arm(new Fault(kind, pause, this::killServer));
            story.add("armed " + kind + " and kill of the server");
        } else if (chance < 5 && kind == Kind.STALL) {
            network.arm(new Fault(kind, pause, driver::interrupt));
            story.add("armed STALL and cancel");
        } else {
            network.arm(new Fault(kind, pause, () -> {}));
            story.add("armed " + kind);
        }
    }

    private void killServer() {
        network.down();
        try {
            server.kill();
        } catch (Exception e) {
            doesNotComeBack = e;
            driver.interrupt();
            return;
        }
        network.up(server.port());
    }

    /** Ends the job. Fails when it has leaked memory. */
    @Override
    public void close() throws Exception {
        network.disarm();
        job.close();
    }

    private void compare() throws Exception {
        job.flush();
        for (String table : Writer.TABLES) {
            assertThat(server.live(table)).as("live " + table).isEqualTo(expected.live(table));
        }
        if (!server.hasEpochs()) {
            return;
        }
        assertThat(server.keptEpochs()).as("kept epochs").isEqualTo(expected.kept());
        if (!expected.kept().isEmpty()) {
            assertThat(server.committedEpochs().values())
                    .as("all tables flip together")
                    .containsOnly(expected.committed());
        }
        for (long epoch : expected.kept()) {
            for (String table : Writer.TABLES) {
                assertThat(server.committed(table, epoch))
                        .as("%s as of %d", table, epoch)
                        .isEqualTo(expected.committed(table, epoch));
            }
        }
    }
}
