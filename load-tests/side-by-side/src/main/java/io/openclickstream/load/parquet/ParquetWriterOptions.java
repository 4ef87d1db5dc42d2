package io.openclickstream.load.parquet;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@link ParquetWriterBenchmark}. */
@Command(
        sortOptions = false,
        description = {
            "Writes the same clicks to Parquet with our writer and with Flink's AvroParquetWriters, each in a JVM of its",
            "own, and compares how many rows a second of CPU time writes.",
            ""
        })
public interface ParquetWriterOptions {
    /** The benchmark with its options and their checks. */
    Program<ParquetWriterOptions> PROGRAM =
            new Program<>("the parquet-writer benchmark", ParquetWriterOptions.class, ParquetWriterOptions::check);

    @Option(
            names = "--rows",
            paramLabel = "NUMBER",
            defaultValue = "1000000",
            description = "Rows of a file. Default: ${DEFAULT-VALUE}")
    int rows();

    @Option(
            names = "--rounds",
            paramLabel = "NUMBER",
            defaultValue = "5",
            description =
                    "How often each writer writes the file, measured; medians are compared. Default: ${DEFAULT-VALUE}")
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
            defaultValue = "target/parquet-writer",
            description = "Where the raw output is kept. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    private static void check(ParquetWriterOptions options, Mistakes wrong) {
        wrong.require(
                options.rows() >= 1 && options.rows() <= 1_500_000,
                "rows",
                "must be 1 to 1500000: all rows are held in memory");
        wrong.require(options.rounds() >= 1 && options.rounds() <= 100, "rounds", "must be 1 to 100");
    }
}
