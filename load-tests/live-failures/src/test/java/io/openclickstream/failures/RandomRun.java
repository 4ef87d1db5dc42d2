package io.openclickstream.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.failures.network.FaultProxy;
import io.openclickstream.failures.network.FaultProxy.Fault;
import io.openclickstream.failures.network.FaultProxy.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final Served server;
    private final FaultProxy network;
    private final Job job;
    private final Cancellation cancellation = new Cancellation(Thread.currentThread());
    /** What those see who name no lineage, and its lineage. */
    private Expected served;

    private String servedLineage;
    /** What those see who name the job's lineage; the same while that one is served. */
    private Expected own;

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
        own = new Expected(EPOCHS_KEPT);
        served = own;
        job = new Job(random, sink, own, network);
        servedLineage = job.lineage();
    }

    /** Runs it, and tells what has happened when something is wrong. */
    void run() {
        try {
            story.add("start");
            job.start();
            compare();
            cancellation.mayComeNoMore();
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
        if (own != served && random.nextInt(6) == 0) {
            survive("promote", this::promote);
            return;
        }
        int chance = random.nextInt(100);
        if (chance < 28) {
            survive("feed", job::feed);
        } else if (chance < 36) {
            survive("tick", job::tick);
        } else if (chance < 73) {
            survive("barrier", () -> {
                if (job.barrier()) {
                    compare();
                }
            });
        } else if (chance < 76) {
            survive("notify", job::notifyComplete);
        } else if (chance < 78) {
            survive("abort", job::abort);
        } else if (chance < 83) {
            survive("fail", () -> restored(job::fail));
        } else if (chance < 87) {
            survive(
                    "rescale",
                    () -> restored(() -> {
                        job.savepoint();
                        compare();
                        job.rescale();
                    }));
        } else if (chance < 89) {
            survive("resume", () -> restored(job::resume));
        } else if (chance < 92) {
            survive("rewind", () -> restored(job::rewind));
        } else if (chance < 93) {
            survive("end of an input", job::endInput);
        } else if (chance < 95) {
            survive(
                    "drain",
                    () -> restored(() -> {
                        job.drain();
                        compare();
                        job.resume();
                    }));
        } else if (chance < 97) {
            if (server.hasEpochs()) {
                survive("start without state", this::startAnew);
            }
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

    /** Readers go on to see what they saw, unless that has never been committed. */
    private void startAnew() throws Exception {
        compare();
        Expected anew = new Expected(EPOCHS_KEPT);
        job.loseState(anew);
        own = anew;
        if (served.kept().isEmpty()) {
            served = anew;
            servedLineage = job.lineage();
        }
        restored(job::start);
    }

    /** Readers see the job's own lineage from now on; not before it has committed an epoch. */
    private void promote() throws Exception {
        cancellation.mayComeNoMore(); // no task of the job's does this
        if (own.kept().isEmpty()) {
            assertThatThrownBy(() -> server.promote(job.lineage()))
                    .hasMessageContaining("it has not committed an epoch yet");
        } else {
            server.promote(job.lineage());
            served = own;
            servedLineage = job.lineage();
        }
        cancellation.mayCome();
        compare();
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
            if (!isCancelled(next)) {
                return;
            }
            if (doesNotComeBack != null) {
                throw new IllegalStateException("the server does not come back", doesNotComeBack);
            }
            story.add("cancelled");
            next = () -> restored(job::fail);
        }
    }

    private boolean isCancelled(Step step) throws Exception {
        cancellation.mayCome();
        try {
            step.run();
            return cancellation.mayComeNoMore();
        } catch (InterruptedException e) {
            cancellation.mayComeNoMore(); // it may have been set twice
            return true;
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
            network.arm(new Fault(kind, pause, cancellation::cancel));
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
            cancellation.insist();
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

    /** It is the job that may be cancelled, and not those who read. */
    private void compare() throws Exception {
        job.flush();
        if (cancellation.mayComeNoMore()) {
            throw new InterruptedException("cancelled");
        }
        askReaders();
        cancellation.mayCome();
    }

    private void askReaders() throws Exception {
        compare(null, served);
        if (own != served) {
            compare(job.lineage(), own);
        }
        if (server.hasEpochs()) {
            Map<String, List<Long>> kept = new LinkedHashMap<>();
            kept.put(servedLineage, served.kept());
            kept.put(job.lineage(), own.kept());
            assertThat(server.keptEpochs()).as("kept epochs").containsExactlyEntriesOf(kept);
        }
    }

    private void compare(String lineage, Expected expected) throws Exception {
        String whose = lineage == null ? "" : "waiting ";
        for (String table : Writer.TABLES) {
            assertThat(server.live(lineage, table)).as(whose + "live " + table).isEqualTo(expected.live(table));
        }
        if (!server.hasEpochs()) {
            return;
        }
        if (!expected.kept().isEmpty()) {
            assertThat(server.committedEpochs(lineage).values())
                    .as("all tables flip together")
                    .containsOnly(expected.committed());
        }
        for (long epoch : expected.kept()) {
            for (String table : Writer.TABLES) {
                assertThat(server.committed(lineage, table, epoch))
                        .as("%s%s as of %d", whose, table, epoch)
                        .isEqualTo(expected.committed(table, epoch));
            }
        }
    }
}
