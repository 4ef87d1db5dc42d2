package io.openclickstream.load.live;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@link SubscribersBenchmark}. */
@Command(
        sortOptions = false,
        description = {
            "Lets thousands of clients follow one table of a Flight server of its own, changes some rows of it every second,",
            "and says what that costs the server and how soon the clients have the changes.",
            ""
        })
public interface SubscribersOptions {
    /** The benchmark with its options and their checks. */
    Program<SubscribersOptions> PROGRAM =
            new Program<>("the live-subscribers benchmark", SubscribersOptions.class, SubscribersOptions::check);

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
            names = "--few",
            paramLabel = "NUMBER",
            defaultValue = "2000",
            description = "Subscribers of the first part, all of whom read. Default: ${DEFAULT-VALUE}")
    int few();

    @Option(
            names = "--many",
            paramLabel = "NUMBER",
            defaultValue = "10000",
            description = "Subscribers of the second part, a fifth of whom stop reading. Default: ${DEFAULT-VALUE}")
    int many();

    @Option(
            names = "--rows",
            paramLabel = "NUMBER",
            defaultValue = "2000",
            description = "Rows of the table. Default: ${DEFAULT-VALUE}")
    int rows();

    @Option(
            names = "--delta-rows",
            paramLabel = "NUMBER",
            defaultValue = "100",
            description = "Rows that change every second. Default: ${DEFAULT-VALUE}")
    int deltaRows();

    @Option(
            names = "--time",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "How long each part is measured. Default: ${DEFAULT-VALUE}")
    Duration time();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/live-subscribers",
            description = "Where the raw output is kept, and the server's data meanwhile. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    private static void check(SubscribersOptions options, Mistakes wrong) {
        wrong.require(options.few() >= 1 && options.few() <= 50_000, "few", "must be 1 to 50000");
        wrong.require(options.many() >= 5 && options.many() <= 50_000, "many", "must be 5 to 50000");
        wrong.require(options.rows() >= 1 && options.rows() <= 10_000, "rows", "must be 1 to 10000");
        wrong.require(
                options.deltaRows() >= 1 && options.deltaRows() <= options.rows(),
                "delta-rows",
                "must be 1 to as many as there are rows");
        wrong.require(options.time().toSeconds() >= 2 && options.time().toMinutes() <= 60, "time", "must be 2s to 60m");
    }
}
