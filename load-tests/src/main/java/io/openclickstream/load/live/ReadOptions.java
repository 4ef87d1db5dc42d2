package io.openclickstream.load.live;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@link ReadBenchmark}. */
@Command(
        sortOptions = false,
        description = {
            "Reads a live table of sessions with pyarrow from a Flight server of ours and from pyarrow's own, which serves",
            "the same batches, by turns; and the same number of bytes from a plain TCP connection.",
            ""
        })
public interface ReadOptions {
    /** The benchmark with its options and their checks. */
    Program<ReadOptions> PROGRAM = new Program<>("the live-read benchmark", ReadOptions.class, ReadOptions::check);

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
            names = "--python",
            paramLabel = "COMMAND",
            defaultValue = "python3",
            description = "A Python with pyarrow. Default: ${DEFAULT-VALUE}")
    String python();

    @Option(
            names = "--rows",
            paramLabel = "NUMBER",
            defaultValue = "1000000",
            description = "Rows of the table. Default: ${DEFAULT-VALUE}")
    int rows();

    @Option(
            names = "--rounds",
            paramLabel = "NUMBER",
            defaultValue = "15",
            description = "How often everything is read, measured; medians are compared. Default: ${DEFAULT-VALUE}")
    int rounds();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/live-read",
            description = "Where the raw output is kept, and the server's data meanwhile. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    private static void check(ReadOptions options, Mistakes wrong) {
        wrong.require(
                options.rows() >= 10_000 && options.rows() <= 3_000_000,
                "rows",
                "must be 10000 to 3000000: they are held in memory, twice by the reader");
        wrong.require(options.rounds() >= 1 && options.rounds() <= 1000, "rounds", "must be 1 to 1000");
    }
}
