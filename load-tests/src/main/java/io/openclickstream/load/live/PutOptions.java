package io.openclickstream.load.live;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@link PutBenchmark}. */
@Command(
        sortOptions = false,
        description = {
            "Puts rows to a Flight server of its own with DoPut, as the job's writers do, and says how many become durable",
            "in a second; beside it, how fast the same bytes can be written and confirmed by the same disk.",
            ""
        })
public interface PutOptions {
    /** The benchmark with its options and their checks. */
    Program<PutOptions> PROGRAM = new Program<>("the live-put benchmark", PutOptions.class, PutOptions::check);

    @Option(
            names = "--server.class-path",
            paramLabel = "PATH",
            required = true,
            description = "Class path of the Flight server.")
    String serverClassPath();

    @Option(
            names = "--server.jvm-options",
            paramLabel = "FILE",
            defaultValue = "jvm.options",
            description = "JVM flags of the Flight server. Default: ${DEFAULT-VALUE}")
    Path serverJvmOptions();

    @Option(
            names = "--writers",
            paramLabel = "NUMBER",
            defaultValue = "4",
            description = "Subtasks that put at once, each on a connection of its own. Default: ${DEFAULT-VALUE}")
    int writers();

    @Option(
            names = "--in-flight",
            paramLabel = "NUMBER",
            defaultValue = "4",
            description = "Batches of a writer that are not acknowledged yet. Default: ${DEFAULT-VALUE}")
    int inFlight();

    @Option(
            names = "--batch-rows",
            paramLabel = "NUMBER",
            defaultValue = "10000",
            description = "Rows of a batch. Default: ${DEFAULT-VALUE}")
    int batchRows();

    @Option(
            names = "--keys",
            paramLabel = "NUMBER",
            defaultValue = "200000",
            description = "Rows of the table; they are put again and again. Default: ${DEFAULT-VALUE}")
    int keys();

    @Option(
            names = "--round",
            paramLabel = "DURATION",
            defaultValue = "5s",
            description =
                    "How long a round puts; each ends with a commit, as a checkpoint does. Default: ${DEFAULT-VALUE}")
    Duration round();

    @Option(
            names = "--rounds",
            paramLabel = "NUMBER",
            defaultValue = "7",
            description = "Measured rounds of each table, after two that warm up. Default: ${DEFAULT-VALUE}")
    int rounds();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/live-put",
            description = "Where the raw output is kept, and the server's data meanwhile. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    private static void check(PutOptions options, Mistakes wrong) {
        wrong.require(options.writers() >= 1 && options.writers() <= 64, "writers", "must be 1 to 64");
        wrong.require(options.inFlight() >= 1 && options.inFlight() <= 64, "in-flight", "must be 1 to 64");
        wrong.require(options.batchRows() >= 1 && options.batchRows() <= 50_000, "batch-rows", "must be 1 to 50000");
        wrong.require(
                options.keys() >= options.batchRows() * options.writers() && options.keys() <= 1_000_000,
                "keys",
                "must be as many as all writers put at once, and at most 1000000");
        wrong.require(
                options.round().toMillis() >= 200 && options.round().toMinutes() <= 5, "round", "must be 200ms to 5m");
        wrong.require(options.rounds() >= 1 && options.rounds() <= 100, "rounds", "must be 1 to 100");
    }
}
