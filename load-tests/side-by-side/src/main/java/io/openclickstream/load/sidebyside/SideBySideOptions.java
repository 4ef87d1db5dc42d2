package io.openclickstream.load.sidebyside;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of the comparison. */
@Command(
        sortOptions = false,
        description = {
            "Runs our job, Flink SQL and the DataStream API over the same clicks, one after the other, each in a JVM of",
            "its own, and compares how many clicks a second of CPU time carries.",
            ""
        })
public interface SideBySideOptions {
    /** The comparison with its options and their checks. */
    Program<SideBySideOptions> PROGRAM =
            new Program<>("the side-by-side benchmark", SideBySideOptions.class, SideBySideOptions::check);

    @Option(
            names = "--kafka.bootstrap-servers",
            paramLabel = "HOST:PORT,...",
            defaultValue = "localhost:19092",
            description = "Kafka brokers. Default: ${DEFAULT-VALUE}")
    String kafkaBootstrapServers();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "side-by-side",
            description = "What the comparison is called in its result. Default: ${DEFAULT-VALUE}")
    String name();

    @Option(
            names = "--clicks",
            paramLabel = "NUMBER",
            defaultValue = "1000000",
            description = "How many clicks each job reads. Default: ${DEFAULT-VALUE}")
    long clicks();

    @Option(
            names = "--rounds",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "How often each job runs; medians are compared. Default: ${DEFAULT-VALUE}")
    int rounds();

    @Option(
            names = "--jobs",
            paramLabel = "JOB,...",
            split = ",",
            defaultValue = "FLINK_SQL_WHOLE,FLINK_SQL,DATASTREAM,CLICKSTREAM",
            description =
                    "Which of ${COMPLETION-CANDIDATES} run, the first being what the last is compared with. Default: ${DEFAULT-VALUE}")
    List<Job> jobs();

    @Option(
            names = "--backends",
            paramLabel = "BACKEND,...",
            split = ",",
            defaultValue = "hashmap,rocksdb",
            description = "State backends, as Flink calls them. Default: ${DEFAULT-VALUE}")
    List<String> backends();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "JSON",
            description = "How clicks are written in Kafka: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    Format format();

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "The same seed makes the same clicks. Default: ${DEFAULT-VALUE}")
    long seed();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/side-by-side",
            description = "Where the raw output is kept. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    @Option(
            names = "--jvm",
            paramLabel = "OPTION",
            description = "A further option of the jobs' JVMs, such as a profiler; may be given several times.")
    List<String> jvm();

    private static void check(SideBySideOptions options, Mistakes wrong) {
        wrong.require(options.clicks() >= 1 && options.clicks() <= 100_000_000, "clicks", "must be 1 to 100000000");
        wrong.require(options.rounds() >= 1 && options.rounds() <= 100, "rounds", "must be 1 to 100");
        options.backends()
                .forEach(backend -> wrong.require(
                        backend.equals("hashmap") || backend.equals("rocksdb"), "backends", "are hashmap and rocksdb"));
    }
}
