package io.openclickstream.load.sidebyside;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Which threads of this process spend its CPU time, as Linux counts it: those of the JVM too, which Java's own beans do
 * not show. Looks twice a second, since a thread that has ended cannot be asked any more; what it spends after the last
 * look is missed. On other systems it sees nothing.
 */
public final class ThreadTimes implements AutoCloseable {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;
    private static final double TICKS_PER_SECOND = 100;
    private static final long INTERVAL_MILLIS = 500;

    private final Map<String, Long> before = new HashMap<>();
    private final Map<String, Long> latest = new HashMap<>();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "thread-times");
        thread.setDaemon(true);
        return thread;
    });

    /** Begins to look. */
    public ThreadTimes() {
        look(before);
        var unused = looking.scheduleWithFixedDelay(
                () -> look(latest), INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** CPU seconds since it began, by the threads' names without numbers; Linux keeps 15 characters of a name. */
    public Map<String, Double> seconds() {
        look(latest);
        Map<String, Double> byName = new TreeMap<>();
        synchronized (latest) {
            latest.forEach((thread, ticks) -> {
                String name = thread.substring(thread.indexOf(' ') + 1).replaceAll("\\d+", "#");
                byName.merge(name, (ticks - before.getOrDefault(thread, 0L)) / TICKS_PER_SECOND, Double::sum);
            });
        }
        byName.values().removeIf(seconds -> seconds < 1 / TICKS_PER_SECOND);
        return byName;
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }

    private static void look(Map<String, Long> into) {
        if (!Files.isDirectory(TASKS)) {
            return;
        }
        synchronized (into) {
            try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
                for (Path task : tasks) {
                    read(task, into);
                }
            } catch (IOException e) {
                // A look that fails is made up for by the next one.
            }
        }
    }

    private static void read(Path task, Map<String, Long> into) {
        try {
            String line = Files.readString(task.resolve("stat"));
            String name = line.substring(line.indexOf('(') + 1, line.lastIndexOf(')'));
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            into.put(
                    task.getFileName() + " " + name,
                    Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]));
        } catch (IOException e) {
            // The thread has ended meanwhile.
        }
    }
}
