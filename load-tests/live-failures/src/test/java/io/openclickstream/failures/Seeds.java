package io.openclickstream.failures;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Runs many seeds, some at a time since each waits more than it works. {@code -Dlive.failure.seeds=COUNT} says how many;
 * {@code -Dlive.failure.seed=SEED} runs that one alone.
 */
final class Seeds {
    private static final int AT_ONCE = 4;

    /** What is done for a seed, in a folder of its own. */
    @FunctionalInterface
    interface Trial {
        void run(long seed, Path folder) throws Exception;
    }

    /** A seed that has failed. */
    record Failure(long seed, Throwable cause) {}

    private Seeds() {}

    /** Runs the trial for each seed, and returns those that failed. */
    static List<Failure> failures(Path folder, Trial trial) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Long> seeds = seeds();
            List<Future<?>> trials = new ArrayList<>();
            for (long seed : seeds) {
                trials.add(threads.submit(() -> {
                    Path own = Files.createDirectory(folder.resolve("seed-" + seed));
                    trial.run(seed, own);
                    delete(own);
                    return null;
                }));
            }
            List<Failure> failures = new ArrayList<>();
            for (int i = 0; i < trials.size(); i++) {
                try {
                    trials.get(i).get();
                } catch (ExecutionException e) {
                    failures.add(new Failure(seeds.get(i), e.getCause()));
                }
            }
            return failures;
        } finally {
            threads.shutdownNow();
        }
    }

    /** How many there are. */
    static int count() {
        return seeds().size();
    }

    private static List<Long> seeds() {
        String one = System.getProperty("live.failure.seed", "");
        return one.isBlank()
                ? LongStream.range(0, Long.parseLong(System.getProperty("live.failure.seeds")))
                        .boxed()
                        .toList()
                : List.of(Long.valueOf(one));
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
