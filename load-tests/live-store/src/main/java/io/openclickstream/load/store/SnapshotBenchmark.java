package io.openclickstream.load.store;

import io.openclickstream.load.benchmark.TypedCommand;
import java.io.PrintStream;
import java.nio.file.Files;

/**
 * Measures snapshots of a live table while its rows change: what making one costs the writer, in time and in bytes that
 * are copied, and what taking one costs a reader of the whole store.
 */
public final class SnapshotBenchmark {
    private final SnapshotOptions options;
    private final PrintStream out;

    private SnapshotBenchmark(SnapshotOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        System.setProperty("log4j2.configurationFile", "classpath:flight-server-log4j2.properties");
        System.exit(
                SnapshotOptions.PROGRAM.run(args, System.getenv(), options -> new SnapshotBenchmark(options, System.out)
                        .run(TypedCommand.of(System.getProperties(), SnapshotBenchmark.class, args))));
    }

    private int run(String command) throws Exception {
        Files.createDirectories(options.reportDir());
        SnapshotReport report = new SnapshotReport(
                options,
                MadeSnapshots.run(options, true),
                MadeSnapshots.run(options, false),
                TakenSnapshots.run(options));
        report.write(command);
        report.print(out);
        return 0;
    }
}
