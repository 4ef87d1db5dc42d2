package io.openclickstream.load.benchmark;

/** Numbers as results keep them. */
public final class Numbers {
    private Numbers() {}

    /** To four digits that count; what is not a number stays so. */
    public static double rounded(double value) {
        if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
            return value;
        }
        double unit = Math.pow(10, 3 - Math.floor(Math.log10(Math.abs(value))));
        return unit >= 1 ? Math.round(value * unit) / unit : Math.round(value);
    }
}
