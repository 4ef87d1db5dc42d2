package io.openclickstream.quickstart.platform;

import io.openclickstream.quickstart.platform.FlinkRest.Job;
import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The whole platform on this machine: Kafka, S3, the Flight server and the Flink job, each a process of its own that
 * is started again when it ends by itself. Closing it stops them all; the data stays, and a platform started on the
 * same folder goes on where this one stopped.
 */
public final class Platform implements AutoCloseable {
    private static final Duration PORT_PATIENCE = Duration.ofSeconds(5);
    private static final Duration START_BOUND = Duration.ofMinutes(4);
    private static final Duration SAVEPOINT_BOUND = Duration.ofSeconds(30);
    private static final Duration STOP_BOUND = Duration.ofSeconds(10);

    private final DataFolder folder;
    private final Addresses addresses;
    private final Children children;
    private final Supervisor supervisor;
    private final Probes probes;
    private final FlinkRest flink;
    private final LiveTables live;
    private boolean stopped;

    private Platform(DataFolder folder, Addresses addresses, Children children, Supervisor supervisor) {
        this.folder = folder;
        this.addresses = addresses;
        this.children = children;
        this.supervisor = supervisor;
        Http http = new Http();
        flink = new FlinkRest(addresses.flinkPage(), http);
        probes = new Probes(addresses, http, flink);
        live = new LiveTables(addresses.flight());
    }

    /**
     * Starts everything and waits until the job runs.
     *
     * @param notices takes a sentence whenever something happens that a person should know; called by any thread
     * @throws CannotStartException with a sentence for the person who asked
     */
    public static Platform start(PlatformSettings settings, Consumer<String> notices)
            throws CannotStartException, IOException, InterruptedException {
        Platform platform = startWithoutJob(settings, notices);
        try {
            notices.accept("starting Flink");
            platform.startJob();
            platform.awaitReady(ChildName.FLINK, START_BOUND);
            return platform;
        } catch (CannotStartException | IOException | InterruptedException | RuntimeException e) {
            platform.stopProcesses();
            throw e;
        }
    }

    /**
     * Starts everything but Flink.
     *
     * @throws CannotStartException with a sentence for the person who asked
     */
    public static Platform startWithoutJob(PlatformSettings settings, Consumer<String> notices)
            throws CannotStartException, IOException, InterruptedException {
        requireParallelism(settings.parallelism());
        DataFolder folder = DataFolder.open(settings.folder(), settings.fresh());
        Platform platform = null;
        try {
            List<String> problems = settings.ports().problems(PORT_PATIENCE);
            if (!problems.isEmpty()) {
                throw new CannotStartException(String.join(System.lineSeparator(), problems));
            }
            platform = new Platform(
                    folder,
                    Addresses.of(settings.ports(), Children.TOPIC),
                    new Children(settings, folder, folder.s3Keys()),
                    new Supervisor(RestartPolicy.USUAL, notices));
            notices.accept("starting Kafka, S3 and the Flight server");
            platform.startStores();
            return platform;
        } catch (CannotStartException | IOException | InterruptedException | RuntimeException e) {
            if (platform == null) {
                folder.close();
            } else {
                platform.stopProcesses();
            }
            throw e;
        }
    }

    /** Starts Flink and its job, and does not wait for them. */
    public void startJob() throws CannotStartException, IOException {
        folder.keepPipelineOptions(children.pipelineOptions());
        supervisor.start(ChildName.FLINK, children.start(ChildName.FLINK));
    }

    /**
     * Ends the Flink process and starts it with another number of subtasks; waits until the job runs. It goes on from
     * the newest checkpoint or savepoint: {@link #stopJob} before this leaves one that holds all that was read.
     */
    public void restartJob(int parallelism, Duration bound)
            throws CannotStartException, IOException, InterruptedException {
        requireParallelism(parallelism);
        supervisor.stop(ChildName.FLINK, STOP_BOUND);
        int before = supervisor.starts(ChildName.FLINK);
        supervisor.start(ChildName.FLINK, children.withParallelism(parallelism).start(ChildName.FLINK));
        awaitReady(ChildName.FLINK, before, bound);
    }

    public Addresses addresses() {
        return addresses;
    }

    /** Where the platform keeps everything. */
    public Path dataFolder() {
        return folder.path();
    }

    /** Where the Parquet files are, as plain files: {@code {clicks,sessions,metrics,rejected}/ingestion_hour=.../}. */
    public Path lakeFolder() {
        return bucketFolder().resolve("lake");
    }

    /** The object store's bucket as a plain folder. */
    public Path bucketFolder() {
        return folder.of(ChildName.S3).resolve(Children.BUCKET);
    }

