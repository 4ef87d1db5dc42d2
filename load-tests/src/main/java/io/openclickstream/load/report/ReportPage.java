package io.openclickstream.load.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The page: an overview and a section per run. One file of HTML with everything in it, without scripts; it follows the
 * reader's choice of light or dark, and prints.
 *
 * @param runs in the order of the page
 */
record ReportPage(List<KeptRun> runs) {

    String html() {
        StringBuilder html = new StringBuilder();
        html.append("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Open Clickstream: how fast</title>
                <style>
                %s</style>
                </head>
                <body>
                <h1>Open Clickstream: how fast</h1>
                <p class="lead">Every number here comes from a run whose raw output is kept beside this page. Compare two
                of them only where they come from one run: machines differ, and so do days. Ratios are against the
                baseline of the same run.</p>
                """.formatted(style()));
        overview(html);
        runs.forEach(run -> new RunSection(run).writeTo(html));
        return html.append("</body>\n</html>\n").toString();
    }

    private void overview(StringBuilder html) {
        html.append("""
                <table>
                <thead><tr><th>Run</th><th class="number">Value</th><th>Unit</th><th class="number">Ratio</th>\
                <th>Baseline</th><th>Outputs</th></tr></thead>
                <tbody>
                """);
        for (KeptRun run : runs) {
            var ratio = run.result().path("ratio");
            html.append("""
                    <tr><td><a href="#%1$s">%1$s</a></td><td class="number">%2$s</td><td>%3$s</td>\
                    <td class="number">%4$s</td><td>%5$s</td><td>%6$s</td></tr>
                    """.formatted(
                            Markup.text(run.folder()),
                            Numbers.shown(run.result().path("value").asDouble()),
                            Markup.text(run.result().path("unit").asText()),
                            ratio.isNumber() ? Numbers.ratio(ratio.asDouble()) : "",
                            Markup.text(run.result().path("baseline").asText()),
                            RunSection.verdict(run.result().path("outputs_agree"))));
        }
        html.append("</tbody>\n</table>\n");
        List<Comparison> ratios = runs.stream()
                .map(run -> Comparison.ratiosOf(
                        run.result(), Explanation.of(run.name()).title() + ": " + run.folder()))
                .filter(Objects::nonNull)
                .toList();
        if (!ratios.isEmpty()) {
            html.append("<h3>Open Clickstream as a multiple of each baseline; longer is faster</h3>\n");
            html.append(new BarChart(ratios).svg());
        }
    }

    private static String style() {
        try (InputStream css = Objects.requireNonNull(ReportPage.class.getResourceAsStream("page.css"))) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
