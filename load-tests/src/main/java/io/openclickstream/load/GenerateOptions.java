package io.openclickstream.load;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.time.DateTimeException;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@link GenerateClicks}. */
@Command(description = "Makes realistic clicks from a seed and sends them to Kafka, or prints them as lines of JSON.")
public interface GenerateOptions {
    /** How fast clicks leave. */
    enum Pace {
        /** Each at its sending time. */
        REAL_TIME,
        /** As fast as Kafka takes them. */
        MAX
    }

    /** How the rate changes over the day. */
    enum Curve {
        FLAT,
        DAILY
    }

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
            description = "Topic to write to; it must exist. Default: ${DEFAULT-VALUE}.")
    String kafkaTopic();

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Equal seeds (and settings) give equal bytes. Default: ${DEFAULT-VALUE}.")
    long seed();

    @Option(
            names = "--rate",
            paramLabel = "CLICKS",
            defaultValue = "500",
            description = "Clicks per second of event time, on average. Default: ${DEFAULT-VALUE}.")
    int rate();

    @Option(
            names = "--pace",
            paramLabel = "PACE",
            defaultValue = "REAL_TIME",
            description = "REAL_TIME: each click when it is due; MAX: as fast as Kafka takes them. "
                    + "Default: ${DEFAULT-VALUE}.")
    Pace pace();

    @Option(
            names = "--day-curve",
            paramLabel = "CURVE",
            defaultValue = "FLAT",
            description = "FLAT: the same rate all day; DAILY: quiet nights, busy evenings. Default: ${DEFAULT-VALUE}.")
    Curve dayCurve();

    @Option(
            names = "--users",
            paramLabel = "NUMBER",
            defaultValue = "50000",
            description = "How many people there are. Default: ${DEFAULT-VALUE}.")
    int users();

    @Option(
            names = "--count",
            paramLabel = "CLICKS",
            defaultValue = "0",
            description = "Stop after so many; 0 for no end. Default: ${DEFAULT-VALUE}.")
    long count();

    @Option(
            names = "--start",
            paramLabel = "INSTANT",
            defaultValue = "now",
            description = "When the click at position 0 is due, such as 2026-03-04T10:00:00Z. Default: now; with "
                    + "--pace=MAX and a count so early that the last one is due now.")
    String start();

    @Option(
            names = "--position",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Begin at this position of the sequence. Default: ${DEFAULT-VALUE}.")
    long position();

    @Option(
            names = "--resume",
            description = "Begin at the click that is due now. Give the --start and --seed of the first run.")
    boolean resume();

    @Option(names = "--print", description = "Print the values to standard output instead of sending them.")
    boolean print();

    /** Reads and checks these options. */
    Program<GenerateOptions> PROGRAM =
            new Program<>("the click generator", GenerateOptions.class, GenerateOptions::check);

    private static void check(GenerateOptions options, Mistakes wrong) {
        wrong.require(options.rate() >= 1 && options.rate() <= 100_000, "rate", "must be from 1 to 100000");
        wrong.require(options.users() >= 10 && options.users() <= 1_000_000, "users", "must be from 10 to 1000000");
        wrong.require(options.count() >= 0, "count", "must not be negative. Use 0 for no end");
        wrong.require(options.position() >= 0, "position", "must not be negative");
        wrong.require(!options.kafkaTopic().isBlank(), "kafka.topic", "must not be empty. Use for example clicks");
        wrong.require(
                !options.resume() || !options.start().equals("now"),
                "resume",
                "needs --start, the time at which the first run began");
        wrong.require(
                !options.resume() || options.position() == 0, "position", "cannot be given together with --resume");
        if (!options.start().equals("now")) {
            try {
                Instant start = Instant.parse(options.start());
                wrong.require(
                        start.isAfter(Instant.parse("2000-01-01T00:00:00Z"))
                                && start.isBefore(Instant.parse("2100-01-01T00:00:00Z")),
                        "start",
                        "must be between the years 2000 and 2100");
            } catch (DateTimeException e) {
                wrong.add("start", "is not a time. Write for example 2026-03-04T10:00:00Z, or leave it out");
            }
        }
    }
}
