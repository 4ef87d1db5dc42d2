package io.openclickstream.load.wholejob;

import io.openclickstream.load.operator.Backends;
import io.openclickstream.load.operator.ManySessionsOptions;
import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of the benchmark of the whole job with many open sessions. */
@Command(
        sortOptions = false,
        description = {
            "Keeps more and more sessions open in our whole job, from Kafka on, and measures what a click costs.",
            ""
        })
public interface JobOpenSessionsOptions extends ManySessionsOptions {
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
    @Override
    long clicks();

    @Option(
            names = "--backends",
            paramLabel = "BACKEND,...",
            split = ",",
            defaultValue = Backends.HEAP,
            description = "State backends, as Flink calls them: hashmap, rocksdb. Default: ${DEFAULT-VALUE}")
    @Override
    List<String> backends();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/job-open-sessions",
            description = "Where the raw output is kept. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    private static void check(JobOpenSessionsOptions options, Mistakes wrong) {
        ManySessionsOptions.check(options, wrong);
        wrong.require(options.warmUp() >= 0 && options.warmUp() <= 100_000_000, "warm-up", "must be 0 to 100000000");
    }

    /** Which clicks of each topic are measured. */
    static Stretch stretch(JobOpenSessionsOptions options) {
        List<Long> numbers = options.openSessions();
        return Stretch.of(options.warmUp(), numbers.get(numbers.size() - 1), options.clicks());
    }
}
