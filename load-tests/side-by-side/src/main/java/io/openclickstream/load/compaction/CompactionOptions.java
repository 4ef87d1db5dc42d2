package io.openclickstream.load.compaction;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@link CompactionBenchmark}. */
@Command(
        sortOptions = false,
        description = {
            "Writes an hour of clicks to a lake epoch by epoch, as the job does, and reads it with DuckDB before and after",
            "./clickstream maintain has compacted it.",
            ""
        })
public interface CompactionOptions {
    /** The benchmark with its options and their checks. */
    Program<CompactionOptions> PROGRAM =
            new Program<>("the lake-compaction benchmark", CompactionOptions.class, CompactionOptions::check);

    @Option(
            names = "--maintain.class-path",
            paramLabel = "PATH",
            required = true,
            description = "Class path of the program that maintains the lake.")
    String maintainClassPath();

    @Option(
            names = "--maintain.jvm-options",
            paramLabel = "FILE",
            defaultValue = "jvm.options",
            description = "JVM flags of that program. Default: ${DEFAULT-VALUE}")
    Path maintainJvmOptions();

    @Option(
            names = "--clicks",
            paramLabel = "NUMBER",
            defaultValue = "900000",
            description = "Clicks of the hour. Default: ${DEFAULT-VALUE}")
    int clicks();

    @Option(
            names = "--epochs",
            paramLabel = "NUMBER",
            defaultValue = "360",
            description = "Checkpoints in the hour; one every 10 s is 360. Default: ${DEFAULT-VALUE}")
    int epochs();

    @Option(
            names = "--rounds",
            paramLabel = "NUMBER",
            defaultValue = "15",
            description = "How often each question is asked, measured; medians are compared. Default: ${DEFAULT-VALUE}")
    int rounds();

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "The same seed makes the same clicks. Default: ${DEFAULT-VALUE}")
    long seed();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/lake-compaction",
            description = "Where the raw output is kept, and the lake, which begins anew. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    private static void check(CompactionOptions options, Mistakes wrong) {
        wrong.require(options.epochs() >= 1 && options.epochs() <= 3_600, "epochs", "must be 1 to 3600");
        wrong.require(
                options.clicks() >= options.epochs() && options.clicks() <= 20_000_000,
                "clicks",
                "must be one for each epoch or more, and at most 20000000");
        wrong.require(options.rounds() >= 1 && options.rounds() <= 100, "rounds", "must be 1 to 100");
    }
}
