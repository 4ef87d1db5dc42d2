package io.openclickstream.load.generator;

import java.time.Duration;
import java.time.Instant;

/**
 * What the generated traffic looks like. Equal settings give equal bytes.
 *
 * @param seed any number
 * @param start when the first click is sent; event times count from here; from 2000 to 2100
 * @param clicksPerSecond average sending rate, 1 to 100,000
 */
public record GeneratorSettings(
        long seed,
        Instant start,
        int clicksPerSecond,
        DayCurve dayCurve,
        Population population,
        Shares shares,
        Timing timing) {
    private static final int MAX_POPULATION = 1_000_000;

    public GeneratorSettings {
        require(
                !start.isBefore(Instant.parse("2000-01-01T00:00:00Z"))
                        && start.isBefore(Instant.parse("2100-01-01T00:00:00Z")),
                "start " + start + " is not between the years 2000 and 2100");
        require(
                clicksPerSecond >= 1 && clicksPerSecond <= 100_000,
                "clicksPerSecond " + clicksPerSecond + " is not between 1 and 100000");
    }

    /** The usual traffic at a steady rate. */
    public static GeneratorSettings of(long seed, Instant start, int clicksPerSecond) {
        return new GeneratorSettings(
                seed, start, clicksPerSecond, DayCurve.FLAT, Population.USUAL, Shares.USUAL, Timing.USUAL);
    }

    public GeneratorSettings with(DayCurve newDayCurve) {
        return new GeneratorSettings(seed, start, clicksPerSecond, newDayCurve, population, shares, timing);
    }

    public GeneratorSettings with(Population newPopulation) {
        return new GeneratorSettings(seed, start, clicksPerSecond, dayCurve, newPopulation, shares, timing);
    }

    public GeneratorSettings with(Shares newShares) {
        return new GeneratorSettings(seed, start, clicksPerSecond, dayCurve, population, newShares, timing);
    }

    public GeneratorSettings with(Timing newTiming) {
        return new GeneratorSettings(seed, start, clicksPerSecond, dayCurve, population, shares, newTiming);
    }

    /**
     * Who clicks, and where.
     *
     * @param users how many people there are, 10 to 1,000,000
     * @param bots how many machines click without a pause, 1 to 1,000
     * @param pages how many pages a site has, 1 to 1,000,000
     * @param sites how many sites there are, 1 to 1,000
     * @param zipfExponent how much the popular users and pages stand out, 0 (not at all) to 3
     */
    public record Population(int users, int bots, int pages, int sites, double zipfExponent) {
        public static final Population USUAL = new Population(50_000, 5, 2_000, 3, 1.05);

        public Population {
            require(users >= 10 && users <= MAX_POPULATION, "users " + users + " is not between 10 and 1000000");
            require(bots >= 1 && bots <= 1_000, "bots " + bots + " is not between 1 and 1000");
            require(pages >= 1 && pages <= MAX_POPULATION, "pages " + pages + " is not between 1 and 1000000");
            require(sites >= 1 && sites <= 1_000, "sites " + sites + " is not between 1 and 1000");
            require(zipfExponent >= 0 && zipfExponent <= 3, "zipfExponent " + zipfExponent + " is not between 0 and 3");
        }
    }

    /**
     * How much of the traffic is of which kind, each from 0 to 1. The first four are shares of all records and exclude
     * each other; the others are shares of the clicks that can be read.
     *
     * @param duplicates an earlier click again, byte for byte
     * @param late behind the watermark by more than the allowed lateness
     * @param malformed not readable as a click
     * @param future ahead of the sending time
     * @param bots made by a bot
     * @param purchases with an amount of money
     */
    public record Shares(
            double duplicates, double late, double malformed, double future, double bots, double purchases) {
        public static final Shares USUAL = new Shares(0.01, 0.005, 0.005, 0.002, 0.02, 0.03);
        /** Nothing but clicks that are accepted. */
        public static final Shares CLEAN = new Shares(0, 0, 0, 0, 0.02, 0.03);

        public Shares {
            requireShare("duplicates", duplicates);
            requireShare("late", late);
            requireShare("malformed", malformed);
            requireShare("future", future);
            requireShare("bots", bots);
            requireShare("purchases", purchases);
            require(
                    duplicates + late + malformed + future <= 1,
                    "duplicates, late, malformed and future are more than 1 together");
        }

        private static void requireShare(String name, double share) {
            require(share >= 0 && share <= 1, name + " " + share + " is not between 0 and 1"); // false for NaN
        }
    }

    /**
     * How far event times stray from the sending time. The defaults fit the pipeline's default options.
     *
     * @param disorder most an ordinary click is behind its sending time; keep it below the pipeline's out-of-orderness
     * @param pause shortest time between two visits of a user; choose the pipeline's session gap or more
     * @param duplicateWithin latest a duplicate follows its original; keep it below the allowed lateness
     * @param lateAtLeast least a late click is behind; choose more than out-of-orderness and allowed lateness together
     * @param lateAtMost most a late click is behind
     * @param futureAtLeast least a future click is ahead; choose more than the allowed skew
     * @param futureAtMost most a future click is ahead
     */
    public record Timing(
            Duration disorder,
            Duration pause,
            Duration duplicateWithin,
            Duration lateAtLeast,
            Duration lateAtMost,
            Duration futureAtLeast,
            Duration futureAtMost) {
        private static final Duration LONGEST = Duration.ofDays(3650);
        public static final Timing USUAL = new Timing(
                Duration.ofSeconds(8),
                Duration.ofMinutes(30),
                Duration.ofMinutes(2),
                Duration.ofMinutes(10),
                Duration.ofHours(2),
                Duration.ofMinutes(10),
                Duration.ofDays(1));

        public Timing {
            requireTime("disorder", disorder, Duration.ZERO);
            requireTime("pause", pause, Duration.ofSeconds(1));
            requireTime("duplicateWithin", duplicateWithin, Duration.ofMillis(1));
            requireTime("lateAtLeast", lateAtLeast, disorder);
            requireTime("lateAtMost", lateAtMost, lateAtLeast);
            requireTime("futureAtLeast", futureAtLeast, Duration.ofMillis(1));
            requireTime("futureAtMost", futureAtMost, futureAtLeast);
        }

        private static void requireTime(String name, Duration time, Duration least) {
            require(
                    time.compareTo(least) >= 0 && time.compareTo(LONGEST) <= 0,
                    name + " " + time + " is not between " + least + " and " + LONGEST);
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("Cannot generate clicks: " + otherwise + ".");
        }
    }
}
