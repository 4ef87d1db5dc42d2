package io.openclickstream.load.generator;

import java.util.Arrays;

/** Draws ranks from 0 so that rank r comes up in proportion to 1 / (r + 1)^exponent: few are popular, most are not. */
final class Zipf {
    private final double[] cumulative;

    Zipf(int ranks, double exponent) {
        cumulative = new double[ranks];
        double sum = 0;
        for (int rank = 0; rank < ranks; rank++) {
            sum += StrictMath.pow(rank + 1, -exponent); // StrictMath: the same bits on every JVM
            cumulative[rank] = sum;
        }
        for (int rank = 0; rank < ranks; rank++) {
            cumulative[rank] /= sum;
        }
    }

    int rank(Randomness random) {
        int found = Arrays.binarySearch(cumulative, random.fraction());
        return Math.min(found < 0 ? -found - 1 : found + 1, cumulative.length - 1);
    }
}
