package io.openclickstream.quickstart.platform;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps children running: one that ends by itself is started again after a pause, and given up after too many ends in
 * a row. Says each time what happened. Safe for use by many threads.
 */
final class Supervisor implements AutoCloseable {
    private final RestartPolicy policy;
    private final Consumer<String> notices;
    private final Map<ChildName, Child> children = new EnumMap<>(ChildName.class);
    private final CompletableFuture<String> givenUp = new CompletableFuture<>();
    private final ScheduledExecutorService restarts = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "supervisor");
        thread.setDaemon(true);
        return thread;
    });

    private static final class Child {
        private final ChildProcess.Start start;
        private @Nullable ChildProcess process;
        private boolean wanted = true;
        private int endsInARow;
        private int starts;

        Child(ChildProcess.Start start) {
            this.start = start;
        }
    }

    Supervisor(RestartPolicy policy, Consumer<String> notices) {
        this.policy = policy;
        this.notices = notices;
    }

    /** Starts a child and keeps it running from now on; one of this name that ran before must have been stopped. */
    synchronized void start(ChildName name, ChildProcess.Start start) throws IOException {
        Child child = new Child(start);
        child.starts = starts(name);
        children.put(name, child);
        run(name, child);
    }

    /** The process that runs now; empty between an end and the restart. */
    synchronized Optional<ChildProcess> process(ChildName name) {
        Child child = children.get(name);
        return child == null
                ? Optional.empty()
                : Optional.ofNullable(child.process).filter(ChildProcess::isAlive);
    }

    /** How often a child was started; 0 when it never was. */
    synchronized int starts(ChildName name) {
        Child child = children.get(name);
        return child == null ? 0 : child.starts;
    }

    /** Completes with a sentence when a child is given up. */
    CompletableFuture<String> givenUp() {
        return givenUp.copy();
    }

    /** Stops a child for good. */
    void stop(ChildName name, Duration bound) throws InterruptedException {
        ChildProcess process;
        synchronized (this) {
            Child child = children.get(name);
            if (child == null) {
                return;
            }
            child.wanted = false;
            process = child.process;
        }
        if (process != null) {
            process.stop(bound);
        }
    }

    /** From now on no child is started again. */
    @Override
    public void close() {
        synchronized (this) {
            children.values().forEach(child -> child.wanted = false);
        }
        restarts.shutdownNow();
    }

    private void run(ChildName name, Child child) throws IOException {
        ChildProcess process = ChildProcess.start(child.start);
        child.process = process;
        child.starts++;
        var unused =
                process.ended().whenComplete((code, failure) -> ended(name, child, process, code == null ? -1 : code));
    }

    private synchronized void ended(ChildName name, Child child, ChildProcess process, int code) {
        if (!child.wanted) {
            return;
        }
        child.endsInARow = policy.inARow(child.endsInARow, process.ranFor());
        Optional<Duration> pause = policy.pause(child.endsInARow);
        if (pause.isEmpty()) {
            giveUp("%s ended %d times in a row and is not started again; its log says why: %s"
                    .formatted(name.title(), child.endsInARow, child.start.log()));
            return;
        }
        notices.accept("%s ended by itself (code %d); starting it again in %.1f s"
                .formatted(name.title(), code, pause.get().toMillis() / 1000.0));
        var later = restarts.schedule(() -> restart(name, child), pause.get().toMillis(), TimeUnit.MILLISECONDS);
        if (later.isCancelled()) {
            child.wanted = false;
        }
    }

    private synchronized void restart(ChildName name, Child child) {
        if (!child.wanted) {
            return;
        }
        try {
            run(name, child);
            notices.accept(name.title() + " was started again");
        } catch (IOException e) {
            giveUp("%s cannot be started again: %s".formatted(name.title(), e.getMessage()));
        }
    }

    private void giveUp(String sentence) {
        if (givenUp.complete(sentence)) {
            notices.accept(sentence);
        }
    }
}
