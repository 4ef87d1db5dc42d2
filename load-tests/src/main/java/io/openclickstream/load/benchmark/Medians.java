package io.openclickstream.load.benchmark;

import java.util.stream.DoubleStream;

/** What stands for several runs of the same. */
public final class Medians {
    private Medians() {}

    /** The middle one, or the mean of the two in the middle; NaN of none. */
    public static double of(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
