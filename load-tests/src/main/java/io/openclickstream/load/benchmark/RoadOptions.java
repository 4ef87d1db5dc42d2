package io.openclickstream.load.benchmark;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@link RoadBenchmark}. */
@Command(
        description = "Measures how many clicks a second one core takes from Kafka to both sinks, the lake and the "
                + "Flight server. Fill the topic first, start the job, then measure.")
public interface RoadOptions {
    /** What to do. */
    enum Phase {
        /** Create the topic and fill it. */
        FILL,
        /** Watch a job read the filled topic; start this before or together with the job. */
        MEASURE,
        /** Both, one after the other. */
        BOTH
    }

    @Option(
            names = "--phase",
            paramLabel = "PHASE",
            defaultValue = "BOTH",
            description = "FILL: create the topic and fill it; MEASURE: watch a job read it, begin before or together "
                    + "with the job; BOTH: one after the other. Default: ${DEFAULT-VALUE}.")
    Phase phase();

    @Option(
            names = "--kafka.bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:19092",
            description = "Kafka brokers. Default: ${DEFAULT-VALUE}.")
    String kafkaBootstrapServers();

    @Option(
            names = "--kafka.topic",
            paramLabel = "TOPIC",
            defaultValue = "clicks",
            description =
                    "Topic to fill and to watch. FILL refuses one that holds records. " + "Default: ${DEFAULT-VALUE}.")
    String kafkaTopic();

    @Option(
            names = "--kafka.partitions",
            paramLabel = "NUMBER",
            defaultValue = "4",
            description = "Partitions of the topic when FILL creates it. Default: ${DEFAULT-VALUE}.")
    int kafkaPartitions();

    @Option(
            names = "--clicks",
            paramLabel = "NUMBER",
            defaultValue = "1000000",
            description = "How many clicks FILL sends. Default: ${DEFAULT-VALUE}.")
    long clicks();

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Seed of the clicks. Default: ${DEFAULT-VALUE}.")
    long seed();

    @Option(
            names = "--rate",
            paramLabel = "CLICKS",
            defaultValue = "250",
            description = "Clicks per second of event time: a lower rate spreads the same clicks over more visits and "
                    + "windows. Default: ${DEFAULT-VALUE}.")
    int rate();

    @Option(
            names = "--flink.rest",
            paramLabel = "URI",
            defaultValue = "http://localhost:8081",
            description = "Flink's REST address. Default: ${DEFAULT-VALUE}.")
    String flinkRest();

    @Option(
            names = "--flight.uri",
            paramLabel = "URI",
            defaultValue = "grpc://localhost:8815",
            description = "The Flight server. Default: ${DEFAULT-VALUE}.")
    String flightUri();

    @Option(
            names = "--pids",
            paramLabel = "NAME=PID",
            split = ",",
            description = "Processes on this machine whose CPU time counts. MEASURE needs flink=PID (its only "
                    + "process, or flink-1=PID,flink-2=PID,...); others, such as flight=PID,kafka=PID, are reported "
                    + "beside it.")
    @Nullable
    Map<String, Long> pids();

    @Option(
            names = "--sample.interval",
            paramLabel = "DURATION",
            defaultValue = "500ms",
            description = "Time between two samples. Default: ${DEFAULT-VALUE}.")
    Duration sampleInterval();

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "15m",
            description = "Give up after this long without an end. Default: ${DEFAULT-VALUE}.")
    Duration timeout();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/road-benchmark",
            description = "Where command, machine, samples and result are kept. Default: ${DEFAULT-VALUE}.")
    Path reportDir();

    /** Reads and checks these options. */
    Program<RoadOptions> PROGRAM = new Program<>("the road benchmark", RoadOptions.class, RoadOptions::check);

    private static void check(RoadOptions options, Mistakes wrong) {
        wrong.require(
                options.kafkaPartitions() >= 1 && options.kafkaPartitions() <= 1000,
                "kafka.partitions",
                "must be from 1 to 1000");
        wrong.require(options.clicks() >= 1, "clicks", "must be positive. Use for example 1000000");
        wrong.require(options.rate() >= 1 && options.rate() <= 100_000, "rate", "must be from 1 to 100000");
        wrong.require(
                options.sampleInterval().toMillis() >= 50
                        && options.sampleInterval().toSeconds() <= 60,
                "sample.interval",
                "must be from 50ms to 60s");
        wrong.require(
                options.timeout().compareTo(Duration.ofSeconds(1)) >= 0
                        && options.timeout().compareTo(Duration.ofDays(1)) <= 0,
                "timeout",
                "must be from 1s to 1d");
        wrong.require(
                options.flinkRest().matches("https?://.+"),
                "flink.rest",
                "is not an HTTP address. Use for example http://localhost:8081");
        wrong.require(
                options.flightUri().matches("grpc(\\+tls|\\+tcp)?://[^/]+:\\d+"),
                "flight.uri",
                "is not a Flight address. Use for example grpc://localhost:8815");
        Map<String, Long> pids = options.pids();
        if (options.phase() != Phase.FILL) {
            wrong.require(
                    pids != null && pids.keySet().stream().anyMatch(ProcessorTime::isFlink),
                    "pids",
                    "does not name the Flink process. Give for example flink=4711");
        }
        if (pids != null) {
            pids.forEach((name, pid) -> wrong.require(
                    ProcessHandle.of(pid).isPresent(),
                    "pids",
                    "names the process %s=%d, which does not run here".formatted(name, pid)));
        }
    }
}
