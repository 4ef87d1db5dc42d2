package io.openclickstream.load.wholejob;

import io.openclickstream.load.operator.Backends;
import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of the benchmark of the whole job with many open sessions. */
@Command(
        sortOptions = false,
        description = {
            "Keeps more and more sessions open in our whole job, from Kafka on, and measures what a click costs.",
            ""
        })
public interface JobOpenSessionsOptions {
    /** The benchmark with its options and their checks. */
    Program<JobOpenSessionsOptions> PROGRAM = new Program<>(
            "the job-open-sessions benchmark", JobOpenSessionsOptions.class, JobOpenSessionsOptions::check);

    @Option(
            names = "--kafka.bootstrap-servers",
            paramLabel = "HOST:PORT,...",
            defaultValue = "localhost:19092",
            description = "Kafka brokers. Default: ${DEFAULT-VALUE}")
    String kafkaBootstrapServers();

    @Option(
            names = "--open-sessions",
            paramLabel = "NUMBER,...",
            split = ",",
            defaultValue = "10000,100000,1000000",
            description = "How many sessions are open, ascending. Default: ${DEFAULT-VALUE}")
    List<Long> openSessions();

    @Option(
            names = "--warm-up",
            paramLabel = "NUMBER",
            defaultValue = "7000000",
            description = "How many clicks each job takes before it is measured; more when the largest number of"
                    + " sessions needs more, which is 7 for each. Default: ${DEFAULT-VALUE}")
    long warmUp();

    @Option(
            names = "--clicks",
            paramLabel = "NUMBER",
            defaultValue = "3000000",
            description = "How many clicks are measured. Default: ${DEFAULT-VALUE}")
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
            defaultValue = Backends.HEAP,
            description = "State backends, as Flink calls them: hashmap, rocksdb. Default: ${DEFAULT-VALUE}")
    List<String> backends();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/job-open-sessions",
            description = "Where the raw output is kept. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    @Option(
            names = "--jvm",
            paramLabel = "OPTION",
            description = "A further option of the job's JVMs, such as a profiler; may be given several times.")
    @Nullable
    List<String> jvm();

    private static void check(JobOpenSessionsOptions options, Mistakes wrong) {
        List<Long> numbers = options.openSessions();
        wrong.require(
                numbers.stream().allMatch(number -> number >= 1_000 && number <= 3_000_000)
                        && numbers.stream().sorted().distinct().toList().equals(numbers),
                "open-sessions",
                "must be 1000 to 3000000 each, ascending");
        wrong.require(options.warmUp() >= 0 && options.warmUp() <= 100_000_000, "warm-up", "must be 0 to 100000000");
        wrong.require(
                options.clicks() >= 1_000 && options.clicks() <= 100_000_000, "clicks", "must be 1000 to 100000000");
        wrong.require(options.rounds() >= 1 && options.rounds() <= 100, "rounds", "must be 1 to 100");
        Backends.check(options.backends(), wrong);
    }

    /** Which clicks of each topic are measured. */
    static Stretch stretch(JobOpenSessionsOptions options) {
        List<Long> numbers = options.openSessions();
        return Stretch.of(options.warmUp(), numbers.get(numbers.size() - 1), options.clicks());
    }
}
