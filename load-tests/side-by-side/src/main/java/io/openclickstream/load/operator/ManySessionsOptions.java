package io.openclickstream.load.operator;

import io.openclickstream.options.Mistakes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the benchmarks of many open sessions are told alike, be it the operator that is measured or the whole job. */
public interface ManySessionsOptions {
    @Option(
            names = "--open-sessions",
            paramLabel = "NUMBER,...",
            split = ",",
            defaultValue = "10000,100000,1000000",
            description = "How many sessions are open, ascending; each costs 7 clicks to get there."
                    + " Default: ${DEFAULT-VALUE}")
    List<Long> openSessions();

    @Option(
            names = "--rounds",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "How often everything is measured; medians are told. Default: ${DEFAULT-VALUE}")
    int rounds();

    @Option(
            names = "--jvm",
            paramLabel = "OPTION",
            description = "A further option of the measured JVMs, such as a profiler; may be given several times.")
    @Nullable
    List<String> jvm();

    /** How many clicks are measured. */
    long clicks();

    /** State backends, as Flink calls them. */
    List<String> backends();

    /** Reports what cannot be measured. */
    static void check(ManySessionsOptions options, Mistakes wrong) {
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
