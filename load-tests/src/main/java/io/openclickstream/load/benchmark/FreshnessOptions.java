package io.openclickstream.load.benchmark;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@link FreshnessBenchmark}. */
@Command(
        sortOptions = false,
        description = {
            "Finds how many clicks a second a running platform can take, sends a part of that, and measures how long a click",
            "takes from when it was meant to be sent until a subscriber of the live and of the committed sessions has it.",
            ""
        })
public interface FreshnessOptions {
    /** The benchmark with its options and their checks. */
    Program<FreshnessOptions> PROGRAM =
            new Program<>("the freshness benchmark", FreshnessOptions.class, FreshnessOptions::check);

    @Option(
            names = "--kafka.bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:19092",
            description = "Kafka brokers. Default: ${DEFAULT-VALUE}")
    String kafkaBootstrapServers();

    @Option(
            names = "--kafka.topic",
            paramLabel = "TOPIC",
            defaultValue = "clicks",
            description = "Topic that the job reads. Default: ${DEFAULT-VALUE}")
    String kafkaTopic();

    @Option(
            names = "--flight.uri",
            paramLabel = "URI",
            defaultValue = "grpc://localhost:8815",
            description = "The Flight server. Default: ${DEFAULT-VALUE}")
    String flightUri();

    @Option(
            names = "--checkpoint.interval",
            paramLabel = "DURATION",
            defaultValue = "5s",
            description = "Time between the job's checkpoints, of which the goal of the committed view is made. "
                    + "Default: ${DEFAULT-VALUE}")
    Duration checkpointInterval();

    @Option(
            names = "--flush-interval",
            paramLabel = "DURATION",
            defaultValue = "1s",
            description = "The job's live.flush-interval, which is told beside the result. Default: ${DEFAULT-VALUE}")
    Duration flushInterval();

    @Option(
            names = "--pids",
            paramLabel = "NAME=PID",
            split = ",",
            description = "Processes of the platform, of which the CPU time is told beside the result.")
    @Nullable
    Map<String, Long> pids();

    @Option(
            names = "--warm-up",
            paramLabel = "DURATION",
            defaultValue = "25s",
            description =
                    "How long clicks are poured in before it counts, and how long the measured rate is kept before "
                            + "latencies count. Default: ${DEFAULT-VALUE}")
    Duration warmUp();

    @Option(
            names = "--saturate",
            paramLabel = "DURATION",
            defaultValue = "40s",
            description = "How long the rate that saturates is looked for. Default: ${DEFAULT-VALUE}")
    Duration saturate();

    @Option(
            names = "--time",
            paramLabel = "DURATION",
            defaultValue = "120s",
            description = "How long latencies are measured. Default: ${DEFAULT-VALUE}")
    Duration time();

    @Option(
            names = "--share",
            paramLabel = "SHARE",
            defaultValue = "0.7",
            description = "Share of the saturating rate that is sent then. Default: ${DEFAULT-VALUE}")
    double share();

    @Option(
            names = "--rate",
            paramLabel = "CLICKS",
            defaultValue = "0",
            description = "Clicks a second to send instead, without looking for what saturates; 0 to look. "
                    + "Default: ${DEFAULT-VALUE}")
    int rate();

    @Option(
            names = "--probes",
            paramLabel = "NUMBER",
            defaultValue = "50",
            description = "Clicks a second that are timed: each the only one of its user. Default: ${DEFAULT-VALUE}")
    int probes();

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Seed of the clicks. Default: ${DEFAULT-VALUE}")
    long seed();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/freshness",
            description = "Where the raw output is kept. Default: ${DEFAULT-VALUE}")
    Path reportDir();

    private static void check(FreshnessOptions options, Mistakes wrong) {
        wrong.require(
                options.flightUri().matches("grpc(\\+tls|\\+tcp)?://[^/]+:\\d+"),
                "flight.uri",
                "is not a Flight address. Use for example grpc://localhost:8815");
        wrong.require(
                options.warmUp().toSeconds() >= 1 && options.warmUp().toMinutes() <= 30,
                "warm-up",
                "must be 1s to 30m");
        wrong.require(
                options.saturate().compareTo(options.checkpointInterval().multipliedBy(3)) >= 0,
                "saturate",
                "must be three checkpoint intervals or more, for the ledger moves on with checkpoints");
        wrong.require(options.time().toSeconds() >= 1 && options.time().toHours() <= 4, "time", "must be 1s to 4h");
        wrong.require(options.share() > 0 && options.share() <= 1, "share", "must be above 0, and 1 at most");
        wrong.require(options.rate() >= 0 && options.rate() <= 100_000, "rate", "must be 0 to 100000");
        wrong.require(options.probes() >= 1 && options.probes() <= 1000, "probes", "must be 1 to 1000");
        Map<String, Long> pids = options.pids();
        if (pids != null) {
            pids.forEach((name, pid) -> wrong.require(
                    ProcessHandle.of(pid).isPresent(),
                    "pids",
                    "names the process %s=%d, which does not run here".formatted(name, pid)));
        }
    }
}
