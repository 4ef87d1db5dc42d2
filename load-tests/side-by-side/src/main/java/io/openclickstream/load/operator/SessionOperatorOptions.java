package io.openclickstream.load.operator;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of the session operator's benchmark. */
@Command(
        sortOptions = false,
        description = {
            "Runs our session operator and Flink's session windows over the same decoded clicks, by turns, each in a JVM of",
            "its own, and compares the CPU time they take for a click.",
            ""
        })
public interface SessionOperatorOptions {
    /** The benchmark with its options and their checks. */
    Program<SessionOperatorOptions> PROGRAM = new Program<>(
            "the session-operator benchmark", SessionOperatorOptions.class, SessionOperatorOptions::check);

    @Option(
            names = "--clicks",
            paramLabel = "NUMBER",
            defaultValue = "2000000",
            description = "How many clicks an operator takes, once to warm up and once to be measured."
                    + " Default: ${DEFAULT-VALUE}")
    long clicks();

    @Option(
            names = "--rounds",
            paramLabel = "NUMBER",
            defaultValue = "3",
            description = "How often each operator runs; medians are compared. Default: ${DEFAULT-VALUE}")
    int rounds();

    @Option(
            names = "--backends",
            paramLabel = "BACKEND,...",
            split = ",",
            defaultValue = "hashmap,rocksdb",
            description = "State backends, as Flink calls them. Default: ${DEFAULT-VALUE}")
    List<String> backends();

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "The same seed makes the same clicks. Default: ${DEFAULT-VALUE}")
    long seed();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/session-operator",
            description = "Where the raw output is kept. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    @Option(
            names = "--jvm",
            paramLabel = "OPTION",
            description = "A further option of the operators' JVMs, such as a profiler; may be given several times.")
    @Nullable
    List<String> jvm();

    private static void check(SessionOperatorOptions options, Mistakes wrong) {
        wrong.require(
                options.clicks() >= 1_000 && options.clicks() <= 100_000_000, "clicks", "must be 1000 to 100000000");
        wrong.require(options.rounds() >= 1 && options.rounds() <= 100, "rounds", "must be 1 to 100");
        Backends.check(options.backends(), wrong);
    }
}
