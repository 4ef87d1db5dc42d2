package io.openclickstream.load.report;

import io.openclickstream.load.report.Comparison.Entry;
import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars as SVG, drawn to one scale that begins at zero. Bars of one comparison stand together, with a line at
 * its baseline. Colours come from the page's style, so that it can be light or dark.
 *
 * @param comparisons all of one unit, at least one
 */
record BarChart(List<Comparison> comparisons) {
    private static final int WIDTH = 720;
    private static final int LABELS = 190;
    private static final int LONGEST_LABEL = 21;
    private static final int NUMBERS = 132;
    private static final int BARS = WIDTH - LABELS - NUMBERS;
    private static final int BAR = 20;
    private static final int STEP = 30;
    private static final int TITLE = 28;
    private static final int GAP = 26;
    private static final int AXIS = 46;

    String svg() {
        double end = axisEnd();
        int bottom = comparisons.stream().mapToInt(BarChart::height).sum();
        StringBuilder svg = new StringBuilder();
        svg.append("<svg class=\"chart\" role=\"img\" viewBox=\"0 0 %d %d\"><title>%s</title>\n"
                .formatted(WIDTH, bottom + AXIS, Markup.text(unit() + Comparison.direction(unit()))));
        grid(svg, end, bottom);
        int top = 0;
        for (Comparison comparison : comparisons) {
            group(svg, comparison, top, end);
            top += height(comparison);
        }
        return svg.append("</svg>\n").toString();
    }

    private String unit() {
        return comparisons.get(0).unit();
    }

    private static int height(Comparison comparison) {
        return TITLE + comparison.entries().size() * STEP + GAP;
    }

    /** Above the bars their title, through them a line where the baseline's bar ends. */
    private static void group(StringBuilder svg, Comparison comparison, int top, double end) {
        if (!comparison.title().isEmpty()) {
            svg.append("<text class=\"group\" x=\"0\" y=\"%d\">%s</text>\n"
                    .formatted(top + 18, Markup.text(comparison.title())));
        }
        int y = top + TITLE;
        double baseline = comparison.baseline();
        for (Entry entry : comparison.entries()) {
            bar(svg, entry, comparison, y, end);
            y += STEP;
        }
        if (!Double.isNaN(baseline) && comparison.entries().size() > 1) {
            double x = x(baseline, end);
            svg.append("<line class=\"baseline\" x1=\"%s\" x2=\"%s\" y1=\"%d\" y2=\"%d\"/>\n"
                    .formatted(Numbers.coordinate(x), Numbers.coordinate(x), top + TITLE - 6, y - STEP + BAR + 6));
            svg.append("<text class=\"note\" x=\"%s\" y=\"%d\" text-anchor=\"middle\">baseline</text>\n"
                    .formatted(Numbers.coordinate(x), y - STEP + BAR + 17));
        }
    }

    private static void bar(StringBuilder svg, Entry entry, Comparison comparison, int y, double end) {
        double baseline = comparison.baseline();
        String kind = entry.role().name().toLowerCase(Locale.ROOT);
        svg.append("<text class=\"label %s\" x=\"%d\" y=\"%d\" text-anchor=\"end\"%s>%s</text>\n"
                .formatted(kind, LABELS - 10, y + 15, squeeze(entry.label()), Markup.text(entry.label())));
        svg.append("<rect class=\"bar %s\" x=\"%d\" y=\"%d\" width=\"%s\" height=\"%d\" rx=\"2\"/>\n"
                .formatted(kind, LABELS, y, Numbers.coordinate(x(entry.value(), end) - LABELS), BAR));
        if (!comparison.unit().equals(Comparison.TIMES)) {
            svg.append("<text class=\"value %s\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n"
                    .formatted(kind, WIDTH - 54, y + 15, Numbers.shown(entry.value())));
        }
        if (!Double.isNaN(baseline)) {
            svg.append("<text class=\"ratio %s\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n"
                    .formatted(kind, WIDTH, y + 15, Numbers.ratio(entry.value() / baseline)));
        }
    }

    /** A label that would not fit is drawn narrower. */
    private static String squeeze(String label) {
        return label.length() <= LONGEST_LABEL
                ? ""
                : " textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"".formatted(LABELS - 10);
    }

    private void grid(StringBuilder svg, double end, int bottom) {
        for (double tick = 0; tick <= end * 1.0001; tick += tickStep(end)) {
            String x = Numbers.coordinate(x(tick, end));
            svg.append("<line class=\"grid\" x1=\"%s\" x2=\"%s\" y1=\"%d\" y2=\"%d\"/>\n"
                    .formatted(x, x, TITLE - 6, bottom));
            svg.append("<text class=\"tick\" x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>\n"
                    .formatted(x, bottom + 16, Numbers.tick(tick)));
        }
        svg.append("<text class=\"axis\" x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>\n"
                .formatted(
                        Numbers.coordinate(LABELS + BARS / 2.0),
                        bottom + 36,
                        Markup.text(unit() + Comparison.direction(unit()))));
    }

    private static double x(double value, double end) {
        return LABELS + BARS * value / end;
    }

    /** The first tick that no bar reaches beyond. */
    private double axisEnd() {
        double longest = comparisons.stream()
                .flatMap(comparison -> comparison.entries().stream())
                .mapToDouble(Entry::value)
                .max()
                .orElse(0);
        if (longest <= 0) {
            return 1;
        }
        double step = tickStep(longest);
        return Math.ceil(longest / step) * step;
    }

    /** A step of 1, 2 or 5 times a power of ten that divides the axis into at most six. */
    private static double tickStep(double end) {
        double power = Math.pow(10, Math.floor(Math.log10(end)));
        for (double step : new double[] {power / 10, power / 5, power / 2, power, 2 * power}) {
            if (end / step <= 6.0001) {
                return step;
            }
        }
        return 5 * power;
    }
}
