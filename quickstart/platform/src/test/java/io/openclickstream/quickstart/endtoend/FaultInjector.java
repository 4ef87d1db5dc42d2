package io.openclickstream.quickstart.endtoend;

import static io.openclickstream.quickstart.platform.ChildName.FLINK;
import static org.awaitility.Awaitility.await;

import io.openclickstream.quickstart.endtoend.FaultSchedule.Fault;
import io.openclickstream.quickstart.platform.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Kills the Flink process of a platform when its moment has come, and waits until the job runs again. */
final class FaultInjector {
    private final Platform platform;
    private final Path checkpoints;
    private int kills;

    FaultInjector(Platform platform) {
        this.platform = platform;
        checkpoints = platform.bucketFolder().resolve("checkpoints");
    }

    /** Kills so far. */
    int kills() {
        return kills;
    }

    void strike(Fault fault) throws Exception {
        switch (fault.moment()) {
            case READING -> killIn(fault.after());
            case CHECKPOINT_BEGUN -> {
                awaitNewCheckpoint(folder -> !isComplete(folder));
                killIn(fault.after());
            }
            case CHECKPOINT_COMPLETE -> {
                awaitNewCheckpoint(FaultInjector::isComplete);
                killIn(fault.after());
            }
            case RESTORING -> {
                killIn(Duration.ZERO);
                await().atMost(RunProgress.PATIENCE)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> platform.flink().job().isPresent());
                killIn(fault.after());
            }
        }
        platform.awaitReady(FLINK, RunProgress.PATIENCE);
    }

    private void killIn(Duration pause) throws InterruptedException {
        Stops.pass(pause);
        platform.kill(FLINK);
        kills++;
    }

    private void awaitNewCheckpoint(Predicate<Path> condition) {
        Set<Path> before = checkpointFolders(condition);
        await().atMost(RunProgress.PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> {
                    Set<Path> now = checkpointFolders(condition);
                    return !before.containsAll(now);
                });
    }

    private static boolean isComplete(Path checkpoint) {
        return Files.exists(checkpoint.resolve("_metadata"));
    }

    /** Folders come and go while we look. */
    private Set<Path> checkpointFolders(Predicate<Path> condition) {
        Set<Path> folders = new TreeSet<>();
        try (Stream<Path> files = Files.walk(checkpoints, 2)) {
            files.filter(folder -> folder.getFileName().toString().startsWith("chk-"))
                    .filter(condition)
                    .forEach(folders::add);
        } catch (IOException | UncheckedIOException e) {
            return folders;
        }
        return folders;
    }
}
