package io.openclickstream.load.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** One run on the page: what it measures, its numbers as a drawing and as a table, and how it was done. */
record RunSection(KeptRun run) {
    /** What the headline and the drawing say already. */
    private static final Set<String> TOLD =
            Set.of("name", "metric", "value", "unit", "baseline", "ratio", "outputs_agree", "settings");

    void writeTo(StringBuilder html) {
        Explanation explanation = Explanation.of(run.name());
        html.append("<section id=\"%s\">\n<h2>%s</h2>\n"
                .formatted(Markup.text(run.folder()), Markup.text(explanation.title())));
        if (!explanation.text().isEmpty()) {
            html.append("<p>%s</p>\n".formatted(Markup.text(explanation.text())));
        }
        headline(html);
        charts().forEach(chart -> html.append(chart.svg()));
        if (!run.table().isBlank()) {
            part(
                    html,
                    "Table, as the benchmark printed it",
                    "<pre>" + Markup.text(run.table().stripTrailing()) + "</pre>");
        }
        facts(html, "Also measured", also());
        html.append("<div class=\"columns\">\n<div>\n");
        facts(html, "Settings", settings());
        html.append("</div>\n<div>\n");
        facts(html, "Machine", machine());
        html.append("</div>\n</div>\n");
        part(html, "Command", "<pre class=\"wrap\">" + Markup.text(command()) + "</pre>");
        vertices(html);
        html.append("</section>\n");
    }

    private void headline(StringBuilder html) {
        JsonNode result = run.result();
        html.append("<div class=\"headline\"><b>%s</b><span>%s</span>"
                .formatted(
                        Numbers.shown(result.path("value").asDouble()),
                        Markup.text(result.path("unit").asText())));
        if (result.path("ratio").isNumber()) {
            html.append("<b>%s</b><span>of %s</span>"
                    .formatted(
                            Numbers.ratio(result.path("ratio").asDouble()),
                            Markup.text(result.path("baseline").asText("the baseline"))));
        }
        html.append("</div>\n<p class=\"measure\">%s"
                .formatted(Markup.text(result.path("metric").asText())));
        String verdict = verdict(result.path("outputs_agree"));
        if (!verdict.isEmpty()) {
            html.append(" \u00b7 outputs ").append(verdict);
        }
        html.append(" \u00b7 run <code>%s</code>".formatted(Markup.text(run.folder())));
        if (!run.measuredAt().isEmpty()) {
            html.append(" \u00b7 ").append(Markup.text(run.measuredAt()));
        }
        html.append("</p>\n");
    }

    /** Empty when the result says nothing about it. */
    static String verdict(JsonNode outputsAgree) {
        if (!outputsAgree.isBoolean()) {
            return "";
        }
        return outputsAgree.asBoolean()
                ? "<span class=\"verdict agree\">agree</span>"
                : "<span class=\"verdict differ\">differ</span>";
    }

    /** A drawing per unit, so that bars of one drawing can be compared by their length. */
    private List<BarChart> charts() {
        Map<String, List<Comparison>> byUnit = Comparison.of(run.result()).stream()
                .collect(Collectors.groupingBy(Comparison::unit, LinkedHashMap::new, Collectors.toList()));
        return byUnit.values().stream().map(BarChart::new).toList();
    }

    private Map<String, String> also() {
        Map<String, String> also = new LinkedHashMap<>();
        run.result().properties().forEach(entry -> {
            if (!TOLD.contains(entry.getKey())) {
                also.put(Comparison.words(entry.getKey()), shown(entry.getValue()));
            }
        });
        return also;
    }

    private Map<String, String> settings() {
        String baseline = run.result().path("baseline").asText();
        Map<String, String> settings = new LinkedHashMap<>();
        run.result().path("settings").properties().forEach(entry -> {
            if (!Comparison.compares(entry.getValue(), baseline)) {
                settings.put(Comparison.words(entry.getKey()), shown(entry.getValue()));
            }
        });
        return settings;
    }

    private Map<String, String> machine() {
        Map<String, String> machine = new LinkedHashMap<>();
        run.machine().properties().forEach(entry -> {
            switch (entry.getKey()) {
                case "memory_bytes" ->
                    machine.put("memory", "%.1f GiB".formatted(entry.getValue().asDouble() / (1L << 30)));
                case "measured_at" -> {}
                default -> machine.put(Comparison.words(entry.getKey()), shown(entry.getValue()));
            }
        });
        return machine;
    }

    private String command() {
        // Of earlier runs, what the launcher made of what was typed was kept.
        return run.command().contains("./clickstream ")
                ? run.command()
                : "./clickstream bench " + run.name() + "\n" + run.command();
    }

    private static String shown(JsonNode value) {
        if (value.isObject()) {
            return value.properties().stream()
                    .map(entry -> Comparison.words(entry.getKey()) + " " + shown(entry.getValue()))
                    .collect(Collectors.joining(" \u00b7 "));
        }
        if (value.isArray()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(RunSection::shown)
                    .collect(Collectors.joining(" \u00b7 "));
        }
        return value.isNumber() ? Numbers.shown(value.asDouble()) : value.asText();
    }

    private static void facts(StringBuilder html, String title, Map<String, String> facts) {
        if (facts.isEmpty()) {
            return;
        }
        StringBuilder list = new StringBuilder("<dl>\n");
        facts.forEach((name, value) ->
                list.append("<dt>%s</dt><dd>%s</dd>\n".formatted(Markup.text(name), Markup.text(value))));
        part(html, title, list.append("</dl>").toString());
    }

    /** What each job was made of: a shuffle that is missing looks like speed. Jobs that were the same stand once. */
    private void vertices(StringBuilder html) {
        Map<String, Set<String>> jobs = new LinkedHashMap<>();
        for (JsonNode job : run.jobs()) {
            String vertices = StreamSupport.stream(job.path("vertices").spliterator(), false)
                    .map(vertex -> Markup.text(vertex.asText()))
                    .collect(Collectors.joining("<br>\n"));
            if (!vertices.isEmpty()) {
                jobs.computeIfAbsent(vertices, unused -> new LinkedHashSet<>())
                        .add(Comparison.shownAs(job.path("job").asText()));
            }
        }
        if (jobs.isEmpty()) {
            return;
        }
        StringBuilder list = new StringBuilder("<dl>\n");
        jobs.forEach((vertices, names) ->
                list.append("<dt>%s</dt><dd>%s</dd>\n".formatted(Markup.text(String.join(", ", names)), vertices)));
        part(html, "What each job was made of", list.append("</dl>").toString());
    }

    private static void part(StringBuilder html, String title, String content) {
        html.append("<h3>%s</h3>\n%s\n".formatted(title, content));
    }
}
