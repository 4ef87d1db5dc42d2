package io.openclickstream.load.report;

import java.util.Locale;

/** How numbers are written on the page. */
final class Numbers {
    private Numbers() {}

    /** With as many digits as can be told apart. */
    static String shown(double value) {
        double size = Math.abs(value);
        return String.format(
                Locale.ROOT,
                size >= 1_000 || value == Math.rint(value) ? "%,.0f" : size >= 10 ? "%,.1f" : "%,.2f",
                value);
    }

    static String ratio(double ratio) {
        return String.format(
                Locale.ROOT, ratio >= 100 ? "%,.0f\u00d7" : ratio >= 10 ? "%.1f\u00d7" : "%.2f\u00d7", ratio);
    }

    /** Short enough to stand below an axis. */
    static String tick(double value) {
        if (value >= 1_000_000) {
            return trimmed(value / 1_000_000) + "M";
        }
        return value >= 1_000 ? trimmed(value / 1_000) + "k" : trimmed(value);
    }

    /** A place in a drawing. */
    static String coordinate(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String trimmed(double value) {
        return String.format(Locale.ROOT, "%.3f", value).replaceFirst("\\.?0+$", "");
    }
}
