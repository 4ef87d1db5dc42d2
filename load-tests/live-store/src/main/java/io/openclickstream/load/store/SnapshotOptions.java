package io.openclickstream.load.store;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@link SnapshotBenchmark}. */
@Command(
        sortOptions = false,
        description = {
            "Takes snapshots of a live table of sessions while its rows change, and says how long that takes and how many",
            "bytes are copied for it.",
            ""
        })
public interface SnapshotOptions {
    /** The benchmark with its options and their checks. */
    Program<SnapshotOptions> PROGRAM =
            new Program<>("the live-snapshots benchmark", SnapshotOptions.class, SnapshotOptions::check);

    @Option(
            names = "--rows",
            paramLabel = "NUMBER",
            defaultValue = "100000",
            description = "Rows of the table. Default: ${DEFAULT-VALUE}")
    int rows();

    @Option(
            names = "--upserts",
            paramLabel = "NUMBER",
            defaultValue = "100000",
            description = "Rows that are put in a second. Default: ${DEFAULT-VALUE}")
    int upserts();

    @Option(
            names = "--batch-rows",
            paramLabel = "NUMBER",
            defaultValue = "1000",
            description = "Rows of a batch. Default: ${DEFAULT-VALUE}")
    int batchRows();

    @Option(
            names = "--warm-up",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "How long each part runs before it counts. Default: ${DEFAULT-VALUE}")
    Duration warmUp();

    @Option(
            names = "--time",
            paramLabel = "DURATION",
            defaultValue = "30s",
            description = "How long each of the three parts is measured. Default: ${DEFAULT-VALUE}")
    Duration time();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/live-snapshots",
            description = "Where the raw output is kept, and the store's data meanwhile. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    private static void check(SnapshotOptions options, Mistakes wrong) {
        wrong.require(options.batchRows() >= 1 && options.batchRows() <= 10_000, "batch-rows", "must be 1 to 10000");
        wrong.require(
                options.rows() >= 4 * options.batchRows() && options.rows() <= 1_000_000,
                "rows",
                "must be four batches or more, and at most 1000000");
        wrong.require(
                options.upserts() >= options.batchRows() && options.upserts() <= 10_000_000,
                "upserts",
                "must be a batch a second or more, and at most 10000000");
        wrong.require(
                options.warmUp().toMillis() >= 100 && options.warmUp().toMinutes() <= 10,
                "warm-up",
                "must be 100ms to 10m");
        wrong.require(
                options.time().toMillis() >= 100 && options.time().toMinutes() <= 60, "time", "must be 100ms to 60m");
    }
}
