package io.openclickstream.load.operator;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of the benchmark of many open sessions. */
@Command(
        sortOptions = false,
        description = {
            "Keeps more and more sessions open in our session operator, and measures what a click costs, how large a",
            "checkpoint is, and how long checkpoint and restore take.",
            ""
        })
public interface OpenSessionsOptions {
    /** The benchmark with its options and their checks. */
    Program<OpenSessionsOptions> PROGRAM =
            new Program<>("the open-sessions benchmark", OpenSessionsOptions.class, OpenSessionsOptions::check);

    @Option(
            names = "--open-sessions",
            paramLabel = "NUMBER,...",
            split = ",",
            defaultValue = "10000,100000,1000000",
            description = "How many sessions are open, ascending; each costs 7 clicks to get there."
                    + " Default: ${DEFAULT-VALUE}")
    List<Long> openSessions();

    @Option(
            names = "--clicks",
            paramLabel = "NUMBER",
            defaultValue = "2000000",
            description = "How many clicks are measured once the sessions are open. Default: ${DEFAULT-VALUE}")
    long clicks();

    @Option(
            names = "--rounds",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "How often everything is measured; medians are told. Default: ${DEFAULT-VALUE}")
    int rounds();

    @Option(
            names = "--backends",
            paramLabel = "BACKEND,...",
            split = ",",
            defaultValue = "hashmap,rocksdb",
            description = "State backends, as Flink calls them. Default: ${DEFAULT-VALUE}")
    List<String> backends();

    @Option(
            names = "--snapshot-compression",
            paramLabel = "true|false",
            arity = "1",
            defaultValue = "true",
            description = "Whether checkpoints are compressed where the backend does not do so itself."
                    + " Default: ${DEFAULT-VALUE}")
    boolean snapshotCompression();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/open-sessions",
            description = "Where the raw output is kept. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    @Option(
            names = "--jvm",
            paramLabel = "OPTION",
            description = "A further option of the operator's JVMs, such as a profiler; may be given several times.")
    @Nullable
    List<String> jvm();

    private static void check(OpenSessionsOptions options, Mistakes wrong) {
        List<Long> numbers = options.openSessions();
        wrong.require(
                numbers.stream().allMatch(number -> number >= 1_000 && number <= 3_000_000)
                        && numbers.stream().sorted().distinct().toList().equals(numbers),
                "open-sessions",
                "must be 1000 to 3000000 each, ascending");
        wrong.require(
                options.clicks() >= 1_000 && options.clicks() <= 100_000_000, "clicks", "must be 1000 to 100000000");
        wrong.require(options.rounds() >= 1 && options.rounds() <= 100, "rounds", "must be 1 to 100");
        Backends.check(options.backends(), wrong);
    }
}
