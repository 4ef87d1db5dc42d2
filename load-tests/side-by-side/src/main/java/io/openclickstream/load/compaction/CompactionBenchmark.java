package io.openclickstream.load.compaction;

import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.load.benchmark.TypedCommand;
import io.openclickstream.load.compaction.Scans.Scan;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What compaction is good for: an hour of clicks is written epoch by epoch with the job's writer and committer, then
 * {@code ./clickstream maintain} compacts it. DuckDB reads the files that the table had before and those that it has
 * after, by turns, and has to find the same rows.
 */
public final class CompactionBenchmark {
    private static final int WARM_UP_ROUNDS = 2;
    private static final int STEPS_TOLD = 10;
    private static final long LONGEST_MAINTENANCE_MINUTES = 30;

    private final CompactionOptions options;
    private final PrintStream out;

    private CompactionBenchmark(CompactionOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        System.exit(CompactionOptions.PROGRAM.run(
                args, System.getenv(), options -> new CompactionBenchmark(options, System.out)
                        .run(TypedCommand.of(System.getProperties(), CompactionBenchmark.class, args))));
    }

    private int run(String command) throws IOException, InterruptedException, SQLException {
        Path lake = options.reportDir().toAbsolutePath().resolve("lake");
        delete(lake);
        Files.createDirectories(lake);
        var settings = LakeSettings.embedded("file:" + lake, S3Access.DEFAULT);
        try (LakeCatalog catalog = LakeCatalog.open(settings);
                Scans scans = new Scans()) {
            var hour = new HourOfClicks(options.clicks(), options.epochs(), options.seed());
            hour.writeTo(catalog, this::told);
            LakeState before = LakeState.now(LakeState.BEFORE, catalog);
            MetadataSize metadata = MetadataSize.of(lake);
            double maintained = maintain(settings.root());
            LakeState after = LakeState.now(LakeState.AFTER, catalog);
            out.printf(
                    "compacted %,d files into %,d%n",
                    before.files().size(), after.files().size());
            List<String> checksums = List.of(scans.checksum(before), scans.checksum(after));
            Map<String, List<Double>> found = new TreeMap<>();
            List<Scan> asked = ask(catalog, scans, List.of(before, after), found);
            var report = new CompactionReport(options, before, after, metadata, maintained, checksums, found, asked);
            report.write(command);
            report.print(out);
            return report.outputsAgree() ? 0 : 1;
        }
    }

    private void told(int epoch) {
        int step = Math.max(1, options.epochs() / STEPS_TOLD);
        if (epoch % step == 0) {
            out.printf(Locale.ROOT, "%,6d of %,d epochs written and committed%n", epoch, options.epochs());
        }
    }

    /** All that is measured, round by round; how long it takes to find the files is added to {@code found}. */
    private List<Scan> ask(LakeCatalog catalog, Scans scans, List<LakeState> states, Map<String, List<Double>> found)
            throws SQLException, IOException {
        String user = scans.user(states.get(0));
        List<Scan> asked = new ArrayList<>();
        int rounds = WARM_UP_ROUNDS + options.rounds();
        for (int round = 1; round <= rounds; round++) {
            for (LakeState state : states) {
                double seconds = state.secondsToFindFiles(catalog);
                if (round > WARM_UP_ROUNDS) {
                    found.computeIfAbsent(state.name(), name -> new ArrayList<>())
                            .add(seconds);
                }
                for (Question question : Question.values()) {
                    Scan scan = scans.ask(state, question, user);
                    if (round > WARM_UP_ROUNDS) {
                        asked.add(scan);
                    }
                }
            }
            out.printf(Locale.ROOT, "%,6d of %,d rounds read%n", round, rounds);
        }
        return asked;
    }

    /** As somebody runs it from the command line; seconds it took, with the start of its JVM. */
    private double maintain(String lake) throws IOException, InterruptedException {
        out.println("maintaining");
        Path log = options.reportDir().resolve("maintain.log");
        long began = System.nanoTime();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + options.maintainJvmOptions(),
                        "-Xmx1g",
                        "-cp",
                        options.maintainClassPath(),
                        "io.openclickstream.maintenance.MaintainMain",
                        "--lake.uri=" + lake)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(LONGEST_MAINTENANCE_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException("The lake was not maintained; see %s.".formatted(log));
            }
        } finally {
            process.destroyForcibly();
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