    /** Where the processes' logs are, one {@code <module>.log} each. */
    public Path logs() {
        return folder.logs();
    }

    /** The Flink job. */
    public FlinkRest flink() {
        return flink;
    }

    /** The live tables. */
    public LiveTables live() {
        return live;
    }

    /** Completes with a sentence when a process ended too often and is not started again. */
    public CompletableFuture<String> givenUp() {
        return supervisor.givenUp();
    }

    /** The id of a child's process; empty between an end and the restart. */
    public Optional<Long> pid(ChildName child) {
        return supervisor.process(child).map(ChildProcess::pid);
    }

    /** How often a child was started. */
    public int starts(ChildName child) {
        return supervisor.starts(child);
    }

    /** Ends a child as {@code kill -9} does. It is started again by itself. */
    public void kill(ChildName child) throws InterruptedException {
        Optional<ChildProcess> process = supervisor.process(child);
        if (process.isPresent()) {
            process.get().kill();
        }
    }

    /** Ends a child as {@code kill -9} does and waits until it was started again and is ready. */
    public void restart(ChildName child, Duration bound) throws IOException, InterruptedException {
        int before = supervisor.starts(child);
        kill(child);
        awaitReady(child, before, bound);
    }

    /** Waits until a child is ready. */
    public void awaitReady(ChildName child, Duration bound) throws IOException, InterruptedException {
        awaitReady(child, 0, bound);
    }

    /**
     * Stops the job, with a savepoint, and leaves everything else running. The job is not started again. One that is just
     * being restarted is stopped once it runs again.
     *
     * @param bound for the job to run, and for the savepoint
     * @return where the savepoint is
     */
    public String stopJob(StopMode mode, Duration bound) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + bound.toNanos();
        Optional<Job> job = runningJob();
        while (job.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(100);
            job = runningJob();
        }
        return flink.stop(
                job.orElseThrow(() -> new IOException("there is no running job to stop"))
                        .id(),
                mode,
                Children.SAVEPOINTS,
                bound);
    }

    /** Stops the job with a savepoint, where it runs, then all processes; always ends within about a minute. */
    public synchronized void stop(Consumer<String> notices) throws IOException, InterruptedException {
        if (stopped) {
            return;
        }
        Optional<Job> job = runningJob();
        if (job.isPresent()) {
            try {
                notices.accept("writing a savepoint");
                flink.stop(job.get().id(), StopMode.SUSPEND, Children.SAVEPOINTS, SAVEPOINT_BOUND);
            } catch (IOException e) {
                notices.accept(
                        "no savepoint (" + e.getMessage() + "); the next start goes on from the last checkpoint");
            }
        }
        stopProcesses();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stop(notice -> {});
    }

    private Optional<Job> runningJob() throws InterruptedException {
        return flink.job().filter(job -> job.state().equals("RUNNING"));
    }

    private static void requireParallelism(int parallelism) throws CannotStartException {
        if (parallelism < 1 || parallelism > PlatformSettings.PARTITIONS) {
            throw new CannotStartException(
                    "Cannot run with parallelism %d: give 1 to %d, for the topic has as many partitions."
                            .formatted(parallelism, PlatformSettings.PARTITIONS));
        }
    }

    private void startStores() throws CannotStartException, IOException, InterruptedException {
        List<ChildName> stores = List.of(ChildName.KAFKA, ChildName.S3, ChildName.FLIGHT);
        for (ChildName child : stores) {
            supervisor.start(child, children.start(child));
        }
        for (ChildName child : stores) {
            awaitReady(child, START_BOUND);
        }
        new ClickTopic(addresses).create();
    }

    private void awaitReady(ChildName child, int startsBefore, Duration bound)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + bound.toNanos();
        while (supervisor.starts(child) <= startsBefore
                || supervisor.process(child).isEmpty()
                || !probes.isReady(child)) {
            CompletableFuture<String> givenUp = supervisor.givenUp();
            if (givenUp.isDone()) {
                throw new IOException(givenUp.join());
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("%s was not ready within %d s; its log may say why: %s"
                        .formatted(
                                child.title(), bound.toSeconds(), folder.logs().resolve(child.module() + ".log")));
            }
            Thread.sleep(100);
        }
    }

    private synchronized void stopProcesses() throws IOException, InterruptedException {
        if (stopped) {
            return;
        }
        stopped = true;
        supervisor.close();
        live.close();
        List<ChildName> order = new ArrayList<>(List.of(ChildName.values()));
        Collections.reverse(order);
        for (ChildName child : order) {
            supervisor.stop(child, STOP_BOUND);
        }
        folder.close();
    }
}
