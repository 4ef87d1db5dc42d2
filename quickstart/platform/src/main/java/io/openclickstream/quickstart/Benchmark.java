package io.openclickstream.quickstart;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The benchmarks that {@code ./clickstream bench} runs. */
enum Benchmark {
    ROAD(1_000_000, 200_000, "how many clicks a second one core carries from Kafka to the lake and the Flight server"),
    SIDE_BY_SIDE(
            4_000_000, 600_000, "our job beside the same work in Flink SQL and the DataStream API, on two backends"),
    PSEUDONYMS(2_000_000, 300_000, "our job with user ids and with pseudonyms in their place, on two backends"),
    PARQUET_WRITER(1_000_000, 300_000, "our Parquet writer beside Flink's AvroParquetWriters, over the same clicks"),
    LAKE_COMPACTION(900_000, 300_000, "an hour of the lake before and after its small files were compacted"),
    SESSION_OPERATOR(2_000_000, 300_000, "our session operator alone beside Flink's session windows, on two backends"),
    OPEN_SESSIONS(2_000_000, 200_000, "cost of a click, checkpoints and restores with up to 1,000,000 open sessions"),
    JOB_OPEN_SESSIONS(3_000_000, 500_000, "cost of a click in the whole job with up to 1,000,000 open sessions"),
    LIVE_READ(1_000_000, 300_000, "reads of a live table with pyarrow, from our server and from pyarrow's own"),
    LIVE_SNAPSHOTS(0, 0, "snapshots of a live table while 100,000 of its rows change in a second"),
    LIVE_PUT(0, 0, "rows a second that become durable through DoPut, beside the disk alone"),
    LIVE_SUBSCRIBERS(0, 0, "what 2,000 and 10,000 subscribers of a live table cost, and how soon they know"),
    FRESHNESS(0, 0, "time from a click to a subscriber, at 70 % of what saturates the platform");

    private final long usualClicks;
    private final long shortClicks;
    private final String description;

    Benchmark(long usualClicks, long shortClicks, String description) {
        this.usualClicks = usualClicks;
        this.shortClicks = shortClicks;
        this.description = description;
    }

    /** How it is called on the command line. */
    String shownAs() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it has a number of clicks, or of rows, that can be chosen. */
    boolean countsClicks() {
        return usualClicks > 0;
    }

    long usualClicks() {
        return usualClicks;
    }

    /** As many as take at most 5 minutes on two cores. */
    long shortClicks() {
        return shortClicks;
    }

    /** A line each. */
    static List<String> list() {
        return Stream.of(values())
                .map(benchmark -> "  %-17s %s".formatted(benchmark.shownAs(), benchmark.description))
                .toList();
    }

    /** Finds a benchmark by its name. */
    static final class Reader implements ITypeConverter<Benchmark> {
        @Override
        public Benchmark convert(String name) {
            for (Benchmark benchmark : values()) {
                if (benchmark.shownAs().equals(name)) {
                    return benchmark;
                }
            }
            throw new TypeConversionException("there is no benchmark '%s'; there are %s"
                    .formatted(name, Stream.of(values()).map(Benchmark::shownAs).toList()));
        }
    }

    /** For the help text. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.of(values()).map(Benchmark::shownAs).iterator();
        }
    }
}
