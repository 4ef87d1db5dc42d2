package io.openclickstream.load.generator;

/**
 * Random numbers that depend on nothing but their seed. This is SplitMix64 (Steele, Lea and Flood, 2014), written out so
 * that no change of JVM or library can change what a seed means.
 */
final class Randomness {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    private Randomness(long state) {
        this.state = state;
    }

    /** The numbers that belong to a seed and a subject, such as a position or a user. */
    static Randomness of(long seed, long subject) {
        return new Randomness(mix(seed, subject));
    }

    /** A hash of both; for one seed, different subjects have different hashes. */
    static long mix(long seed, long subject) {
        return scramble(scramble(seed + GOLDEN_GAMMA) ^ scramble(subject * GOLDEN_GAMMA));
    }

    long next() {
        state += GOLDEN_GAMMA;
        return scramble(state);
    }

    /** Uniform in [0, 1). */
    double fraction() {
        return (next() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in [0, bound). */
    int below(int bound) {
        return (int) (((next() >>> 32) * bound) >>> 32);
    }

    /** Uniform in [from, to], both inclusive. */
    long between(long from, long to) {
        return from + (long) (fraction() * (to - from + 1));
    }

    boolean happens(double probability) {
        return fraction() < probability;
    }

    private static long scramble(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
